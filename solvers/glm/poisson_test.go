package glm

import (
	"math"
	"testing"
)

// TestCountsAtTheirMeans: −y + y·log y − log y!, from a table and beyond it; what is no count
// has none, and ends.
func TestCountsAtTheirMeans(t *testing.T) {
	y := []float64{0, math.Copysign(0, -1), 1, 2, 15, 16, 255, 256, 257, 1e6, 0.5, 255.5, -1, -1e19, math.Inf(-1), math.NaN()}
	got := make([]float64, len(y))
	poisson.base(got, y)
	for i, v := range y {
		gamma, _ := math.Lgamma(v + 1)
		want := v*math.Log(v) - v - gamma
		switch {
		case v == 0:
			want = 0
		case !(v > 0) || v != math.Floor(v):
			want = math.NaN()
		}
		if !(math.Abs(got[i]-want) <= 4e-15*(1+math.Abs(gamma))) && !(got[i] != got[i] && want != want) {
			t.Errorf("of %v it is %v, want %v", v, got[i], want)
		}
	}
}
