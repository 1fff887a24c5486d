package solvers

import (
	"context"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Step takes the steps of an epoch and evaluates what they have led to.
func (s *stochasticStepper) Step(ctx context.Context, it *Iterate) error {
	for {
		whole, err := s.epoch(ctx, it)
		if err != nil {
			return err
		}
		if whole {
			s.place()
			if err := s.evaluate(ctx); err != nil {
				return err
			}
			whole = finite(s.trial.value) && finite(s.trial.gradient...)
		}
		if !s.leadsAway(whole) {
			break
		}
		if s.method.Step != 0 || s.Shorter >= 24 {
			it.stop(Diverged, fmt.Sprintf("steps of %.3g lead away from the minimum: values rose above that of the start; take shorter steps", s.Length))
			return nil
		}
		s.shorten(it)
	}
	s.accept(it)
	return s.judge(ctx, it)
}

// epoch goes through all batches. It is not whole if a sample was not finite.
func (s *stochasticStepper) epoch(ctx context.Context, it *Iterate) (whole bool, err error) {
	s.terms.shuffle(s.Epochs + s.Shorter<<32)
	batches := s.terms.batches()
	mean := s.averages()
	for k := range batches {
		if k%64 == 0 {
			if err := ctx.Err(); err != nil {
				return false, err
			}
		}
		b := s.terms.batch(k)
		usable, err := s.estimate(ctx, b, it)
		if !usable || err != nil {
			return false, err
		}
		at := Moment{Step: s.Steps, Epoch: float64(s.Epochs) + float64(k)/float64(batches), Stalls: s.Stalls}
		s.move(at, float64(b.Len())/float64(s.terms.size))
		s.Steps++
		if mean {
			s.Summed++
			kernels.Axpy(s.Sum, 1, s.X)
		}
	}
	s.Epochs++
	return finite(s.X...), nil
}

// estimate sets g to the estimate of the gradient from a batch, and tells whether it
// is finite, as far as one number tells.
func (s *stochasticStepper) estimate(ctx context.Context, b Batch, it *Iterate) (usable bool, err error) {
	s.count.Samples++
	if changes, ok := s.problem.(ChangeSum); ok && s.reduced() {
		if err := changes.SampleChange(ctx, b, s.X, it.X, s.g); err != nil {
			return false, err
		}
		sum := 0.0
		for j, v := range s.Full {
			s.g[j] += v
			sum += s.g[j]
		}
		return finite(sum), nil
	}
	f, err := s.problem.Sample(ctx, b, s.X, s.g)
	if err != nil || !finite(f) || !s.reduced() {
		return finite(f), err
	}
	s.count.Samples++
	if _, err := s.problem.Sample(ctx, b, it.X, s.other); err != nil {
		return false, err
	}
	for j, v := range s.other {
		s.g[j] = s.g[j] - v + s.Full[j]
	}
	return true, nil
}

// move takes a step along the estimate g, shorter by the share that a batch is
// of a whole one.
func (s *stochasticStepper) move(at Moment, share float64) {
	length := s.schedule.Length(at)
	t := float64(s.Length*length) * share
	if len(s.chain) == 0 && s.rough == nil {
		kernels.Multiply(s.g, s.unit)
		kernels.Multiply(s.g, s.unit)
		kernels.Axpy(s.X, -t, s.g)
		return
	}
	s.aim(at, length)
	turn := &s.turn
	for j, u := range turn.Step {
		s.X[j] -= float64(t * float64(float64(turn.Scale[j]*u)*s.unit[j]))
	}
	if s.rough != nil {
		for j, u := range s.unit {
			s.other[j] = 1 / float64(float64(turn.Scale[j]*u)*u)
		}
		s.rough.Prox(s.X, s.X, s.other, float64(t*s.gain)) // as far as steps come to in the end
	}
}

// aim takes the estimate through the chain.
func (s *stochasticStepper) aim(at Moment, length float64) {
	turn := &s.turn
	turn.At, turn.Length, turn.First = at, length, s.Length
	for j, g := range s.g {
		u := s.unit[j]
		turn.Step[j] = float64(g * u)
		turn.Scale[j] = 1
		turn.Z[j] = s.X[j] / u
	}
	for i, u := range s.chain {
		turn.Memory = s.memories[i]
		u.Apply(turn)
	}
}

// averages tells whether an iterate is a mean of points.
func (s *stochasticStepper) averages() bool {
	return !s.method.LastPoint && !s.reduced() && s.rough == nil
}

// reduced tells whether estimates are differences to the gradient of all terms.
func (s *stochasticStepper) reduced() bool { return s.method.Reduced || s.Reducing }

// place sets the trial point to where the epoch has led.
func (s *stochasticStepper) place() {
	copy(s.trial.x, s.X)
	if s.averages() {
		for j, v := range s.Sum {
			s.trial.x[j] = (v + s.Earlier[j]) / float64(s.Summed+s.EarlierCount)
		}
	}
}

// leadsAway tells whether the run has got far from where it began: at once if
// its steps can be made shorter, or values are not finite.
func (s *stochasticStepper) leadsAway(whole bool) bool {
	if !whole {
		return true
	}
	room := float64(0.5 * max(math.Abs(s.First), s.First-s.BestValue))
	if !(s.trial.value > s.First+room) {
		s.Above = 0
		return false
	}
	s.Above++
	return s.method.Step == 0 || s.Above >= 3
}

// shorten goes back to the iterate, with steps a quarter as long.
func (s *stochasticStepper) shorten(it *Iterate) {
	s.Length *= 0.25
	s.Shorter++
	s.Above = 0
	s.forget(it)
	s.open(it.Value)
}

// restart goes on from the iterate, and begins the mean anew.
func (s *stochasticStepper) restart(it *Iterate) {
	copy(s.X, it.X)
	clear(s.Sum)
	clear(s.Earlier)
	s.Summed, s.EarlierCount = 0, 0
}

// forget goes on from the iterate as if the run began there.
func (s *stochasticStepper) forget(it *Iterate) {
	clear(s.Memory)
	s.Steps = 0
	s.restart(it)
}
