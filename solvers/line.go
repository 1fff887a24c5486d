package solvers

import (
	"context"
	"math"
	"slices"
)

// A Line is f along a direction s from the iterate, φ(t) = f(x + t·s). A
// [Search] evaluates it, and the point it evaluates last is the one it has
// found.
type Line struct {
	// Value and Slope are φ(0) and φ'(0); the slope is negative.
	Value, Slope float64

	problem Gradienter
	it      *Iterate
	step    []float64
	trial   point
	last    Probe // of the trial point
	tried   Probe // the last that was evaluated
	// farthest is the finite probe with the greatest T.
	farthest Probe
	// searched is the slope of the line on which the iterate was found, reach
	// the size of the start.
	searched, reach float64
	values          [rememberedValues]float64 // of the latest iterates, a ring
	count           int
}

// rememberedValues is how far back [Line.Highest] can look.
const rememberedValues = 16

// A Probe is a Line at one place. What is not finite counts as a value of +Inf,
// but −Inf stays.
type Probe struct {
	T, Value, Slope float64
}

func newLine(p Gradienter, it *Iterate) *Line {
	n := p.Dim()
	return &Line{
		problem: p, it: it, step: make([]float64, n),
		trial: point{x: make([]float64, n), gradient: make([]float64, n)},
		reach: max(1, largestAbsolute(it.X)),
	}
}

// State implements [Resumable], for a line that is not yet searched.
func (l *Line) State(v *State) {
	v.Numbers(l.step, l.values[:])
	v.Number(&l.Value, &l.Slope, &l.reach)
	v.Count(&l.count)
	if v.Reading() {
		l.last = Probe{0, l.Value, l.Slope}
		l.tried, l.farthest = l.last, l.last
	}
}

// turn makes the iterate and the step the line that is searched next.
func (l *Line) turn() {
	l.Value, l.Slope = l.it.Value, dot(l.it.Gradient, l.step)
	l.last = Probe{0, l.Value, l.Slope}
	l.tried, l.farthest = l.last, l.last
	l.values[l.count%rememberedValues] = l.Value
	l.count++
}

// Highest is the largest value among the latest m iterates, 16 at most, this
// one included.
func (l *Line) Highest(m int) float64 {
	highest := l.Value
	for back := range min(m, l.count, rememberedValues) {
		highest = max(highest, l.values[(l.count-1-back)%rememberedValues])
	}
	return highest
}

// Evaluate returns value and slope at t > 0. T is 0 in what it returns if t is
// too small to lead anywhere; then nothing is evaluated.
func (l *Line) Evaluate(ctx context.Context, t float64) (p Probe, err error) {
	l.last, err = l.evaluate(ctx, t)
	if l.last.T != 0 {
		l.tried = l.last
	}
	if err == nil && finite(l.last.Value) && l.last.T > l.farthest.T {
		l.farthest = l.last
	}
	return l.last, err
}

func (l *Line) evaluate(ctx context.Context, t float64) (Probe, error) {
	for i, x := range l.it.X {
		l.trial.x[i] = math.FMA(t, l.step[i], x)
	}
	if slices.Equal(l.trial.x, l.it.X) {
		return Probe{0, l.Value, l.Slope}, nil
	}
	if !finite(l.trial.x...) {
		return Probe{t, math.Inf(1), 0}, nil
	}
	value, err := l.problem.Gradient(ctx, l.trial.x, l.trial.gradient)
	if err != nil {
		return Probe{}, err
	}
	l.trial.value = value
	if math.IsInf(value, -1) {
		return Probe{t, value, 0}, nil
	}
	slope := dot(l.trial.gradient, l.step)
	if !finite(value, slope) || !finite(l.trial.gradient...) {
		return Probe{t, math.Inf(1), 0}, nil
	}
	return Probe{t, value, slope}, nil
}

// Falls reports whether f has fallen enough at a probe,
//
//	φ(t) ≤ reference + c·t·φ'(0),
//
// where the reference is φ(0), or an earlier and greater value. Where values
// are too close for their difference to count, the slopes decide, which are
// still exact to many digits: the approximate Wolfe conditions of Hager and
// Zhang (2005).
func (l *Line) Falls(p Probe, reference, c float64) bool {
	if p.Value < reference && p.Value <= reference+float64(c*float64(p.T*l.Slope)) {
		return true
	}
	return p.Value-l.Value <= blur(l.Value) && math.Abs(p.Slope) <= float64(-0.9*l.Slope)
}

// expected is what a step along the line is to gain, once no search has found
// one: no more than the slopes up to a place behind the minimum tell. Where
// the slope is lost below the least float64, a change of the iterate by its own
// size has to do.
func (l *Line) expected(gain float64) float64 {
	switch p := l.farthest; {
	case !(l.Slope < 0) && !(gain > 0):
		return largestAbsolute(l.it.Gradient) * reachOf(l.it)
	case p.Slope > 0:
		return min(gain, float64(l.Slope*(l.Slope/(p.Slope-l.Slope)))*p.T/2)
	}
	return gain
}

// fellStraight reports whether f fell along the step just taken as if it had no
// curvature at all, though the step led out of all proportion.
func (l *Line) fellStraight(fall float64) bool {
	const far = 0x1p60
	reach := largestAbsolute(l.it.X)
	return reach >= far && reach >= far*l.reach && fall >= float64(-0.9*float64(l.it.StepLength*l.searched))
}

// fallsAway reports whether f, below zero, would fall by a good part of its size
// if the iterate, large as it has become, grew by its own: a step that gains
// little is no sign of a minimum then.
func (l *Line) fallsAway() bool {
	const far = 0x1p30
	return l.it.Value < 0 && largestAbsolute(l.it.X) >= far*l.reach && dot(l.it.Gradient, l.it.X) <= 0.25*l.it.Value
}

// accept makes the last probe the iterate; s and y become the differences of
// points and gradients.
func (l *Line) accept(s, y []float64) {
	it, t := l.it, &l.trial
	l.searched = l.Slope
	for i := range s {
		s[i] = t.x[i] - it.X[i]
		y[i] = t.gradient[i] - it.Gradient[i]
	}
	it.Value = t.value
	it.X, t.x = t.x, it.X
	it.Gradient, t.gradient = t.gradient, it.Gradient
	it.Iteration++
	it.StepLength = l.last.T
}
