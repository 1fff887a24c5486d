package solvers

import "math"

// A goal tells when a run that evaluates gradients has converged.
type goal struct {
	tolerance float64
	first     float64 // the value at the start

	// Values of earlier iterates: newer is of number mark, a half of the latest or later,
	// older of one before it, a quarter or later.
	mark         int
	older, newer float64

	since int // the first iterate that gained next to nothing; zero before it
}

func newGoal(tolerance, standard float64, it *Iterate) goal {
	if tolerance == 0 {
		tolerance = standard
	}
	g := goal{tolerance: tolerance}
	g.begin(it.Value)
	return g
}

func (g *goal) begin(value float64) { g.first, g.older, g.newer = value, value, value }

// beginAnew is for an objective that has changed under way.
func (g *goal) beginAnew(it *Iterate) {
	g.older, g.newer, g.mark, g.since = it.Value, it.Value, it.Iteration, 0
}

// State implements [Resumable].
func (g *goal) State(v *State) {
	v.Number(&g.first, &g.older, &g.newer)
	v.Count(&g.mark, &g.since)
}

// count takes note of an iterate. It may be called again for the same one.
func (g *goal) count(it *Iterate) {
	if it.Iteration > g.mark && it.Iteration >= 2*g.mark {
		g.older, g.newer, g.mark = g.newer, it.Value, it.Iteration
	}
}

// Where the minimum is zero, no gain is small relative to it: then what counts as nothing is
// this share of all that was gained. That does not suffice where the start is far away and
// the first step gains 1e26 times as much as there is behind it. So it must also be no more than a
// share of what was gained since some half of the steps, unless as many steps again,
// and at least leastMore, have been taken.
const besideAll, besideLate, leastMore = 1e-26, 1e-22, 50

// reached reports whether a gain is next to nothing.
func (g *goal) reached(gain, value float64) bool {
	return g.isSmall(gain, value) || gain <= float64(max(float64(g.tolerance*g.tolerance), besideAll)*(g.first-value))
}

// reachedLate reports so, beside what was gained of late too.
func (g *goal) reachedLate(gain, value float64) bool {
	return g.isSmall(gain, value) || g.reached(gain, value) && gain <= float64(max(float64(g.tolerance*g.tolerance), besideLate)*(g.older-value))
}

// ends reports whether a step that gained something, and expects the next one to gain
// something, is the last.
func (g *goal) ends(gained, expected float64, it *Iterate) bool {
	if !g.reached(gained, it.Value) || !g.reached(expected, it.Value) {
		return false
	}
	if g.since == 0 {
		g.since = it.Iteration
	}
	return g.reachedLate(gained, it.Value) && g.reachedLate(expected, it.Value) || it.Iteration-g.since >= max(leastMore, g.since)
}

func (g *goal) isSmall(gain, value float64) bool { return gain <= float64(g.tolerance*math.Abs(value)) }

// judge stops a run after a step from a value, along a line or nil, if that has
// gained next to nothing and the next one is expected to gain no more, or if the
// line has shown no end.
func (g *goal) judge(it *Iterate, l *Line, before float64) {
	fall := before - it.Value
	g.count(it)
	if l != nil && it.Value <= g.first && l.fellStraight(fall) {
		it.stop(Unbounded, "the objective falls in a straight line as far as steps reach")
		return
	}
	switch {
	case !g.ends(math.Abs(fall)-rounding(before), it.Decrement/2, it):
	case it.Value > g.first+blur(g.first):
		it.stop(Diverged, "steps gain next to nothing, and led above the value of the start: they are too long")
	case l != nil && l.fallsAway():
		it.stop(Unbounded, "the objective still falls in proportion to the iterate, as far as steps reach")
	default:
		it.stop(Converged, "the gain of a step is below the tolerance")
	}
}

// giveUp stops a run that finds no better point, where a gain was expected at
// first; p is the last point it tried.
func (g *goal) giveUp(it *Iterate, gain float64, p Probe) {
	switch {
	case gain <= rounding(it.Value) || g.reached(gain, it.Value):
		it.stop(Converged, "what could be gained is within the rounding of the objective")
	case !finite(p.Value):
		it.stop(NotFinite, "the objective or its gradient is not finite wherever a step leads")
	default:
		it.stop(Stalled, "no step along the gradient lowers the objective")
	}
}
