package solvers

import (
	"context"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/memory"
)

// CoordinateDescent minimises a [Composite] f + h, where f is a convex
// [Hessianer] and h an [L1] penalty or a [Box], by proximal Newton steps: the
// quadratic model of f at the iterate, plus h, is minimised one variable after
// the other,
//
//	x_j ← prox(x_j − q_j/h_jj),  q ← q + H_j·δ,
//
// on the Hessian alone, so that sweeps do not read the data. Sweeps go over the
// variables that move or may have to, and a look at the gradient of all shows
// who was missing; where they take long, a factorisation leads to the minimum
// for the variables that are off their kinks. A leading variable ([Leader])
// without a penalty is eliminated. The step to the minimum of the model is
// shortened until f + h has fallen enough. If f is [Quadratic], its Hessian is
// evaluated once: for least squares, this is coordinate descent on the Gram
// matrix. Where there are more than 16 variables, a Hessian serves for more than one
// step of any f, as long as the gain to be had falls by a factor of 16 a step.
//
// An iterate's Value is f + h, its Gradient the least subgradient. A run has
// converged if what the model has to gain is no more than Tolerance·|f + h|,
// and otherwise as a [Descent] has.
//
// Source: Friedman, Hastie and Tibshirani, Regularization paths for generalized
// linear models via coordinate descent (2010); Lee, Sun and Saunders, Proximal
// Newton-type methods (2014).
type CoordinateDescent struct {
	// MaxSweeps is the largest number of sweeps for a step. Zero means 10000.
	MaxSweeps int
	// Tolerance is what is left to be gained, relative to the value of f + h,
	// when the run has converged. Zero means 1e-20: some ten digits of x.
	Tolerance float64
}

// Name returns "coordinate-descent".
func (CoordinateDescent) Name() string { return "coordinate-descent" }

// Takes implements [CompositeMethod]: an L1 penalty or a box.
func (CoordinateDescent) Takes(r Rough) bool {
	_, ok := r.(region)
	return ok
}

// Start evaluates the Hessian at the start.
func (m CoordinateDescent) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	composite, err := need[Composite](m, p, "a smooth and a rough part")
	if err != nil {
		return nil, err
	}
	rough, ok := composite.Rough().(region)
	if !ok {
		return nil, unfit(m, composite.Rough(), "an L1 penalty or a box")
	}
	problem, err := need[Hessianer](m, composite.Smooth(), "a Hessian")
	if err != nil {
		return nil, err
	}
	return m.start(ctx, problem, rough, nil, it)
}

// start is Start, with a ridge to be added to the problem, or nil.
func (m CoordinateDescent) start(ctx context.Context, p Hessianer, r region, ridge []float64, it *Iterate) (*coordinateStepper, error) {
	if m.MaxSweeps == 0 {
		m.MaxSweeps = 10000
	}
	n := p.Dim()
	s := &coordinateStepper{
		problem: p, region: r, ridge: ridge, sweeps: newSweeps(n, r, m.MaxSweeps), reuse: n > fewVariables,
		trial: point{x: make([]float64, n), gradient: make([]float64, n)}, gradient: make([]float64, n),
	}
	s.sweeps.factor.Threads = threadsOf(p)
	if q, ok := p.(Quadratic); ok {
		s.quadratic = q.Quadratic()
	}
	if l, ok := p.(Leader); ok {
		s.leads = l.Lead() == 1
	}
	s.goal = newGoal(m.Tolerance, 1e-20, it)
	if it.Resumed() {
		return s, s.resume(it)
	}
	if h := r.Value(it.X); !finite(h) {
		r.Prox(it.X, it.X, slices.Repeat([]float64{1}, n), 1)
	}
	copy(s.trial.x, it.X)
	it.Gradient = make([]float64, n)
	s.hessian = memory.Slice[float64](n * n)
	if s.trial.hessian = s.hessian; !s.quadratic {
		s.trial.hessian = memory.Slice[float64](n * n)
	}
	value, err := s.evaluate(ctx, it, true)
	if err != nil {
		return nil, err
	}
	if !finite(value) || !finite(s.trial.gradient...) || !finite(s.trial.hessian...) {
		it.Value = value
		it.stop(NotFinite, "the objective, its gradient or its Hessian is not finite at the start")
		return s, nil
	}
	s.goal.begin(value)
	s.accept(it, value, true)
	switch {
	case largestAbsolute(it.Gradient) == 0:
		it.stop(Converged, "the least subgradient is zero at the start")
	case s.goal.reached(it.Decrement/2, it.Value) && !s.steep(it):
		it.stop(Converged, "the model has next to nothing to gain at the start")
	}
	return s, nil
}

