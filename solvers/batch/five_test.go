package batch

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestFive: line by line, five columns have the bits of the same model with a
// sixth column that the others do not touch.
func TestFive(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for round := range 2000 {
		intercept, l2 := round%2 == 0, float64(round%3)
		five, six := newSmall(5, intercept, l2, 1e-11), newSmall(6, intercept, l2, 1e-11)
		m, n := make([]float64, five.length()), make([]float64, six.length())
		for range 9 {
			z := make([]float64, 6)
			for j := range z {
				z[j] = rng.NormFloat64() + float64(j)
			}
			include(m, m, z, 1)
			include(n, n, []float64{z[0], z[1], z[2], z[3], z[4], 0, z[5]}, 1)
		}
		n[triangle(7)-3] = 1 // the sixth column alone
		a, b := five.solve(m), six.solve(n)
		if a != b || !slices.Equal(five.beta, six.beta[:5]) {
			t.Fatalf("round %d: %v %v, with another column %v %v", round, a, five.beta, b, six.beta)
		}
		if a != Converged || five.deviance() != six.deviance() {
			t.Fatalf("round %d: %v, deviance %v, with another column %v", round, a, five.deviance(), six.deviance())
		}
		c := []float64{1, 2, 3, 4, 5, 0, 0}
		e, f := make([]float64, 6), make([]float64, 7)
		five.stdErrors(e, c, 2)
		six.stdErrors(f, c, 2)
		lead := 5
		if intercept {
			lead = 6
		}
		for i := range e[:lead] {
			if e[i] != f[i] || math.IsNaN(e[i]) {
				t.Fatalf("round %d: standard errors %v, with another column %v", round, e, f)
			}
		}
	}
}
