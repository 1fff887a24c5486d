package glm

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
)

// keep takes note of a fit.
func (w *walker[T]) keep(it *solvers.Iterate) {
	p := w.path
	w.x = append(w.x, it.X...)
	w.gradients = append(w.gradients, w.problem.gradient...)
	p.Deviance = append(p.Deviance, 2*w.problem.value)
	p.Iterations = append(p.Iterations, it.Iteration)
	p.Converged = append(p.Converged, it.Status == solvers.Converged)
	p.Reasons = append(p.Reasons, it.Reason)
}

// look reads the residuals of the last fit of least squares, and has the
// deviances of all from them: with d the difference from the last one,
//
//	f(x + d) = f(x) + gᵀd + ½·dᵀHd,
//
// where nothing cancels, for the last one is the least. What the gradient is off
// by is the rounding of the Gram matrix; all gradients get it.
func (w *walker[T]) look(ctx context.Context) error {
	p, n := w.path, w.objective.Dim()
	last := len(p.Lambdas) - 1
	if last < 0 {
		return nil
	}
	x, g := w.x[last*n:], make([]float64, n)
	value, err := w.objective.Gradient(ctx, x, g)
	if err != nil {
		return err
	}
	p.Evaluations.Gradients++
	was := slices.Clone(w.gradients[last*n:])
	for k := range p.Lambdas {
		loss := value
		for j := range n {
			at := k*n + j
			d := w.x[at] - x[j]
			loss = math.FMA(g[j]+0.5*(w.gradients[at]-was[j]), d, loss)
			w.gradients[at] += g[j] - was[j]
		}
		p.Deviance[k] = 2 * loss
	}
	return nil
}

// report turns what was kept into the units of the data, and checks the
// conditions of a minimum.
func (w *walker[T]) report() {
	p, o := w.path, w.objective
	n, lead, center := o.Dim(), o.Lead(), o.pass.Shift()
	sparse := &sparse{first: o.sparse.first, diagonal: o.sparse.diagonal, start: o.sparse.start, gradient: make([]float64, n)}
	for k, lambda := range p.Lambdas {
		x := w.x[k*n : (k+1)*n]
		sparse.weights = scaled(w.lines, lambda)
		for j := range n {
			sparse.gradient[j] = w.gradients[k*n+j]
			if w.squares != nil {
				sparse.gradient[j] += float64(float64(lambda*w.squares[j]) * x[j])
			}
		}
		violation := sparse.violation(x)
		p.Violation = append(p.Violation, violation)
		if p.Converged[k] && violation > mostViolation {
			p.Converged[k] = false
			p.Reasons[k] = fmt.Sprintf("%s, but the conditions of a minimum are violated by %.1e", p.Reasons[k], violation)
		}
		intercept, count := 0.0, 0
		if lead == 1 {
			intercept = x[0]
			if center != nil {
				intercept -= kernels.Sum(products(center, x[1:]))
			}
		}
		for _, v := range x[lead:] {
			if v != 0 {
				count++
			}
		}
		p.Intercepts = append(p.Intercepts, intercept)
		p.Coefficients = append(p.Coefficients, x[lead:]...)
		p.NonZero = append(p.NonZero, count)
	}
}