// fewVariables is up to how many a Hessian takes about as long as a gradient,
// and is evaluated for every step.
const fewVariables = 16

type coordinateStepper struct {
	problem   Hessianer
	region    region
	ridge     []float64
	quadratic bool
	leads     bool
	sweeps    *sweeps
	goal      goal
	trial     point
	gradient  []float64 // of f at the iterate
	hessian   []float64 // of the model
	change    float64   // of the model from the iterate to its minimum

	reuse bool // Hessians may serve for more than one step
	good  bool // the last step has shown that this one does
	poor  bool // it does not, and has not been evaluated at the iterate
	older bool // it is that of an iterate before
}

// resume makes the Hessians of a run that goes on.
func (s *coordinateStepper) resume(it *Iterate) error {
	n := len(it.X)
	if it.Hessian != nil || s.quadratic {
		if err := it.squareHessian(); err != nil {
			return err
		}
		s.hessian = it.Hessian
		mirror(s.hessian, n)
	} else {
		s.hessian = memory.Slice[float64](n * n) // State knows it
	}
	if s.trial.hessian = s.hessian; !s.quadratic {
		s.trial.hessian = memory.Slice[float64](n * n)
	}
	return nil
}

// State implements [Resumable]. The Hessian of the model is the iterate's, or one
// of an iterate before.
func (s *coordinateStepper) State(v *State) {
	v.Numbers(s.sweeps.x)
	v.Part(&s.goal)
	v.Number(&s.change)
	v.Flag(&s.good, &s.poor, &s.older)
	if s.older {
		v.triangle(s.hessian, len(s.sweeps.x))
		if v.Reading() {
			mirror(s.hessian, len(s.sweeps.x))
		}
	}
}

// evaluate takes the trial point, and returns the value of f + h.
func (s *coordinateStepper) evaluate(ctx context.Context, it *Iterate, second bool) (value float64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if second {
		it.Evaluations.Hessians++
		value, err = s.problem.Hessian(ctx, s.trial.x, s.trial.gradient, s.trial.hessian)
	} else {
		it.Evaluations.Gradients++
		value, err = s.problem.Gradient(ctx, s.trial.x, s.trial.gradient)
	}
	for i, ridge := range s.ridge {
		x := s.trial.x[i]
		value += 0.5 * float64(float64(ridge*x)*x)
		s.trial.gradient[i] += float64(ridge * x)
	}
	return value + s.region.Value(s.trial.x), err
}

// accept makes the trial point the iterate, with its Hessian if that was
// evaluated, and finds the target of the next step.
func (s *coordinateStepper) accept(it *Iterate, value float64, second bool) {
	it.Value = value
	it.X, s.trial.x = s.trial.x, it.X
	s.gradient, s.trial.gradient = s.trial.gradient, s.gradient
	if second {
		s.hessian, s.trial.hessian = s.trial.hessian, s.hessian
		mirror(s.hessian, len(it.X))
		s.sweeps.renew()
		it.Hessian, s.older = s.hessian, false
	} else if !s.quadratic {
		it.Hessian, s.older = nil, true
	}
	s.aim(it)
}

// aim minimises the model.
func (s *coordinateStepper) aim(it *Iterate) {
	s.region.least(it.Gradient, it.X, s.gradient)
	w := s.sweeps
	w.region, w.ridge, w.hessian = s.region, s.ridge, s.hessian
	w.lead = s.leads && s.region.free(0) && s.hessian[0] > 0
	share := 0.0
	if !s.quadratic {
		share = 1e-6 // it need not be minimised to the last digit
	}
	w.minimise(it.X, s.gradient, float64(1e-3*float64(s.goal.tolerance*math.Abs(it.Value))), share)
	s.change = s.region.Value(w.x) - s.region.Value(it.X)
	for j, x := range w.x {
		s.change = math.FMA(0.5*(w.q[j]+s.gradient[j]), x-it.X[j], s.change)
	}
	it.Decrement = max(-2*s.change, 0)
}

