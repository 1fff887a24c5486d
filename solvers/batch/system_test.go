package batch

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// spd is H = ZᵀZ of random rows, m×m, and a right-hand side.
func spd(rng *rand.Rand, m int) (h, b []float64) {
	h, b = make([]float64, m*m), make([]float64, m)
	for range 3 * m {
		row := make([]float64, m)
		for i := range row {
			row[i] = rng.NormFloat64()
		}
		for i := range m {
			b[i] += row[i]
			for j := range m {
				h[i*m+j] = math.FMA(row[i], row[j], h[i*m+j])
			}
		}
	}
	return h, b
}

// TestSystems: one that is solved alone has the bits of one that is solved
// beside seven others, and solves its equations.
func TestSystems(t *testing.T) {
	const count = kernels.SystemLanes
	rng := rand.New(rand.NewPCG(1, 2))
	for m := 1; m <= mostTight; m++ {
		for lead := range min(2, m) {
			center := make([]float64, m-lead)
			for j := range center {
				center[j] = rng.NormFloat64()
			}
			size := min(m, kernels.SystemSize)
			a, inverse, v := make([]float64, count*size*(size+1)), make([]float64, count*size*size), make([]float64, count*size)
			side, variances, along := make([]float64, count*size), make([]float64, count*size), make([]float64, count)
			var alone [count]system
			for lane := range alone {
				h, b := spd(rng, m)
				s := &alone[lane]
				s.resize(m, lead)
				for _, old := range [][]float64{s.augmented, s.inverse} { // whatever is left of diagonals
					for i := range old {
						old[i] = math.NaN()
					}
				}
				if !s.factorise(h, m, b, 0) || !s.tight {
					t.Fatalf("%d variables: not factorised", m)
				}
				if r := residual(h, s.x, b); r > 1e-13 {
					t.Errorf("%d variables: residual %g", m, r)
				}
				x := append([]float64(nil), s.x...)
				s.solve(b)
				for i, again := range s.x {
					if math.Abs(again-x[i]) > 1e-12*largest(x) {
						t.Errorf("%d variables: solved again x is %v, was %v", m, s.x, x)
						break
					}
				}
				copy(s.x, x)
				if m > kernels.SystemSize {
					continue
				}
				for i := range m {
					for j := i; j < m; j++ {
						a[(i*(m+1)+j)*count+lane] = h[i*m+j]
					}
					a[(i*(m+1)+m)*count+lane] = b[i]
					v[i*count+lane] = 1
					if i >= lead {
						v[i*count+lane] = -center[i-lead]
					}
				}
			}
			if m > kernels.SystemSize {
				continue
			}
			kernels.Systems(a, inverse, side, variances, along, v, m, m+1)
			for lane := range alone {
				s := &alone[lane]
				s.variances(center)
				for i := range m {
					variance := variances[i*count+lane]
					if i < lead {
						variance = along[lane]
					}
					if side[i*count+lane] != s.x[i] || variance != s.variance[i] {
						t.Errorf("%d variables, lane %d: x[%d] is %v with variance %v, alone %v with %v", m, lane, i, side[i*count+lane], variance, s.x[i], s.variance[i])
					}
				}
			}
		}
	}
}

// TestVariancesOfBothWays: with pivots and without.
func TestVariancesOfBothWays(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, m := range []int{1, 2, 6, 9, 20, 50} {
		for lead := range 2 {
			h, b := spd(rng, m)
			center := make([]float64, m-lead)
			for j := range center {
				center[j] = rng.NormFloat64()
			}
			var tight, pivoted system
			for _, s := range []*system{&tight, &pivoted} {
				s.resize(m, lead)
			}
			if !tight.factorise(h, m, b, 0) || !tight.tight || !pivoted.factorise(h, m, b, 1e-11) || pivoted.tight {
				t.Fatal("not as it should be factorised")
			}
			tight.variances(center)
			pivoted.variances(center)
			for i, v := range tight.variance {
				if w := pivoted.variance[i]; math.Abs(v-w) > 1e-12*w || math.Abs(tight.x[i]-pivoted.x[i]) > 1e-12*largest(tight.x) {
					t.Errorf("%d variables: variance %d is %v, with pivots %v", m, i, v, w)
				}
			}
		}
	}
}

// residual is the largest |H·x − b|, relative to its terms.
func residual(h, x, b []float64) float64 {
	worst, m := 0.0, len(b)
	for i := range m {
		r, size := -b[i], math.Abs(b[i])
		for j := range m {
			r = math.FMA(h[i*m+j], x[j], r)
			size += math.Abs(float64(h[i*m+j] * x[j]))
		}
		worst = max(worst, math.Abs(r)/size)
	}
	return worst
}
