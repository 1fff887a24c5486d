package solvers

import "context"

// ProjectedLBFGS minimises a smooth function within a [Box], a [Composite], by
// L-BFGS steps for the variables that are not held by a bound, projected onto
// the box. A step is shortened until f has fallen enough. A start outside the
// box moves to its edge.
//
// An iterate's Gradient is that of f without what leads out of the box. A run
// has converged as a [Descent] has.
//
// Source: Bertsekas, Projected Newton methods for optimization problems with
// simple constraints (1982); Schmidt, Kim and Sra, Projected Newton-type
// methods in machine learning (2011).
type ProjectedLBFGS struct {
	// Memory is the number of steps remembered. Zero means 10.
	Memory int
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "projected-lbfgs".
func (ProjectedLBFGS) Name() string { return "projected-lbfgs" }

// Takes implements [CompositeMethod]: a box.
func (ProjectedLBFGS) Takes(r Rough) bool {
	_, ok := r.(Box)
	return ok
}

// IterationLimit implements [Limiter].
func (ProjectedLBFGS) IterationLimit() int { return patience }

// Start evaluates the gradient at the start.
func (m ProjectedLBFGS) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return startOnFaces[Box](ctx, m, p, it, "a box", m.Memory, m.Tolerance)
}
