package kerneltest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// TestResultsInPlace: where the documentation lets a destination be an
// argument, the results are those of separate memory.
func TestResultsInPlace(t *testing.T) {
	const n = 300
	random := rand.New(rand.NewPCG(19, 20))
	eta, y, w := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range eta {
		eta[i], y[i], w[i] = 5*random.NormFloat64(), float64(random.IntN(2)), random.Float64()
	}
	for _, level := range cpu.Available() {
		t.Run(level.String(), func(t *testing.T) {
			defer cpu.Use(level)()
			for _, f := range functions[:6] {
				want, got := make([]float64, n), slices.Clone(eta)
				f.run(want, eta)
				f.run(got, got)
				if at := firstDifference(got, want); at >= 0 {
					t.Errorf("%s: element %d is %x, apart it is %x", f.name, at, got[at], want[at])
				}
			}
			losses := map[string]func(value, r, d, eta, y, w []float64){
				"Logistic":            func(value, r, d, eta, y, w []float64) { kernels.Logistic(value, r, d, eta, y, w) },
				"Logistic unweighted": func(value, r, d, eta, y, _ []float64) { kernels.Logistic(value, r, d, eta, y, nil) },
				"Squared":             func(value, r, d, eta, y, _ []float64) { kernels.Squared(value, r, d, eta, y) },
			}
			for name, loss := range losses {
				var want [3][]float64
				for i := range want {
					want[i] = make([]float64, n)
				}
				loss(want[0], want[1], want[2], eta, y, w)
				for _, order := range [][3]int{{0, 1, 2}, {1, 2, 0}, {2, 0, 1}} {
					arguments := [3][]float64{slices.Clone(eta), slices.Clone(y), slices.Clone(w)}
					var results [3][]float64
					for result, argument := range order {
						results[result] = arguments[argument]
					}
					loss(results[0], results[1], results[2], arguments[0], arguments[1], arguments[2])
					for i := range want {
						if at := firstDifference(results[i], want[i]); at >= 0 {
							t.Errorf("%s, results in arguments %v: element %d of result %d is %x, apart it is %x", name, order, at, i, results[i][at], want[i][at])
						}
					}
				}
			}
		})
	}
}

// TestLogisticIsItsParts: the loss and its derivatives have the bits of the
// functions that the documentation names.
func TestLogisticIsItsParts(t *testing.T) {
	const n = 3000 // more than a call of the assembly
	random := rand.New(rand.NewPCG(21, 22))
	draw := func() []float64 { return make([]float64, n) }
	eta, y, w, s, value, r, d := draw(), draw(), draw(), draw(), draw(), draw(), draw()
	for i := range eta {
		eta[i], y[i], w[i] = 10*random.NormFloat64(), float64(random.IntN(2)), random.Float64()
		s[i] = (1 - 2*y[i]) * eta[i]
	}
	sigma, other, softplus := draw(), draw(), draw()
	kernels.Sigmoid(sigma, s)
	kernels.Softplus(softplus, s)
	for i := range s {
		other[i] = -s[i]
	}
	low, high := slices.Min(other), slices.Max(other)
	kernels.Sigmoid(other, other)
	for _, weights := range [][]float64{nil, w} {
		gotLow, gotHigh := kernels.Logistic(value, r, d, eta, y, weights)
		if gotLow != low || gotHigh != high {
			t.Errorf("margins %g to %g, want %g to %g", gotLow, gotHigh, low, high)
		}
		for i := range s {
			want := []float64{softplus[i], (1 - 2*y[i]) * sigma[i], sigma[i] * other[i]}
			if weights != nil {
				kernels.Multiply(want, []float64{w[i], w[i], w[i]})
			}
			if at := firstDifference([]float64{value[i], r[i], d[i]}, want); at >= 0 {
				t.Fatalf("eta %g, y %g: result %d is %x, want %x", eta[i], y[i], at, []float64{value[i], r[i], d[i]}[at], want[at])
			}
		}
	}
}
