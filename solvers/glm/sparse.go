package glm

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
)

// checkL1 is part of check.
func (o Options) checkL1() error {
	switch {
	case !(o.L1 >= 0) || math.IsInf(o.L1, 0):
		return fmt.Errorf("glm: L1 is %v; it is a finite number, not negative", o.L1)
	case o.L1 > 0 && o.Method != nil && !takesL1(o.Method):
		return fmt.Errorf("glm: method %s does not take an L1 penalty; those that do are %s", o.Method.Name(), quoted(solvers.L1Methods(), math.MaxInt))
	case o.L1 > 0 && o.Precision == Exact:
		return errors.New("glm: precision exact is for fits without an L1 penalty")
	}
	return nil
}

// takesL1 tells whether a method is one for L1 penalties; nil is none.
func takesL1(m solvers.Method) bool {
	composite, ok := m.(solvers.CompositeMethod)
	return ok && composite.Takes(solvers.L1{})
}

// sparseMethod is the one that is chosen with an L1 penalty.
func (o Options) sparseMethod(columns int) (m solvers.Method, reason string) {
	switch {
	case o.Family.about().loss(o.Parameters).Quadratic():
		return solvers.CoordinateDescent{Tolerance: o.Tolerance}, "an L1 penalty, and a quadratic loss takes one Hessian"
	case columns <= newtonColumns:
		return solvers.CoordinateDescent{Tolerance: o.Tolerance}, fmt.Sprintf("an L1 penalty, few passes, at up to %d columns", newtonColumns)
	}
	return solvers.OWLQN{Tolerance: o.Tolerance}, fmt.Sprintf("an L1 penalty, no Hessians, at more than %d columns", newtonColumns)
}

// sparse is the L1 penalty of an objective, or its bounds, and what tells how far the
// conditions of a minimum are off. nil is none.
type sparse struct {
	weights solvers.L1   // of all variables; 0 for the intercept
	box     *solvers.Box // bounds of all variables instead; nil is none, and the weights are 0 beside it
	rough   bool         // the method ends by a tolerance of its own, far from the last digits

	first    float64   // the smooth part where it was evaluated first; NaN before
	diagonal []float64 // of the Hessian where that was evaluated first
	start    []float64 // the gradient of the smooth part where that was evaluated first
	gradient []float64 // where the smooth part was evaluated last
}

func newSparse(lines []float64, intercept bool) *sparse {
	if intercept {
		lines = slices.Insert(slices.Clone(lines), 0, 0)
	}
	return &sparse{weights: lines, first: math.NaN()}
}

// again is the same penalty for another objective.
func (s *sparse) again() *sparse {
	if s == nil {
		return nil
	}
	return &sparse{weights: s.weights, box: s.box, rough: s.rough, first: math.NaN()}
}

func (s *sparse) penalized() bool {
	return s != nil && slices.ContainsFunc(s.weights, func(w float64) bool { return w > 0 })
}

// columns are the weights of columns; nil is none.
func (s *sparse) columns(lead int) []float64 {
	if s == nil {
		return nil
	}
	return s.weights[lead:]
}

func (s *sparse) value(x []float64) float64 {
	if s == nil {
		return 0
	}
	return s.weights.Value(x)
}

func (s *sparse) seeGradient(g []float64, value float64) {
	if s == nil {
		return
	}
	s.gradient = append(s.gradient[:0], g...)
	if math.IsNaN(s.first) {
		s.first = value
		s.start = slices.Clone(g)
	}
}

func (s *sparse) seeDiagonal(diagonal []float64) {
	if s != nil && s.diagonal == nil {
		s.diagonal = slices.Clone(diagonal)
	}
}

func (s *sparse) seeHessian(h []float64, n int) {
	if s == nil || s.diagonal != nil {
		return
	}
	for i := range n {
		s.diagonal = append(s.diagonal, h[i*n+i])
	}
}

// scale is what a condition is off by where nothing has been done for it yet:
// √(hⱼⱼ·f), or where a loss is straight, and has no h, the gradient of the start
// or the weight of the penalty.
func (s *sparse) scale(j int) float64 {
	scale := s.weights[j]
	if s.start != nil {
		scale = max(scale, math.Abs(s.start[j]))
	}
	if s.diagonal != nil && s.diagonal[j] > 0 && s.first > 0 {
		scale = max(scale, float64(math.Sqrt(s.diagonal[j])*math.Sqrt(s.first)))
	}
	return scale
}

// violation is how far x, where the gradient was evaluated last, is from the
// conditions of a minimum, as [Model] has it.
func (s *sparse) violation(x []float64) float64 {
	if s == nil {
		return math.NaN()
	}
	largest, other := 0.0, 0.0
	for j := range s.gradient {
		other = max(other, s.scale(j))
	}
	for j, g := range s.gradient {
		w, off := s.weights[j], 0.0
		switch {
		case s.box != nil:
			off = outside(s.box, j, x[j], g)
		case x[j] > 0:
			off = math.Abs(g + w)
		case x[j] < 0:
			off = math.Abs(g - w)
		default:
			off = max(math.Abs(g)-w, 0)
		}
		if off > 0 {
			scale := s.scale(j)
			if scale == 0 {
				scale = other // the minimum over this variable alone was the start
			}
			largest = max(largest, off/scale)
		}
	}
	return largest
}

// mostViolation is the most that a fit that has converged may have.
const mostViolation = 1e-6

// problem is the objective with its L1 penalty or its bounds, if it has one.
func (o *objective[T]) problem() solvers.Problem {
	if o.sparse == nil {
		return o
	}
	return composite[T]{o}
}

// newton is the method that takes Hessians.
func (o *objective[T]) newton(tolerance float64) solvers.Method {
	if o.sparse == nil {
		return solvers.Newton{Tolerance: tolerance}
	}
	return solvers.CoordinateDescent{Tolerance: tolerance}
}

// composite is an objective as a problem with an L1 penalty or bounds.
type composite[T kernels.Float] struct{ objective *objective[T] }

func (c composite[T]) Dim() int                   { return c.objective.Dim() }
func (c composite[T]) Smooth() solvers.Gradienter { return c.objective }

// Rough is the penalty or the bounds.
func (c composite[T]) Rough() solvers.Rough {
	if c.objective.sparse.box != nil {
		return *c.objective.sparse.box
	}
	return c.objective.sparse.weights
}

// Stop is the objective's, and does not believe in a minimum that violates its
// conditions, but where the method takes samples and is content with less.
func (c composite[T]) Stop(it *solvers.Iterate) (solvers.Status, string) {
	o := c.objective
	status, reason := o.Stop(it)
	if status != solvers.Running || it.Status != solvers.Converged || o.sparse.rough || !slices.Equal(o.at, it.X) {
		return status, reason
	}
	if v := o.sparse.violation(it.X); v > mostViolation {
		return solvers.Stalled, fmt.Sprintf("%s, but the conditions of a minimum are violated by %.1e", it.Reason, v)
	}
	return status, reason
}