// renew evaluates the Hessian at the iterate, where only the gradient is known.
func (s *coordinateStepper) renew(ctx context.Context, it *Iterate) error {
	copy(s.trial.x, it.X)
	value, err := s.evaluate(ctx, it, true)
	if err != nil {
		return err
	}
	if !finite(s.trial.hessian...) {
		it.stop(NotFinite, "the Hessian is not finite where the objective is")
		return nil
	}
	s.poor = false
	s.accept(it, value, true)
	return nil
}

// Step implements [Stepper].
func (s *coordinateStepper) Step(ctx context.Context, it *Iterate) error {
	if s.poor {
		if err := s.renew(ctx, it); err != nil || it.Status != Running {
			return err
		}
	}
	gain, last, t := it.Decrement/2, it.Value, 1.0
	for range 60 {
		for j, x := range it.X {
			s.trial.x[j] = s.sweeps.x[j]
			if t != 1 {
				s.trial.x[j] = math.FMA(t, s.sweeps.x[j]-x, x)
			}
		}
		if slices.Equal(s.trial.x, it.X) || !(s.change < 0) {
			break
		}
		second := !s.quadratic && t == 1 && !s.good
		value, err := s.evaluate(ctx, it, second)
		if err != nil {
			return err
		}
		last = value
		switch {
		case math.IsInf(value, -1):
			it.stop(Unbounded, "the objective is minus infinity within one step")
			return nil
		case !finite(value) || !finite(s.trial.gradient...):
			last = math.Inf(1)
			t *= 0.1
			continue
		case !s.falls(it, value, t):
			t *= 0.5
			continue
		}
		if second && !finite(s.trial.hessian...) {
			it.stop(NotFinite, "the Hessian is not finite where the objective is")
			return nil
		}
		s.take(it, value, t, second, gain)
		return nil
	}
	if it.Hessian == nil && gain > rounding(it.Value) && !s.goal.reached(gain, it.Value) {
		return s.renew(ctx, it) // the Hessian of another place may be to blame
	}
	if s.steep(it) {
		it.stop(Stalled, "the Hessian vanishes in a variable in which the objective still falls")
		return nil
	}
	s.goal.giveUp(it, gain, Probe{Value: last})
	return nil
}

// steep reports whether a variable weighs whose curvature had to be made up: then
// what the model promises says nothing of a minimum.
func (s *coordinateStepper) steep(it *Iterate) bool {
	for i, made := range s.sweeps.made {
		if made != 0 && weighs(it, i) {
			return true
		}
	}
	return false
}

// take makes the trial point the iterate, which was to gain so much.
func (s *coordinateStepper) take(it *Iterate, value, t float64, second bool, gain float64) {
	before := it.Value
	it.Iteration++
	it.StepLength = t
	s.accept(it, value, second)
	s.good = s.reuse && t == 1 && float64(16*it.Decrement) <= float64(2*gain)
	s.poor = !s.quadratic && !second && !s.good
	s.goal.count(it)
	switch {
	case largestAbsolute(it.Gradient) == 0:
		it.stop(Converged, "the least subgradient is zero")
	case s.steep(it):
	case !s.poor && s.goal.reachedLate(it.Decrement/2, it.Value):
		it.stop(Converged, "the model has next to nothing left to gain")
	case !s.poor && gain <= rounding(it.Value) && it.Decrement/2 > gain/4:
		it.stop(Converged, "what could be gained is within the rounding of the variables")
	default:
		s.goal.judge(it, nil, before)
	}
}

// falls judges the trial point as Line.Falls does.
func (s *coordinateStepper) falls(it *Iterate, value, t float64) bool {
	if value <= it.Value+float64(1e-4*float64(t*s.change)) {
		return true
	}
	before, after := 0.0, 0.0
	for j, x := range s.trial.x {
		before = math.FMA(it.Gradient[j], x-it.X[j], before)
		after = math.FMA(s.region.slope(j, x, s.trial.gradient[j]), x-it.X[j], after)
	}
	return value-it.Value <= blur(it.Value) && math.Abs(after) <= float64(0.9*math.Abs(before))
}
