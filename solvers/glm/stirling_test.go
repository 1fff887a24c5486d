package glm

import (
	"math"
	"testing"
)

func TestStirlingError(t *testing.T) {
	for _, x := range []float64{1e-300, 1e-9, 0.1, 0.5, 1, 1.5, 2, 3, 7.25, 15, 15.999, 16, 17, 40, 100} {
		gamma, _ := math.Lgamma(x + 1)
		want := gamma - (x+0.5)*math.Log(x) + x - log2Pi/2
		if got := stirlingError(x); math.Abs(got-want) > 4e-15*(1+math.Abs(gamma)+math.Abs(want)) {
			t.Errorf("δ(%g) is %.17g, want %.17g", x, got, want)
		}
	}
	// Where that formula has lost its digits: 1/12x − 1/360x³.
	for _, x := range []float64{1e4, 1e8, 1e15} {
		if got, want := stirlingError(x), 1/(12*x)-1/(360*x*x*x); math.Abs(got-want) > 1e-15*want {
			t.Errorf("δ(%g) is %.17g, want %.17g", x, got, want)
		}
	}
}
