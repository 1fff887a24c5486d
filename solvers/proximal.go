package solvers

import (
	"context"
	"math"
	"slices"
)

// ProximalGradient minimises a [Composite] f + h by accelerated proximal
// gradient steps (FISTA),
//
//	x ← prox(y − t·P⁻¹·∇f(y)),  y ← x + θ·(x − x'),
//
// where x' is the x before, and P the diagonal of the Hessian of f at the
// start, if f is a [Diagonaler], or the unit matrix. t shrinks where f curves
// more than 1/t allows, and grows a little with every step. The momentum θ
// starts anew where x turns back, and where f + h rises (O'Donoghue and Candès,
// 2015), so that f + h falls in every step.
//
// An iterate's Value is f + h, its Gradient a subgradient of it, which vanishes
// at the minimum. A step takes two evaluations, one where there is no momentum.
// A run has converged as a [Descent] has. A start that h does not allow is moved
// by its proximal map first.
//
// Source: Beck and Teboulle, A fast iterative shrinkage-thresholding algorithm
// for linear inverse problems (2009).
type ProximalGradient struct {
	// Length is the t of the first step, in units of P. Zero finds one.
	Length float64
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "proximal-gradient".
func (ProximalGradient) Name() string { return "proximal-gradient" }

// Takes implements [CompositeMethod]: any.
func (ProximalGradient) Takes(Rough) bool { return true }

// IterationLimit implements [Limiter].
func (ProximalGradient) IterationLimit() int { return patience }

// Start evaluates the gradient at the start.
func (m ProximalGradient) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	problem, err := need[Composite](m, p, "a smooth and a rough part")
	if err != nil {
		return nil, err
	}
	n := p.Dim()
	s := &proximalStepper{
		problem: counted{problem.Smooth(), &it.Evaluations}, rough: problem.Rough(), length: m.Length, theta: 1,
		before: make([]float64, n), gradient: make([]float64, n), turned: make([]float64, n),
		y: point{x: make([]float64, n), gradient: make([]float64, n)}, z: point{x: make([]float64, n), gradient: make([]float64, n)},
	}
	if s.metric, err = firstComposite(ctx, s.problem, s.rough, it); err != nil || it.Status != Running {
		return s, err
	}
	s.goal = newGoal(m.Tolerance, 1e-16, it)
	if it.Resumed() {
		return s, nil
	}
	if s.length == 0 {
		s.length = firstLength(it, s.metric)
	}
	copy(s.gradient, it.Gradient)
	copy(s.before, it.X)

	// What a step from here would do is what is left of the gradient.
	s.step(it.X, it.Gradient)
	for i, x := range it.X {
		it.Gradient[i] = float64(s.metric[i]*(x-s.z.x[i])) / s.length
	}
	if largestAbsolute(it.Gradient) == 0 {
		it.stop(Converged, "no proximal step leads away from the start")
	}
	s.expect(it)
	return s, nil
}

// firstComposite evaluates a composite problem at the start, moved to where it
// is allowed. The iterate gets the gradient of the smooth part. Of a run that
// is resumed, it returns room for the metric.
func firstComposite(ctx context.Context, smooth counted, rough Rough, it *Iterate) (metric []float64, err error) {
	if it.Resumed() {
		return make([]float64, len(it.X)), nil
	}
	if h := rough.Value(it.X); math.IsInf(h, 1) || math.IsNaN(h) {
		ones := make([]float64, len(it.X))
		fill(ones, 1)
		rough.Prox(it.X, it.X, ones, 1)
	}
	it.Gradient = make([]float64, len(it.X))
	if it.Value, err = smooth.Gradient(ctx, it.X, it.Gradient); err != nil {
		return nil, err
	}
	it.Value += rough.Value(it.X)
	if !finite(it.Value) || !finite(it.Gradient...) {
		it.stop(NotFinite, "the objective or its gradient is not finite at the start")
		return nil, nil
	}
	return metricAt(ctx, smooth.Gradienter, it)
}

type proximalStepper struct {
	problem  counted
	rough    Rough
	goal     goal
	metric   []float64
	gradient []float64 // of f at the iterate
	before   []float64 // the iterate before
	y, z     point     // where steps start, and where they lead
	turned   []float64
	length   float64
	theta    float64
}

// State implements [Resumable].
func (s *proximalStepper) State(v *State) {
	v.Numbers(s.metric, s.gradient, s.before)
	v.Part(&s.goal)
	v.Number(&s.length, &s.theta)
}

