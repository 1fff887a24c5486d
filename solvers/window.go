package solvers

import (
	"context"
	"fmt"
	"math"
)

// open begins a window, at the end of which something has to be gained.
func (s *stochasticStepper) open(value float64) {
	switch {
	case s.Window == 0 && s.mayReduce() && !s.scales:
		s.Window = 1
	case s.Window < 2:
		s.Window = 2
	}
	s.WindowEnd, s.WindowValue, s.MiddleValue = s.Epochs+s.Window, value, value
}

// accept makes the trial point the iterate.
func (s *stochasticStepper) accept(it *Iterate) {
	copy(it.X, s.trial.x)
	copy(it.Gradient, s.trial.gradient)
	copy(s.Full, s.trial.gradient)
	it.Value = s.trial.value
	it.Iteration++
	it.StepLength = float64(s.Length * s.schedule.Length(Moment{Step: s.Steps, Epoch: float64(s.Epochs), Stalls: s.Stalls}))
	if it.Value < s.BestValue {
		s.BestValue, s.BestEpoch = it.Value, s.Epochs
	}
	if s.reduced() {
		copy(s.X, it.X)
	}
	s.reduceGradient(it)
	s.expect(it)
}

// allowed is what f may exceed its minimum by at the end.
func (s *stochasticStepper) allowed() float64 {
	tolerance := s.method.Tolerance
	if tolerance == 0 {
		tolerance = 0.01
	}
	return max(float64(tolerance*math.Abs(s.BestValue))/float64(s.problem.Terms()), float64(1e-16*(s.First-s.BestValue)))
}

// judge tells whether the run has converged or does not move on.
func (s *stochasticStepper) judge(ctx context.Context, it *Iterate) error {
	if s.method.HoldOut > 0 {
		wait := s.method.Patience
		if wait == 0 {
			wait = 5
		}
		if s.Epochs-s.BestEpoch >= wait {
			it.stop(Converged, fmt.Sprintf("early stopping: the value of the terms held out has not fallen for %d epochs", wait))
			return nil
		}
	}
	allowed, over := s.allowed(), s.Epochs >= s.WindowEnd
	if s.gap != nil && (over && !s.opening() || s.Epochs >= s.Judge && s.gap.possible(it, allowed, s.Largest)) {
		gap, err := s.gap.at(ctx, it)
		if err != nil {
			return err
		}
		it.Decrement = 2 * gap
		if gap <= allowed {
			it.stop(Converged, fmt.Sprintf("what is left to gain, %.1e, is below the tolerance", gap))
			return nil
		}
		s.Judge = s.Epochs + 1 + s.Epochs/8
	}
	if s.Epochs == s.WindowEnd-s.Window/2 {
		s.MiddleValue = it.Value
	}
	if !over {
		return nil
	}
	gained := s.WindowValue - s.BestValue
	if s.gap == nil && gained <= allowed && it.Decrement/2 <= allowed {
		it.stop(Converged, "epochs gain no more than the tolerance, and the gradient promises no more")
		return nil
	}
	return s.turnOver(ctx, it, allowed)
}

// opening tells whether the window at hand is the first, of one epoch. Nothing is known
// of noise at its end but how long steps are: if those of another epoch would close more
// than a half of what is left along gradients, then noise is what they have left. That
// is not worth a Hessian of many terms.
func (s *stochasticStepper) opening() bool { return s.Window == 1 }

// turnOver ends a window. What its second half, or another epoch after the opening,
// should have gained, had its steps gone along gradients, and has not, is there
// because of noise, or because steps are long beside how curvatures change. If that is most of what is left, only
// estimates with less noise help, or shorter steps.
func (s *stochasticStepper) turnOver(ctx context.Context, it *Iterate, allowed float64) error {
	left, promised := s.promise(it)
	noisy, grown := promised-(s.MiddleValue-it.Value) > float64(0.5*left), s.Grown
	s.Grown = false
	little := 0.25
	if s.scales {
		little = 0.75 // no curvature has said how long these steps may be
	}
	slow := promised < float64(little*left)
	mayGrow := s.Stalls == 0 && s.Shorter == 0 // nothing has told yet that steps are too long
	switch {
	case noisy && grown:
		s.shorten(it)
	case s.mayReduce() && (noisy || s.scales && slow && !mayGrow):
		if err := s.reduce(ctx, it); err != nil {
			return err
		}
	case noisy:
		s.Stalls++
		for more := 0; s.gap != nil && more < 2 && left > float64(16*allowed); more++ {
			left /= 4 // which falls with the square of the length, or slower
			s.Stalls++
		}
		s.restart(it)
		s.Window = max(s.Window/2, 4)
	case s.method.Step == 0 && !s.quadratic && s.MeasuredValue-s.BestValue > float64(0.2*math.Abs(s.MeasuredValue)):
		// Curvatures may have changed with the value.
		before := s.Length
		s.forget(it)
		if err := s.measure(ctx, it); err != nil {
			return err
		}
		if s.scales {
			s.Length = max(s.Length, before)
		}
	default:
		if s.method.Step == 0 && slow && mayGrow {
			s.Length *= min(max(2, left/float64(4*promised)), 16)
			s.Grown = true
		} else if s.averages() {
			longest := longestWindow
			if s.mayReduce() {
				longest = 8 // a mean is not what takes noise off in the end
			}
			s.Window = min(s.Window+(s.Window+1)/2, longest)
		}
		copy(s.Earlier, s.Sum)
		s.EarlierCount = s.Summed
		clear(s.Sum)
		s.Summed = 0
	}
	s.open(s.BestValue)
	if it.StepLength < float64(0x1p-60*s.Length) {
		it.stop(Stalled, "steps of no length lower the objective")
	}
	return nil
}

// mayReduce tells whether a run has steps of its own choice, and estimates with
// noise.
func (s *stochasticStepper) mayReduce() bool {
	return s.method.Schedule == nil && s.method.Step == 0 && !s.reduced()
}

// reduce goes on from the iterate with estimates of less variance. A chain that
// scales steps by their size has no use for estimates that vanish: steps are
// then those of SVRG.
func (s *stochasticStepper) reduce(ctx context.Context, it *Iterate) error {
	s.Reducing = true
	s.restart(it)
	s.Window = max(s.Window/2, 4)
	if !s.scales {
		s.Length *= reducedShare / plainShare
		return nil
	}
	s.unchain()
	return s.findLength(ctx, it)
}

// unchain leaves the chain out from now on.
func (s *stochasticStepper) unchain() {
	s.Unchained, s.chain, s.scales, s.gain = true, nil, false, 1
}

// longestWindow is over how many epochs a mean is taken at least, in the end.
const longestWindow = 300

// promise is what is left to gain, and how much of it half a window of steps
// along gradients would gain.
func (s *stochasticStepper) promise(it *Iterate) (left, promised float64) {
	reach := float64(2*float64(s.gain*it.StepLength)) * float64(s.terms.batches()*(s.Window-s.Window/2))
	for j, u := range s.unit {
		scale := 1.0
		if s.scales {
			scale = s.turn.Scale[j]
		}
		s.other[j] = 1 / float64(float64(float64(reach*scale)*u)*u)
	}
	if s.gap != nil && !s.opening() {
		left = it.Decrement / 2
		return left, s.gap.within(s.other)
	}
	for j, g := range it.Gradient {
		square := float64(0.5 * float64(g*g))
		left += square / s.Metric[j]
		promised += square / (s.Metric[j] + s.other[j])
	}
	return left, promised
}
