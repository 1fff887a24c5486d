package solvers

import (
	"context"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// A region is a rough function of single variables that is smooth but for
// kinks or bounds: on the face that an iterate lies on, steps of smooth methods
// make sense.
type region interface {
	Rough
	least(dst, x, g []float64)
	slope(i int, x, g float64) float64
	held(i int, x, least []float64) bool
	inside(i int, x float64) bool
	reach(i int, x, step float64) float64
	kink(i int, step float64) float64
	free(i int) bool
	single(i int, v, m float64) float64
	align(step, x, least []float64)
	project(z, x, least []float64)
}

// startOnFaces starts the method of a region of type R.
func startOnFaces[R region](ctx context.Context, m Method, p Problem, it *Iterate, what string, memory int, tolerance float64) (Stepper, error) {
	problem, err := need[Composite](m, p, "a smooth part and "+what)
	if err != nil {
		return nil, err
	}
	rough, ok := problem.Rough().(R)
	if !ok {
		return nil, unfit(m, problem.Rough(), what)
	}
	if memory == 0 {
		memory = 10
	}
	n := p.Dim()
	s := &faceStepper{
		problem: counted{problem.Smooth(), &it.Evaluations}, region: rough,
		step: make([]float64, n), s: make([]float64, n), y: make([]float64, n), held: make([]bool, n),
		gradient: make([]float64, n), least: make([]float64, n),
		trial: point{x: make([]float64, n), gradient: make([]float64, n)},
	}
	metric, err := firstComposite(ctx, s.problem, rough, it)
	if err != nil || it.Status != Running {
		return s, err
	}
	s.heading = twoLoops{memory: memory}.Start(metric).(*twoLoopsHeading)
	s.goal = newGoal(tolerance, 1e-16, it)
	if it.Resumed() {
		return s, nil
	}
	copy(s.gradient, it.Gradient)
	rough.least(it.Gradient, it.X, s.gradient)
	if largestAbsolute(it.Gradient) == 0 {
		it.stop(Converged, "the least subgradient is zero at the start")
		return s, nil
	}
	s.aim(it)
	return s, nil
}

type faceStepper struct {
	problem  counted
	region   region
	heading  *twoLoopsHeading
	goal     goal
	step     []float64
	first    float64
	held     []bool
	gradient []float64 // of f at the iterate
	least    []float64 // the least subgradient at the trial
	trial    point
	s, y     []float64
}

// State implements [Resumable].
func (s *faceStepper) State(v *State) {
	v.Numbers(s.heading.metric, s.step, s.gradient)
	v.Part(&s.goal)
	v.Number(&s.first)
	v.Part(s.heading)
}

// aim finds the next direction.
func (s *faceStepper) aim(it *Iterate) {
	for i := range s.held {
		s.held[i] = s.region.held(i, it.X, it.Gradient)
	}
	for {
		s.first = s.heading.aimWithin(s.step, it, s.held)
		s.region.align(s.step, it.X, it.Gradient)
		slope := dot(s.step, it.Gradient)
		if slope < 0 && finite(slope) || s.heading.count == 0 {
			it.Decrement = max(-float64(s.first*slope), 0)
			return
		}
		s.heading.Forget()
	}
}

// Step implements [Stepper].
func (s *faceStepper) Step(ctx context.Context, it *Iterate) error {
	gain := it.Decrement / 2
	for {
		found, value, err := s.search(ctx, it)
		switch {
		case err != nil:
			return err
		case math.IsInf(value, -1):
			it.stop(Unbounded, "the objective is minus infinity within one step")
			return nil
		case found:
			s.take(it, value)
			return nil
		case s.heading.count == 0:
			s.goal.giveUp(it, gain, Probe{Value: value})
			return nil
		}
		s.heading.Forget()
		s.aim(it)
	}
}

// search shortens the step until f + h has fallen enough, in proportion to what
// the path to the trial, bent as it is, leads down.
func (s *faceStepper) search(ctx context.Context, it *Iterate) (found bool, value float64, err error) {
	t := s.first
	for range 60 {
		for i, x := range it.X {
			s.trial.x[i] = math.FMA(t, s.step[i], x)
		}
		s.region.project(s.trial.x, it.X, it.Gradient)
		if slices.Equal(s.trial.x, it.X) {
			return false, it.Value, nil
		}
		if value, err = s.problem.Gradient(ctx, s.trial.x, s.trial.gradient); err != nil {
			return false, value, err
		}
		value += s.region.Value(s.trial.x)
		if math.IsInf(value, -1) {
			return false, value, nil
		}
		if !finite(value) || !finite(s.trial.gradient...) {
			value = math.Inf(1)
			t *= 0.1
			continue
		}
		if s.falls(it, value) {
			it.StepLength = t
			return true, value, nil
		}
		t *= 0.5
	}
	return false, value, nil
}

// falls judges the trial point as Line.Falls does, and sets its least
// subgradient.
func (s *faceStepper) falls(it *Iterate, value float64) bool {
	for i, z := range s.trial.x {
		s.s[i] = z - it.X[i]
	}
	s.region.least(s.least, s.trial.x, s.trial.gradient)
	down := dot(it.Gradient, s.s)
	if value <= it.Value+float64(1e-4*down) {
		return true
	}
	return value-it.Value <= blur(it.Value) && math.Abs(dot(s.least, s.s)) <= float64(-0.9*down)
}

// take makes the trial point the iterate.
func (s *faceStepper) take(it *Iterate, value float64) {
	before := it.Value
	for i, g := range s.trial.gradient {
		s.y[i] = g - s.gradient[i]
	}
	it.Value = value
	it.X, s.trial.x = s.trial.x, it.X
	s.gradient, s.trial.gradient = s.trial.gradient, s.gradient
	it.Gradient, s.least = s.least, it.Gradient
	it.Iteration++
	if largestAbsolute(it.Gradient) == 0 {
		it.Decrement = 0
		it.stop(Converged, "the least subgradient is zero")
		return
	}
	s.heading.Learn(s.s, s.y)
	s.aim(it)
	s.goal.judge(it, nil, before)
}

// aimWithin is Aim for the variables that are not held, as if the others did
// not exist.
func (h *twoLoopsHeading) aimWithin(step []float64, it *Iterate, held []bool) float64 {
	release := func() {
		for i, hold := range held {
			if hold {
				step[i] = 0
			}
		}
	}
	for i, g := range it.Gradient {
		step[i] = -g
	}
	release()
	factor := 0.0
	oldest := max(0, h.count-len(h.pairs))
	for k := h.count - 1; k >= oldest; k-- {
		p := &h.pairs[k%len(h.pairs)]
		sy, ss, yy := 0.0, 0.0, 0.0
		for i, hold := range held {
			if !hold {
				sy = math.FMA(p.s[i], p.y[i], sy)
				ss = math.FMA(float64(p.s[i]*h.metric[i]), p.s[i], ss)
				yy = math.FMA(p.y[i]/h.metric[i], p.y[i], yy)
			}
		}
		p.sy = 0
		if !(sy > float64(1e-14*float64(math.Sqrt(ss)*math.Sqrt(yy)))) {
			continue // says nothing of this face
		}
		if p.sy = sy; factor == 0 {
			factor = sy / yy
		}
		p.alpha = dot(p.s, step) / sy
		kernels.Axpy(step, -p.alpha, p.y)
		release()
	}
	if factor == 0 {
		h.Forget()
		for i, m := range h.metric {
			step[i] /= m
		}
		return firstLength(it, h.metric)
	}
	for i, m := range h.metric {
		step[i] *= factor / m
	}
	for k := oldest; k < h.count; k++ {
		if p := &h.pairs[k%len(h.pairs)]; p.sy != 0 {
			kernels.Axpy(step, p.alpha-dot(p.y, step)/p.sy, p.s)
			release()
		}
	}
	return 1
}
