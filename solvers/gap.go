package solvers

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
)

// gapVariables is up to how many variables the gap to the minimum is estimated
// with a Hessian.
const gapVariables = 1000

// A gapEstimate is gᵀH⁻¹g/2, by which f exceeds its minimum about, with the
// Hessian of some terms.
type gapEstimate struct {
	problem HessianSum
	some    Batch
	count   *Evaluations
	metric  []float64
	place   Iterate
	model   *quadraticModel
}

func newGapEstimate(p HessianSum, t *terms, count *Evaluations, metric []float64) *gapEstimate {
	n := p.Dim()
	e := &gapEstimate{problem: p, count: count, metric: metric, model: newQuadraticModel(p)}
	e.some = t.some(max(4096, 10*n), curvatureSample)
	e.place = Iterate{Iteration: 1, Gradient: make([]float64, n), Hessian: memory.Slice[float64](n * n)}
	return e
}

// possible tells whether the gap may be as small as that: it is no smaller than
// with a Hessian as large as one of that diagonal may be, and hardly smaller than
// with twice the largest curvature that was found of the sum, in units of the metric.
// That is zero if it is not known.
func (e *gapEstimate) possible(it *Iterate, gap, largest float64) bool {
	curvature := float64(len(it.X))
	if largest > 0 {
		curvature = min(curvature, 2*largest)
	}
	return dotInverse(it.Gradient, it.Gradient, e.metric) <= float64(float64(2*gap)*curvature)
}

// at is the estimate for an iterate. It is +Inf where there is none.
func (e *gapEstimate) at(ctx context.Context, it *Iterate) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	e.count.Samples++
	f, err := e.problem.SampleHessian(ctx, e.some, it.X, e.place.Gradient, e.place.Hessian)
	if err != nil {
		return 0, err
	}
	n := len(it.X)
	for i := range n {
		row := e.place.Hessian[i*n:]
		if row[i] == 0 { // none of these terms knows the variable
			row[i] = e.metric[i]
		}
		if !finite(row[i:n]...) {
			return math.Inf(1), nil
		}
	}
	if !finite(f) {
		return math.Inf(1), nil
	}
	copy(e.place.Gradient, it.Gradient)
	e.place.X = it.X
	if err := e.model.factorise(&e.place); err != nil {
		return math.Inf(1), nil
	}
	e.model.solve(&e.place)
	if gap := e.place.Decrement / 2; finite(gap) {
		return gap, nil
	}
	return math.Inf(1), nil
}

// within is how much of the gap at the iterate at was called for last steps of
// an implicit Euler method would close: gᵀ(H + D)⁻¹g/2, with D the inverse of
// twice their length in every variable.
func (e *gapEstimate) within(inverse []float64) float64 {
	for i, v := range inverse {
		e.place.Hessian[i*len(inverse)+i] += v
	}
	if e.model.factorise(&e.place) != nil {
		return math.Inf(1)
	}
	e.model.solve(&e.place)
	return e.place.Decrement / 2
}
