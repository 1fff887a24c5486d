package glm

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// TestDerivativesAreDifferences: gradients and Hessians of objectives, with
// weights, an offset, an intercept and a penalty, beside central differences of
// values and of gradients.
func TestDerivativesAreDifferences(t *testing.T) {
	const n, step = 4, 0x1p-16
	for family := range Family(len(families)) {
		o := smoothed(family)
		o.L2, o.PenaltyFactors = 2, []float64{1, 0, 3}
		f, err := newFit(problem[float64](200, n-1, family, true), o)
		if err != nil {
			t.Fatal(err)
		}
		p := &objective[float64]{family: family, intercept: true}
		if err := f.penalties(ctx, p); err != nil {
			t.Fatal(err)
		}
		if p.pass, err = f.passes(pass.Model{Loss: f.loss, Intercept: true}); err != nil {
			t.Fatal(err)
		}
		x := []float64{0.1, 0.2, -0.3, 0.05}
		g, h := make([]float64, n), make([]float64, n*n)
		value, err := p.Hessian(ctx, x, g, h)
		if err != nil {
			t.Fatal(err)
		}
		for i := range x {
			var values [2]float64
			var gradients [2][]float64
			for side := range values {
				place := slices.Clone(x)
				place[i] += step * float64(2*side-1)
				gradients[side] = make([]float64, n)
				if values[side], err = p.Gradient(ctx, place, gradients[side]); err != nil {
					t.Fatal(err)
				}
			}
			if d := (values[1] - values[0]) / (2 * step); math.Abs(d-g[i]) > 1e-7*(1+math.Abs(value)) {
				t.Errorf("%v: entry %d of the gradient is %g, by differences %g", family, i, g[i], d)
			}
			if family == Huber || family == SquaredHinge {
				continue // rows may be at a kink of the gradient
			}
			for j := i; j < n; j++ {
				if d := (gradients[1][j] - gradients[0][j]) / (2 * step); math.Abs(d-h[i*n+j]) > 1e-6*(1+h[i*n+i]+h[j*n+j]) {
					t.Errorf("%v: entry %d, %d of the Hessian is %g, by differences %g", family, i, j, h[i*n+j], d)
				}
			}
		}
	}
}
