package solvers

import (
	"context"
	"math"
)

// Nesterov minimises a [Gradienter] by accelerated gradient descent,
//
//	z ← x − t·P⁻¹g,  x ← z + θ·(z − z'),
//
// where z' is the z before and P the diagonal of the Hessian at the start, if
// the problem is a [Diagonaler], or the unit matrix. The momentum θ grows by
// Nesterov's rule; it starts anew where the gradient turns against the way x
// goes (O'Donoghue and Candès, 2015).
//
// t shrinks where f curves more along the way of x than 1/t allows, or rises
// above the largest of the latest values, and grows a little with every step.
// So a step takes one evaluation, and f need not fall in every step; the result
// has the best point.
//
// Source: Nesterov (1983); Beck and Teboulle (2009) for the rule of θ.
type Nesterov struct {
	// Length is the t of the first step, in units of P. Zero finds one.
	Length float64
	// Tolerance is as in [Descent]. Zero means 1e-16.
	Tolerance float64
}

// Name returns "nesterov".
func (Nesterov) Name() string { return "nesterov" }

// IterationLimit implements [Limiter].
func (Nesterov) IterationLimit() int { return patience }

// Start evaluates the gradient at the start.
func (m Nesterov) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	problem, err := need[Gradienter](m, p, "a gradient")
	if err != nil {
		return nil, err
	}
	n := p.Dim()
	s := &nesterovStepper{
		z: make([]float64, n), before: make([]float64, n), s: make([]float64, n), y: make([]float64, n),
		length: m.Length, theta: 1,
	}
	counting := counted{problem, &it.Evaluations}
	if s.metric, err = firstGradient(ctx, counting, p, it); err != nil || it.Status != Running {
		return s, err
	}
	s.line = newLine(counting, it)
	s.goal = newGoal(m.Tolerance, 1e-16, it)
	if it.Resumed() {
		return s, nil
	}
	if s.length == 0 {
		s.length = firstLength(it, s.metric)
	}
	copy(s.before, it.X)
	s.expect(it)
	return s, nil
}

type nesterovStepper struct {
	line      *Line // evaluates, and remembers values
	goal      goal
	metric    []float64
	z, before []float64
	s, y      []float64
	length    float64
	free      float64 // the length before f was not finite a step farther on; 0 once curvature limits steps
	theta     float64 // the t of Nesterov's rule, 1 where there is no momentum
}

// State implements [Resumable].
func (s *nesterovStepper) State(v *State) {
	v.Numbers(s.metric, s.before)
	v.Part(&s.goal)
	v.Number(&s.length, &s.free, &s.theta)
	v.Part(s.line)
}

// expect sets what the next step is to gain. Beside a wall, where f is not
// finite, steps are short though much is left to be gained.
func (s *nesterovStepper) expect(it *Iterate) {
	it.Decrement = float64(max(s.length, s.free) * dotInverse(it.Gradient, it.Gradient, s.metric))
}

// Step implements [Stepper].
func (s *nesterovStepper) Step(ctx context.Context, it *Iterate) error {
	gain := it.Decrement / 2
	for range 100 {
		theta := s.aim(it)
		s.line.turn()
		s.line.count-- // counted where the step is taken
		p, err := s.line.Evaluate(ctx, 1)
		switch {
		case err != nil:
			return err
		case math.IsInf(p.Value, -1):
			it.stop(Unbounded, "the objective is minus infinity within one step")
			return nil
		case p.T == 0:
			s.goal.giveUp(it, gain, s.line.tried)
			return nil
		case math.IsInf(p.Value, 1):
			s.restart(it)
			s.free = max(s.free, s.length)
			s.shorten(it, 0.1)
			continue
		case s.curves() > 1:
			s.free = 0
			s.shorten(it, 0.5)
			continue
		case !s.line.Falls(p, s.line.Highest(10), 0):
			if s.theta == 1 {
				s.shorten(it, 0.5)
			}
			s.restart(it)
			continue
		}
		before := it.Value
		s.line.count++
		s.line.accept(s.s, s.y) // with a length of 1
		s.before, s.z = s.z, s.before
		if s.theta = theta; dot(it.Gradient, s.s) > 0 {
			s.restart(it)
		}
		s.length *= growth
		s.expect(it)
		s.goal.judge(it, s.line, before)
		it.StepLength = s.length
		return nil
	}
	s.goal.giveUp(it, gain, s.line.tried)
	return nil
}

// aim sets z and the step of the line, and returns the next momentum.
func (s *nesterovStepper) aim(it *Iterate) float64 {
	next := (1 + math.Sqrt(math.FMA(4*s.theta, s.theta, 1))) / 2
	momentum := (s.theta - 1) / next
	for i, x := range it.X {
		s.z[i] = x - float64(s.length*it.Gradient[i])/s.metric[i]
		s.line.step[i] = s.z[i] + float64(momentum*(s.z[i]-s.before[i])) - x
	}
	return next
}

// curves is the curvature of f along the step, in units of 1/t.
func (s *nesterovStepper) curves() float64 {
	step, l := s.line.step, s.line
	return float64(s.length*(l.last.Slope-l.Slope)) / dotScaled(step, step, s.metric)
}

// growth is by how much the steps of accelerated methods grow while nothing
// speaks against it.
const growth = 1.02

// restart drops the momentum.
func (s *nesterovStepper) restart(it *Iterate) {
	s.theta = 1
	copy(s.before, it.X)
}

// shorten makes steps shorter.
func (s *nesterovStepper) shorten(it *Iterate, factor float64) {
	s.length *= factor
	s.expect(it)
}
