package solvers

import (
	"context"
	"math"
)

// TrustRegion minimises f by steps to the minimum of its quadratic model within
// a ball,
//
//	min gᵀs + ½·sᵀHs,  ‖s‖ ≤ Δ,
//
// where lengths are measured by the diagonal of the Hessian at the start. Δ
// grows where the model is right and shrinks where it is not. H may be
// indefinite: the step then goes to the edge, away from saddles.
//
// The step is exact, by factorisations of H + σ·D, if the problem is a
// [Hessianer] of at most Exact variables. Else it is that of Steihaug, by
// products of H with vectors, and the problem has to be a [HessianVectorer] or
// a [Hessianer].
//
// A run has converged as a [Descent] has. The exact step also leaves a point
// where the gradient is zero and H is indefinite; products do not show that it is
// no minimum.
//
// Source: Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms
// 4.1, 4.3 and 7.2.
type TrustRegion struct {
	// Exact is the most variables for which H is factorised. Zero means 200.
	// A negative number means none.
	Exact int
	// Radius is the first Δ. Zero means that of the first gradient step, at
	// least 1.
	Radius float64
	// Tolerance is as in [Descent]. Zero means 1e-14.
	Tolerance float64
}

// Name returns "trust-region".
func (TrustRegion) Name() string { return "trust-region" }

// IterationLimit implements [Limiter].
func (TrustRegion) IterationLimit() int { return 1000 }

// Start evaluates the gradient or the Hessian at the start.
func (m TrustRegion) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	if m.Exact == 0 {
		m.Exact = 200
	}
	if m.Tolerance == 0 {
		m.Tolerance = 1e-14
	}
	n := p.Dim()
	s := &trustStepper{radius: m.Radius, s: make([]float64, n), y: make([]float64, n)}
	var problem products
	if h, ok := p.(Hessianer); ok && n <= m.Exact {
		dense := newDense(h, &it.Evaluations)
		problem, s.dense = dense, dense
	} else if own, err := needProducts(m, p, &it.Evaluations); err != nil {
		return nil, err
	} else {
		problem = own
	}
	metric, err := firstGradient(ctx, problem, p, it)
	if err == nil && it.Status == Converged && s.dense != nil {
		it.stop(Running, "") // the Hessian tells whether this is a minimum
		metric, err = metricAt(ctx, s.dense, it)
	}
	if err != nil || it.Status != Running {
		return s, err
	}
	s.metric = metric
	s.line = newLine(problem, it)
	s.goal = newGoal(m.Tolerance, 1e-14, it)
	s.inner = newInner(problem, metric, 0)
	if s.dense != nil {
		s.ball = newBall(n)
	}
	if it.Resumed() {
		return s, nil
	}
	s.start = math.Sqrt(dotInverse(it.Gradient, it.Gradient, metric))
	if s.radius == 0 {
		s.radius = max(1, s.start)
	}
	return s, s.aimAway(ctx, it, "the gradient is zero at the start, and the Hessian not indefinite")
}

type trustStepper struct {
	metric []float64
	line   *Line
	goal   goal
	inner  *innerCG
	dense  *denseProducts // nil where steps are Steihaug's
	ball   *ball
	start  float64 // the norm of the first gradient
	radius float64
	edge   bool    // the step of the model ends on it
	walled bool    // so have all since f was not finite: what they gain says nothing of a minimum
	gain   float64 // that the model promises
	s, y   []float64
}

// State implements [Resumable].
func (s *trustStepper) State(v *State) {
	v.Part(&s.goal)
	v.Number(&s.start, &s.radius, &s.gain)
	v.Flag(&s.edge, &s.walled)
	v.Part(s.line)
	v.Part(s.inner)
}

// aim finds the step of the model and what it promises.
func (s *trustStepper) aim(ctx context.Context, it *Iterate) (err error) {
	step, curved := s.line.step, s.inner.curved
	if s.dense == nil {
		s.edge, err = s.inner.solve(ctx, step, it, s.start, s.radius)
	} else {
		var p *point
		if p, err = s.dense.at(ctx, it.X); err == nil {
			s.edge = s.ball.solve(step, p.hessian, it.Gradient, s.metric, s.radius)
			clear(curved)
			symmetric(curved, p.hessian, step)
		}
	}
	if err != nil {
		return err
	}
	s.line.turn()
	s.gain = -s.line.Slope - float64(0.5*dot(step, curved))
	it.Decrement = max(2*s.gain, 0)
	return nil
}

// aimAway finds the next step, and ends the run for a reason if the gradient is
// zero and the Hessian leads nowhere either.
func (s *trustStepper) aimAway(ctx context.Context, it *Iterate, reason string) error {
	if err := s.aim(ctx, it); err != nil {
		return err
	}
	if !(s.gain > 0) && largestAbsolute(it.Gradient) == 0 {
		it.stop(Converged, reason)
	}
	return nil
}

// Step implements [Stepper].
func (s *trustStepper) Step(ctx context.Context, it *Iterate) error {
	gain := s.gain
	if s.walled {
		gain = math.Inf(1)
	}
	for range 100 {
		p, err := s.line.Evaluate(ctx, 1)
		switch {
		case err != nil:
			return err
		case math.IsInf(p.Value, -1):
			it.stop(Unbounded, "the objective is minus infinity within one step")
			return nil
		case p.T == 0 || !(s.gain > 0):
			s.goal.giveUp(it, s.line.expected(gain), s.line.tried)
			return nil
		}
		if math.IsInf(p.Value, 1) {
			s.walled = true
		}
		before, length := it.Value, math.Sqrt(dotScaled(s.line.step, s.line.step, s.metric))
		share := (before - p.Value) / s.gain
		if s.gain <= blur(before) && math.Abs(before-p.Value) <= blur(before) && math.Abs(p.Slope) <= float64(-0.9*s.line.Slope) {
			share = 1 // the difference of the values is rounding, the slopes are not
		}
		switch {
		case !(share >= 0.25):
			s.radius = 0.25 * length
		case share > 0.75 && s.edge:
			s.radius = 2 * max(s.radius, length)
		}
		if share > 1e-4 {
			return s.take(ctx, it, before)
		}
		if s.gain <= rounding(before) {
			break
		}
		if err := s.aim(ctx, it); err != nil {
			return err
		}
		s.line.count--
	}
	s.goal.giveUp(it, gain, s.line.tried)
	return nil
}

// take makes the trial point the iterate.
func (s *trustStepper) take(ctx context.Context, it *Iterate, before float64) error {
	s.line.accept(s.s, s.y)
	if s.dense == nil && largestAbsolute(it.Gradient) == 0 {
		it.Decrement = 0
		it.stop(Converged, "the gradient is zero")
		return nil
	}
	if err := s.aimAway(ctx, it, "the gradient is zero, and the Hessian not indefinite"); err != nil || it.Status != Running {
		return err
	}
	if s.walled = s.walled && s.edge; !s.walled {
		s.goal.judge(it, s.line, before)
	}
	return nil
}
