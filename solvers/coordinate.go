package solvers

import (
	"context"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// CoordinateDescent minimises a [Composite] f + h, where f is a convex
// [Hessianer] and h an [L1] penalty or a [Box], by proximal Newton steps: the
// quadratic model of f at the iterate, plus h, is minimised one variable after
// the other,
//
//	x_j ← prox(x_j − q_j/h_jj),  q ← q + H_j·δ,
//
// on the Hessian alone, so that sweeps do not read the data. Variables that the
// gradient holds where they are cost nothing but a look at it; between sweeps
// over all of them, those that move are swept by themselves. The step to the
// minimum of the model is shortened until f + h has fallen enough. If f is
// [Quadratic], its Hessian is evaluated once: for least squares, this is
// coordinate descent on the Gram matrix.
//
// An iterate's Value is f + h, its Gradient the least subgradient. A run has
// converged as a [Descent] has.
//
// Source: Friedman, Hastie and Tibshirani, Regularization paths for generalized
// linear models via coordinate descent (2010); Lee, Sun and Saunders, Proximal
// Newton-type methods (2014).
type CoordinateDescent struct {
	// MaxSweeps is the largest number of sweeps for a step. Zero means 10000.
	MaxSweeps int
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "coordinate-descent".
func (CoordinateDescent) Name() string { return "coordinate-descent" }

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
	if m.MaxSweeps == 0 {
		m.MaxSweeps = 10000
	}
	n := p.Dim()
	s := &coordinateStepper{
		problem: problem, region: rough, sweeps: m.MaxSweeps,
		trial: point{x: make([]float64, n), gradient: make([]float64, n)}, gradient: make([]float64, n),
		target: make([]float64, n), q: make([]float64, n), least: make([]float64, n), active: make([]int, 0, n),
	}
	if q, ok := composite.Smooth().(Quadratic); ok {
		s.quadratic = q.Quadratic()
	}
	s.goal = newGoal(m.Tolerance, 1e-16, it)
	if it.Resumed() {
		if err := it.squareHessian(); err != nil {
			return nil, err
		}
		s.trial.hessian = it.Hessian
		if !s.quadratic {
			s.trial.hessian = memory.Slice[float64](n * n)
		}
		mirror(it.Hessian, n)
		return s, nil
	}
	if h := rough.Value(it.X); !finite(h) {
		rough.Prox(it.X, it.X, slices.Repeat([]float64{1}, n), 1)
	}
	copy(s.trial.x, it.X)
	it.Gradient, it.Hessian = make([]float64, n), memory.Slice[float64](n*n)
	s.trial.hessian = it.Hessian
	if !s.quadratic {
		it.Hessian = memory.Slice[float64](n * n)
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
	s.goal.first = value
	s.accept(it, value)
	if largestAbsolute(it.Gradient) == 0 {
		it.stop(Converged, "the least subgradient is zero at the start")
	}
	return s, nil
}

type coordinateStepper struct {
	problem   Hessianer
	region    region
	quadratic bool
	sweeps    int
	goal      goal
	trial     point
	gradient  []float64 // of f at the iterate
	target    []float64 // the minimum of the model
	q, least  []float64 // the gradient of the model's smooth part
	active    []int
	change    float64 // of the model from the iterate to the target
}

// State implements [Resumable].
func (s *coordinateStepper) State(v *State) {
	v.Numbers(s.target)
	v.Number(&s.goal.first, &s.change)
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
	return value + s.region.Value(s.trial.x), err
}

// accept makes the trial point the iterate, and finds the target of the next
// step.
func (s *coordinateStepper) accept(it *Iterate, value float64) {
	it.Value = value
	it.X, s.trial.x = s.trial.x, it.X
	s.gradient, s.trial.gradient = s.trial.gradient, s.gradient
	if !s.quadratic || it.Iteration == 0 {
		it.Hessian, s.trial.hessian = s.trial.hessian, it.Hessian
		mirror(it.Hessian, len(it.X))
	}
	s.region.least(it.Gradient, it.X, s.gradient)
	s.aim(it)
}

// mirror copies the upper triangle to the lower.
func mirror(h []float64, n int) {
	for i := range n {
		for j := range i {
			h[i*n+j] = h[j*n+i]
		}
	}
}

// aim minimises the model.
func (s *coordinateStepper) aim(it *Iterate) {
	copy(s.target, it.X)
	copy(s.q, s.gradient)
	enough := 0.0
	for sweep := 0; sweep < s.sweeps; {
		gain := s.sweep(it.Hessian, nil)
		if sweep++; sweep == 1 {
			// A model of a function that is not quadratic need not be
			// minimised to the last digit.
			enough = float64(1e-3 * float64(s.goal.tolerance*math.Abs(it.Value)))
			if !s.quadratic {
				enough = max(enough, 1e-6*gain)
			}
		}
		if !(gain > enough) {
			break
		}
		s.active = s.active[:0]
		for j := range s.target {
			if s.target[j] != it.X[j] || !s.region.held(j, s.target, s.least) {
				s.active = append(s.active, j)
			}
		}
		for ; sweep < s.sweeps && s.sweep(it.Hessian, s.active) > enough; sweep++ {
		}
	}
	s.change = s.region.Value(s.target) - s.region.Value(it.X)
	for j, x := range s.target {
		s.change = math.FMA(0.5*(s.q[j]+s.gradient[j]), x-it.X[j], s.change)
	}
	it.Decrement = max(-2*s.change, 0)
}

// sweep minimises the model in some variables, nil is all, one after the other,
// and returns what that has gained.
func (s *coordinateStepper) sweep(hessian []float64, some []int) (gain float64) {
	if some == nil {
		for j := range s.target {
			gain += s.minimise(hessian, j)
		}
		return gain
	}
	for _, j := range some {
		gain += s.minimise(hessian, j)
	}
	return gain
}

// minimise minimises the model in one variable, and leaves in least what that
// has moved. Where f has no curvature, some is made up.
func (s *coordinateStepper) minimise(hessian []float64, j int) (gain float64) {
	n := len(s.target)
	known := hessian[j*n+j]
	curvature := known
	if known < 0 {
		curvature = -known
	} else if known == 0 {
		curvature = 1
	}
	x := s.target[j]
	next := s.region.single(j, x-s.q[j]/curvature, curvature)
	step := next - x
	s.least[j] = step
	if step == 0 {
		return 0
	}
	s.target[j] = next
	kernels.Axpy(s.q, step, hessian[j*n:(j+1)*n])
	if curvature != known {
		s.q[j] += float64((curvature - known) * step)
	}
	return float64(0.5 * float64(float64(curvature*step)*step))
}

// Step implements [Stepper].
func (s *coordinateStepper) Step(ctx context.Context, it *Iterate) error {
	gain, last, t := it.Decrement/2, it.Value, 1.0
	for range 60 {
		for j, x := range it.X {
			s.trial.x[j] = s.target[j]
			if t != 1 {
				s.trial.x[j] = math.FMA(t, s.target[j]-x, x)
			}
		}
		if slices.Equal(s.trial.x, it.X) || !(s.change < 0) {
			break
		}
		value, err := s.evaluate(ctx, it, !s.quadratic && t == 1)
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
		if t != 1 && !s.quadratic {
			if value, err = s.evaluate(ctx, it, true); err != nil {
				return err
			}
		}
		if !s.quadratic && !finite(s.trial.hessian...) {
			it.stop(NotFinite, "the Hessian is not finite where the objective is")
			return nil
		}
		before := it.Value
		it.Iteration++
		it.StepLength = t
		s.accept(it, value)
		if largestAbsolute(it.Gradient) == 0 {
			it.stop(Converged, "the least subgradient is zero")
			return nil
		}
		s.goal.judge(it, nil, before)
		return nil
	}
	s.goal.giveUp(it, gain, Probe{Value: last})
	return nil
}

// falls judges the trial point as Line.Falls does.
func (s *coordinateStepper) falls(it *Iterate, value, t float64) bool {
	if value <= it.Value+float64(1e-4*float64(t*s.change)) {
		return true
	}
	s.region.least(s.least, s.trial.x, s.trial.gradient)
	before, after := 0.0, 0.0
	for j, x := range s.trial.x {
		before = math.FMA(it.Gradient[j], x-it.X[j], before)
		after = math.FMA(s.least[j], x-it.X[j], after)
	}
	return value-it.Value <= blur(it.Value) && math.Abs(after) <= float64(0.9*math.Abs(before))
}
