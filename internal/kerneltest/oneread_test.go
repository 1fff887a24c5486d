package kerneltest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// TestLogisticRegressionIsMadeOfItsParts: it has the bits of the kernels whose work
// it does in one read, panel by panel.
func TestLogisticRegressionIsMadeOfItsParts(t *testing.T) {
	for _, level := range cpu.Available() {
		for _, n := range []int{1, 8, 11, kernels.PanelRows, 3*kernels.PanelRows + 5, 9 * kernels.PanelRows} {
			for _, p := range []int{1, 5, 8, 10, 16, 31, 40, 200} {
				for _, weighted := range []bool{false, true} {
					restore := cpu.Use(level)
					logisticIsMadeOfItsParts(t, n, p, weighted)
					restore()
				}
			}
		}
	}
}

func logisticIsMadeOfItsParts(t *testing.T, n, p int, weighted bool) {
	random := rand.New(rand.NewPCG(uint64(n), uint64(p)))
	x := kernels.NewMatrix[float64](n, p)
	beta, shift, y, d, gradient := make([]float64, p), make([]float64, p), make([]float64, n), make([]float64, n), make([]float64, p)
	for i := range x.Data {
		x.Data[i] = random.NormFloat64()
	}
	for j := range beta {
		beta[j], shift[j] = random.NormFloat64(), random.Float64()
	}
	for i := range y {
		y[i] = float64(random.IntN(2))
	}
	var w []float64
	if weighted {
		w = make([]float64, n)
		for i := range w {
			w[i] = max(0, random.NormFloat64())
		}
	}
	wantGradient, wantD := slices.Clone(gradient), slices.Clone(d)
	start := kernels.LossSums{R: 0.1, Loss: 0.7, D: 1.3, Low: math.Inf(1), High: math.Inf(-1)}
	want := start
	for lo := 0; lo < n; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, n)
		eta, value, r := make([]float64, hi-lo), make([]float64, hi-lo), make([]float64, hi-lo)
		kernels.Dots(eta, x.Slice(lo, hi), shift, beta)
		for i := range eta {
			eta[i] += 0.25
		}
		var weights []float64
		if weighted {
			weights = w[lo:hi]
		}
		low, high := kernels.Logistic(value, r, wantD[lo:hi], eta, y[lo:hi], weights)
		kernels.Update(wantGradient, x.Slice(lo, hi), shift, r)
		want.R += kernels.Sum(r)
		want.Loss += kernels.Sum(value)
		want.D += kernels.Sum(wantD[lo:hi])
		want.Low, want.High = min(want.Low, low), max(want.High, high)
	}
	got := start
	kernels.LogisticRegression(&got, gradient, x, shift, beta, 0.25, y, w, d, nil)
	if got != want || !slices.Equal(gradient, wantGradient) || !slices.Equal(d, wantD) {
		t.Errorf("%v, %d×%d, weighted %v: %+v, want %+v", cpu.Active(), n, p, weighted, got, want)
	}
}
