package solvers

import "context"

// OWLQN minimises a [Composite] f + [L1] by the orthant-wise quasi-Newton
// method. Between its kinks |x| is linear: a step is one of L-BFGS for the
// variables that steepest descent would move, along which none changes its
// sign without a stop at zero. A step is shortened until f + h has fallen
// enough.
//
// An iterate's Value is f + h, its Gradient the least subgradient. A run has
// converged as a [Descent] has.
//
// Source: Andrew and Gao, Scalable training of L1-regularized log-linear models
// (2007), with the Hessian of the variables that move.
type OWLQN struct {
	// Memory is the number of steps remembered. Zero means 10.
	Memory int
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "owl-qn".
func (OWLQN) Name() string { return "owl-qn" }

// Takes implements [CompositeMethod]: an L1 penalty.
func (OWLQN) Takes(r Rough) bool {
	_, ok := r.(L1)
	return ok
}

// IterationLimit implements [Limiter].
func (OWLQN) IterationLimit() int { return patience }

// Start evaluates the gradient at the start.
func (m OWLQN) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return startOnFaces[L1](ctx, m, p, it, "an L1 penalty", m.Memory, m.Tolerance)
}