// expect sets what the next step is to gain.
func (s *proximalStepper) expect(it *Iterate) {
	it.Decrement = float64(s.length * dotInverse(it.Gradient, it.Gradient, s.metric))
}

// step sets z to a proximal step from a place with a gradient.
func (s *proximalStepper) step(x, gradient []float64) {
	for i, g := range gradient {
		s.turned[i] = x[i] - float64(s.length*g)/s.metric[i]
	}
	s.rough.Prox(s.z.x, s.turned, s.metric, s.length)
}

// Step implements [Stepper].
func (s *proximalStepper) Step(ctx context.Context, it *Iterate) (err error) {
	gain, last := it.Decrement/2, math.Inf(1)
	for range 100 {
		next := (1 + math.Sqrt(math.FMA(4*s.theta, s.theta, 1))) / 2
		if err := s.start(ctx, it, (s.theta-1)/next); err != nil {
			return err
		}
		s.step(s.y.x, s.y.gradient)
		if slices.Equal(s.z.x, it.X) && s.theta == 1 {
			break
		}
		f, err := s.problem.Gradient(ctx, s.z.x, s.z.gradient)
		if err != nil {
			return err
		}
		value := f + s.rough.Value(s.z.x)
		last = value
		switch {
		case math.IsInf(value, -1):
			it.stop(Unbounded, "the objective is minus infinity within one step")
			return nil
		case !finite(value) || !finite(s.z.gradient...):
			s.length *= 0.1
			s.theta = 1
			continue
		case s.curves() > 1:
			s.length *= 0.5
			continue
		case value > it.Value && !(value-it.Value <= blur(it.Value) && s.eases(it)):
			if s.theta == 1 {
				s.length *= 0.5
			}
			s.theta = 1
			continue
		}
		before := it.Value
		it.Value = value
		s.take(it, next)
		s.expect(it)
		s.goal.judge(it, nil, before)
		return nil
	}
	s.goal.giveUp(it, gain, Probe{Value: last})
	return nil
}

// start sets y, and evaluates it unless it is the iterate.
func (s *proximalStepper) start(ctx context.Context, it *Iterate, momentum float64) (err error) {
	if momentum == 0 {
		copy(s.y.x, it.X)
		copy(s.y.gradient, s.gradient)
		return nil
	}
	for i, x := range it.X {
		s.y.x[i] = x + float64(momentum*(x-s.before[i]))
	}
	s.y.value, err = s.problem.Gradient(ctx, s.y.x, s.y.gradient)
	return err
}

// curves is the curvature of f from y to z, in units of 1/t.
func (s *proximalStepper) curves() float64 {
	change, size := 0.0, 0.0
	for i, z := range s.z.x {
		d := z - s.y.x[i]
		change = math.FMA(s.z.gradient[i]-s.y.gradient[i], d, change)
		size = math.FMA(float64(s.metric[i]*d), d, size)
	}
	return float64(s.length*change) / size
}

// eases reports whether subgradients along the way to z have shrunk: where
// values differ by rounding only, they tell whether f + h falls.
func (s *proximalStepper) eases(it *Iterate) bool {
	before, after := 0.0, 0.0
	for i, z := range s.z.x {
		d := z - it.X[i]
		before = math.FMA(it.Gradient[i], d, before)
		after = math.FMA(s.subgradient(i), d, after)
	}
	return math.Abs(after) <= float64(0.9*math.Abs(before))
}

// subgradient is an entry of the subgradient at z that its step implies.
func (s *proximalStepper) subgradient(i int) float64 {
	return float64(s.metric[i]*(s.y.x[i]-s.z.x[i]))/s.length + (s.z.gradient[i] - s.y.gradient[i])
}

// take makes z the iterate.
func (s *proximalStepper) take(it *Iterate, theta float64) {
	back := 0.0
	for i, z := range s.z.x {
		pull := float64(s.metric[i] * (s.y.x[i] - z))
		back = math.FMA(pull, z-it.X[i], back)
		it.Gradient[i] = s.subgradient(i)
	}
	s.before, it.X, s.z.x = it.X, s.z.x, s.before
	s.gradient, s.z.gradient = s.z.gradient, s.gradient
	it.Iteration++
	it.StepLength = s.length
	s.length *= growth
	if s.theta = theta; back > 0 {
		s.theta = 1
	}
}
