package solvers

import (
	"context"
	"math"
)

// NewtonCG minimises a [HessianVectorer], or a [Hessianer], by Newton's method
// whose equations H·s = −g are solved by conjugate gradients, each of which
// takes a product of H with a vector and no H. The diagonal of the Hessian at
// the start preconditions them, where the problem is a [Diagonaler], or an
// approximation of it that is asked for. They end
// at a residual of min(½, √‖g‖)·‖g‖, relative to the first gradient, so that the
// run converges faster than linearly; or where H has no curvature, along which
// the step then goes. The length is searched for, t = 1 first.
//
// A run has converged as a [Descent] has.
//
// Source: Nocedal and Wright, Numerical Optimization, 2nd edition, algorithm
// 7.1.
type NewtonCG struct {
	// Search is StrongWolfe{} if it is nil.
	Search Search
	// MaxProducts is the largest number of products for a step. Zero means the
	// number of variables, and no less than 10 and no more than 500.
	MaxProducts int
	// Preconditioner is an approximation of the Hessian, as it is at the start;
	// nil means its diagonal, or the unit matrix.
	Preconditioner Curvature
	// Tolerance is as in [Descent]. Zero means 1e-14.
	Tolerance float64
}

// Name returns "newton-cg".
func (NewtonCG) Name() string { return "newton-cg" }

// IterationLimit implements [Limiter].
func (NewtonCG) IterationLimit() int { return 1000 }

// Start evaluates the gradient at the start.
func (m NewtonCG) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	problem, err := needProducts(m, p, &it.Evaluations)
	if err != nil {
		return nil, err
	}
	if m.Tolerance == 0 {
		m.Tolerance = 1e-14
	}
	if m.Search == nil {
		m.Search = StrongWolfe{}
	}
	n := p.Dim()
	s := &newtonCGStepper{search: m.Search, s: make([]float64, n), y: make([]float64, n)}
	metric, err := firstGradient(ctx, problem, p, it)
	if err != nil || it.Status != Running {
		return s, err
	}
	s.line = newLine(problem, it)
	s.goal = newGoal(m.Tolerance, 1e-14, it)
	s.inner = newInner(problem, metric, m.MaxProducts)
	if m.Preconditioner != nil {
		if s.inner.preconditioner, err = startCurvature(ctx, m.Preconditioner, p, it); err != nil {
			return s, err
		}
		s.inner.solved = make([]float64, n)
	}
	if it.Resumed() {
		return s, nil
	}
	s.start = math.Sqrt(s.inner.size(it.Gradient))
	return s, s.aim(ctx, it)
}

type newtonCGStepper struct {
	search Search
	line   *Line
	goal   goal
	inner  *innerCG
	start  float64 // the norm of the first gradient
	s, y   []float64
}

// State implements [Resumable].
func (s *newtonCGStepper) State(v *State) {
	v.Part(&s.goal)
	v.Number(&s.start)
	v.Part(s.line)
	v.Part(s.inner)
	v.perhaps(s.search)
}

// aim solves for the next step.
func (s *newtonCGStepper) aim(ctx context.Context, it *Iterate) error {
	step := s.line.step
	_, err := s.inner.solve(ctx, step, it, s.start, math.Inf(1))
	if length := visible(largestAbsolute(step), reachOf(it)); s.inner.flat && length > 1 {
		for i, v := range step {
			step[i] = float64(length * v)
		}
	}
	s.line.turn()
	it.Decrement = max(-s.line.Slope, s.inner.left)
	return err
}

// Step implements [Stepper].
func (s *newtonCGStepper) Step(ctx context.Context, it *Iterate) error {
	found, err := false, error(nil)
	if s.line.Slope < 0 {
		found, err = s.search.Search(ctx, s.line, 1)
	}
	switch {
	case err != nil:
		return err
	case math.IsInf(s.line.last.Value, -1):
		it.stop(Unbounded, "the objective is minus infinity within one step")
		return nil
	case !found:
		s.goal.giveUp(it, s.line.expected(it.Decrement/2), s.line.tried)
		return nil
	}
	before := it.Value
	s.line.accept(s.s, s.y)
	if largestAbsolute(it.Gradient) == 0 {
		it.Decrement = 0
		it.stop(Converged, "the gradient is zero")
		return nil
	}
	// A gradient this small needs no product to tell that it is.
	estimate := it.Decrement
	it.Decrement = dotInverse(it.Gradient, it.Gradient, s.inner.metric)
	if estimate/2 <= float64(s.goal.tolerance*math.Abs(it.Value)) && it.Decrement <= estimate {
		s.goal.judge(it, s.line, before)
	}
	if it.Status != Running {
		return nil
	}
	if err := s.aim(ctx, it); err != nil {
		return err
	}
	s.goal.judge(it, s.line, before)
	return nil
}
