package solvers

import (
	"context"
	"math"
)

// A Direction says where to search next: the part of a [Descent] that tells
// one method from another. It is a plain struct of settings; what a run has to
// remember lives in the heading, which is [Resumable] if runs are to be.
type Direction interface {
	// Start returns a heading for one run. metric is the diagonal of the
	// Hessian at the start, where the problem knows it, else all ones: its
	// entries are positive, and steps of g/metric have the units of x.
	Start(metric []float64) Heading
}

// A Heading finds the directions of one run.
type Heading interface {
	// Aim sets step to a direction in which f falls, and returns the multiple
	// of it to try first: one that is expected to gain half of first·|gᵀstep|.
	Aim(step []float64, it *Iterate) (first float64)
	// Learn takes note of a step: s is the difference of the points, y that of
	// the gradients.
	Learn(s, y []float64)
	// Forget makes the next direction that of steepest descent.
	Forget()
}

// Descent minimises a [Gradienter] along directions: in every step one is
// aimed at and searched. [GradientDescent], [ConjugateGradient], [BFGS] and
// [LBFGS] are Descents by a shorter name; a direction of your own makes another
// one.
//
// Where the problem is a [Diagonaler], the diagonal of the Hessian at the start
// scales the variables, so that units do not matter. That is one evaluation. Where
// it is not, and squares of the gradient overflow or vanish, a power of two does.
//
// A direction along which f does not fall, or whose search finds nothing, is
// forgotten with all that led to it, and the next is that of steepest descent.
//
// A run has converged if the last step has gained, and the next is expected to
// gain, no more than Tolerance·|f|. Where the minimum is about zero no gain is; then no
// more than Tolerance², or 1e-26, of all that was gained before, and no more than
// Tolerance², or 1e-22, of what was gained since some half of the steps, unless as many
// steps again, and at least 50, have been taken since. It has also converged where no search succeeds
// and rounding explains it. What is left to gain is of the order of the last steps for
// methods that know the curvature, and as many times that as the problem is
// ill-conditioned for the others.
type Descent struct {
	// Label is the name of the method. Empty means "descent".
	Label string
	// Direction is steepest descent if it is nil.
	Direction Direction
	// Search is StrongWolfe{} if it is nil.
	Search Search
	// Tolerance is the gain of a step, relative to the value of f, at which the
	// run has converged. Zero means 1e-16.
	Tolerance float64
}

// Name returns the label.
func (m Descent) Name() string {
	if m.Label == "" {
		return "descent"
	}
	return m.Label
}

// IterationLimit implements [Limiter].
func (Descent) IterationLimit() int { return patience }

// patience is the iteration limit of methods that take many cheap steps.
const patience = 10000

// Start evaluates the gradient at the start.
func (m Descent) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	problem, err := need[Gradienter](m, p, "a gradient")
	if err != nil {
		return nil, err
	}
	if m.Direction == nil {
		m.Direction = steepest{}
	}
	if m.Search == nil {
		m.Search = StrongWolfe{}
	}
	n := p.Dim()
	s := &descentStepper{search: m.Search, s: make([]float64, n), y: make([]float64, n)}
	_, known := p.(Diagonaler)
	s.plain = !known
	counting := counted{problem, &it.Evaluations}
	metric, err := firstGradient(ctx, counting, p, it)
	if err != nil || it.Status != Running {
		return s, err
	}
	s.metric = metric
	if d, ok := m.Direction.(problemDirection); !ok {
		s.heading = m.Direction.Start(metric)
	} else if s.heading, err = d.startOn(ctx, p, metric, it); err != nil {
		return s, err
	}
	s.line = newLine(counting, it)
	s.goal = newGoal(m.Tolerance, 1e-16, it)
	if !it.Resumed() {
		s.aim(it)
	}
	return s, nil
}

