package solvers

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// refine takes the one step of a quadratic problem and refines it with the
// factorisation it came from. Each round but the last evaluates the gradient
// where the step has led; the last is so small that the model, H being exact or
// nearly so, says what value and gradient become.
func (s *newtonStepper) refine(ctx context.Context, it *Iterate) error {
	first := it.Decrement
	tolerance := s.settings.Tolerance
	for round := 0; ; round++ {
		s.move(it, 1)
		if err := s.evaluateGradient(ctx, it); err != nil {
			return err
		}
		if !s.falls(it, 1) {
			s.giveUp(it)
			return nil
		}
		if round == 0 {
			it.Iteration++
			it.StepLength = 1
		}
		s.acceptGradient(it)
		before := it.Decrement
		s.model.solve(it)
		gain := it.Decrement
		switch {
		case gain/2 <= float64(tolerance*math.Abs(it.Value)):
			s.correct(it)
			it.stop(Converged, "the quadratic is at its minimum")
			return nil
		case gain <= float64(float64(tolerance*tolerance)*first):
			it.stop(Converged, "what could be gained is within the rounding of the first step")
			return nil
		case gain > before/4:
			s.giveUp(it)
			return nil
		}
	}
}

// giveUp ends a refinement that gains nothing more.
func (s *newtonStepper) giveUp(it *Iterate) {
	if s.model.gainIsNoise(it, noiseMultiple*it.Condition) {
		it.stop(Converged, "what could be gained is within the rounding of the variables")
		return
	}
	it.stop(Stalled, "the objective does not behave like the quadratic it is said to be")
}

// acceptGradient makes the trial point the iterate, whose Hessian stays.
func (s *newtonStepper) acceptGradient(it *Iterate) {
	t := &s.trial
	it.Value = t.value
	it.X, t.x = t.x, it.X
	it.Gradient, t.gradient = t.gradient, it.Gradient
}

// correct takes the model's step without an evaluation:
//
//	f ← f + gᵀδ + ½·δᵀHδ,  g ← g + H·δ,  x ← x + δ.
func (s *newtonStepper) correct(it *Iterate) {
	delta, curved := s.model.step, s.trial.gradient
	clear(curved)
	symmetric(curved, it.Hessian, delta)
	it.Value += dot(it.Gradient, delta) + float64(0.5*dot(delta, curved))
	kernels.Axpy(it.Gradient, 1, curved)
	kernels.Axpy(it.X, 1, delta)
	s.model.solve(it)
}
