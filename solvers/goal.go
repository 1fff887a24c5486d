package solvers

import "math"

// A goal tells when a run that evaluates gradients has converged.
type goal struct {
	tolerance float64
	first     float64 // the value at the start
}

func newGoal(tolerance, standard float64, it *Iterate) goal {
	if tolerance == 0 {
		tolerance = standard
	}
	return goal{tolerance, it.Value}
}

// beside is the share of all that was gained that counts as nothing: where the
// minimum is zero, no gain is small relative to it.
const beside = 1e-26

// reached reports whether a gain is one that ends a run.
func (g goal) reached(gain, value float64) bool {
	return gain <= float64(g.tolerance*math.Abs(value)) ||
		gain <= float64(max(float64(g.tolerance*g.tolerance), beside)*(g.first-value))
}

// judge stops a run after a step from a value, along a line or nil, if that has
// gained next to nothing and the next one is expected to gain no more, or if the
// line has shown no end.
func (g goal) judge(it *Iterate, l *Line, before float64) {
	fall := before - it.Value
	if l != nil && it.Value <= g.first && l.fellStraight(fall) {
		it.stop(Unbounded, "the objective falls in a straight line as far as steps reach")
		return
	}
	switch {
	case !g.reached(it.Decrement/2, it.Value) || !g.reached(math.Abs(fall)-rounding(before), it.Value):
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
func (g goal) giveUp(it *Iterate, gain float64, p Probe) {
	switch {
	case gain <= rounding(it.Value) || g.reached(gain, it.Value):
		it.stop(Converged, "what could be gained is within the rounding of the objective")
	case !finite(p.Value):
		it.stop(NotFinite, "the objective or its gradient is not finite wherever a step leads")
	default:
		it.stop(Stalled, "no step along the gradient lowers the objective")
	}
}