// firstGradient evaluates a problem at the start, where p counts what it does,
// and returns the metric of the original. Of a run that is resumed it returns
// room for the metric.
func firstGradient(ctx context.Context, p Gradienter, original Problem, it *Iterate) (metric []float64, err error) {
	if it.Resumed() {
		return make([]float64, p.Dim()), nil
	}
	it.Gradient = make([]float64, p.Dim())
	if it.Value, err = p.Gradient(ctx, it.X, it.Gradient); err != nil {
		return nil, err
	}
	switch {
	case !finite(it.Value) || !finite(it.Gradient...):
		it.stop(NotFinite, "the objective or its gradient is not finite at the start")
		return nil, nil
	case largestAbsolute(it.Gradient) == 0:
		it.stop(Converged, "the gradient is zero at the start")
		return nil, nil
	}
	if dense, ok := p.(*denseProducts); ok {
		original = dense
	}
	return metricAt(ctx, original, it)
}

type descentStepper struct {
	search  Search
	metric  []float64
	plain   bool // the problem knows no metric
	heading Heading
	line    *Line
	goal    goal
	first   float64
	fresh   bool // nothing is remembered: the direction is that of steepest descent
	s, y    []float64
}

// State implements [Resumable].
func (s *descentStepper) State(v *State) {
	v.Numbers(s.metric)
	v.Part(&s.goal)
	v.Number(&s.first)
	v.Flag(&s.fresh)
	v.Part(s.line)
	if v.Reading() && s.line.count == 0 { // startAnew takes the last turn back
		v.Refuse("a line was never turned")
	}
	v.Part(s.heading)
	v.perhaps(s.search)
}

// aim finds the next direction.
func (s *descentStepper) aim(it *Iterate) {
	s.fresh = it.Iteration == 0
	s.point(it)
}

// startAnew forgets what has led nowhere, and takes the direction of steepest
// descent.
func (s *descentStepper) startAnew(it *Iterate) {
	s.heading.Forget()
	s.fresh = true
	s.line.count--
	s.point(it)
}

// point sets the line to the direction of the heading, or if f does not fall
// there to that of steepest descent.
func (s *descentStepper) point(it *Iterate) {
	for {
		s.first = s.heading.Aim(s.line.step, it)
		s.line.turn()
		falls := finite(s.first) && s.first > 0 && s.line.Slope < 0 && !math.IsInf(s.line.Slope, -1)
		if falls || s.fresh && !s.scaleAnew(it) {
			break
		}
		s.line.count--
		s.heading.Forget()
		s.fresh = true
	}
	expected := s.first
	if h, ok := s.heading.(hopeful); ok {
		expected = max(expected, h.hope())
	}
	it.Decrement = max(-float64(expected*s.line.Slope), 0)
}

// A hopeful heading knows a multiple of its direction that may gain more than the
// first to try.
type hopeful interface{ hope() float64 }

// scaleAnew fits a metric about which nothing is known to the gradient, and
// reports whether that changed it.
func (s *descentStepper) scaleAnew(it *Iterate) bool {
	unit := plainUnit(it)
	if !s.plain || unit == s.metric[0] {
		return false
	}
	fill(s.metric, unit)
	return true
}

// Step implements [Stepper].
func (s *descentStepper) Step(ctx context.Context, it *Iterate) error {
	for {
		found, err := false, error(nil)
		if s.line.Slope < 0 {
			found, err = s.search.Search(ctx, s.line, s.first)
		}
		switch {
		case err != nil:
			return err
		case math.IsInf(s.line.last.Value, -1):
			it.stop(Unbounded, "the objective is minus infinity within one step")
			return nil
		case found && finite(s.line.last.Value) && s.line.last.T != 0:
			before := it.Value
			s.line.accept(s.s, s.y)
			if largestAbsolute(it.Gradient) == 0 {
				it.Decrement = 0
				it.stop(Converged, "the gradient is zero")
				return nil
			}
			s.heading.Learn(s.s, s.y)
			if h, ok := s.heading.(renewer); ok {
				if err := h.renew(ctx, it); err != nil {
					return err
				}
			}
			s.aim(it)
			s.goal.judge(it, s.line, before)
			return nil
		case s.fresh:
			s.goal.giveUp(it, s.line.expected(it.Decrement/2), s.line.tried)
			return nil
		}
		s.startAnew(it)
	}
}
