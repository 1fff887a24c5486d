package solvers

import (
	"context"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/memory"
)

// Newton minimises a [Hessianer] by Newton's method. A step is
//
//	x ← x − t·H⁻¹·g.
//
// t is 1, and is halved until the value is finite and f falls by at least
// 1e-4·t·gᵀH⁻¹g. A rise within the rounding of f, 2⁻⁴⁶·|f|, is none, and one
// within 2⁻³³·|f| is forgiven if the slope along the step has fallen instead.
// The full step is evaluated with its Hessian at once, since most full steps
// stay; halved ones with their gradients only. So this is the damped method of
// Newton too: MaxHalvings says how far.
//
// H is factorised by Cholesky, centred about the leading variable, scaled to
// unit diagonal and with pivoting. If it is singular at the start, that is a
// [SingularError]. If it is flattened later on, or is indefinite, the smallest
// sufficient multiple of its unit diagonal is added, of the series 1e-10, 1e-9,
// ….
//
// If the problem is [Quadratic], there is one step, and its factorisation
// serves to refine it: the gradient at x₁ shows what rounding, and a Hessian of
// low precision, have left, and a second, small step takes that off. Only where
// the model could not tell its effect to all digits, the gradient is evaluated
// again.
//
// A run has converged after a full step if half the decrement gᵀH⁻¹g, which it
// was to gain, is no more than Tolerance·|f|: what it leaves is of the order of
// the square. It has also converged where half of what is still to be gained is
// no more than Tolerance²·|f|, and where f does not fall any more and rounding
// explains it.
type Newton struct {
	// Tolerance is the gain of a step, relative to the value of f, at which the
	// run has converged. Zero means 1e-14.
	Tolerance float64
	// MaxHalvings is how often a step is halved before the run counts as
	// stalled. Zero means 50.
	MaxHalvings int
}

// Name returns "newton".
func (Newton) Name() string { return "newton" }

// Start evaluates the Hessian at the start and factorises it. The error may be
// a [SingularError].
func (m Newton) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	problem, err := need[Hessianer](m, p, "a Hessian")
	if err != nil {
		return nil, err
	}
	if m.Tolerance == 0 {
		m.Tolerance = 1e-14
	}
	if m.MaxHalvings == 0 {
		m.MaxHalvings = 50
	}
	n := p.Dim()
	s := &newtonStepper{
		settings: m,
		problem:  problem,
		model:    newQuadraticModel(p),
		trial:    point{x: make([]float64, n), gradient: make([]float64, n), hessian: memory.Slice[float64](n * n)},
	}
	if q, ok := p.(Quadratic); ok {
		s.quadratic = q.Quadratic()
	}

	if it.Resumed() {
		if err := it.squareHessian(); err != nil {
			return nil, err
		}
		if err := s.model.factorise(it); err != nil {
			return nil, err
		}
		s.model.solve(it)
		return s, nil
	}
	copy(s.trial.x, it.X)
	if err := s.evaluateHessian(ctx, it); err != nil {
		return nil, err
	}
	it.Gradient, it.Hessian = make([]float64, n), memory.Slice[float64](n*n)
	s.accept(it)
	if !finite(it.Value) || !finite(it.Gradient...) || !finite(it.Hessian...) {
		it.stop(NotFinite, "the objective, its gradient or its Hessian is not finite at the start")
		return s, nil
	}
	return s, s.prepare(it)
}

type newtonStepper struct {
	settings  Newton
	problem   Hessianer
	quadratic bool
	model     *quadraticModel
	trial     point
}

// State implements [Resumable]: all that steps leave is the iterate with its
// Hessian, whose factor Start computes anew.
func (s *newtonStepper) State(*State) {}

// A point is a place and what is known there.
type point struct {
	x, gradient, hessian []float64
	value                float64
}

// Step implements [Stepper].
func (s *newtonStepper) Step(ctx context.Context, it *Iterate) error {
	if s.quadratic {
		return s.refine(ctx, it)
	}
	before, gain := it.Value, it.Decrement/2
	full, err := s.search(ctx, it)
	if err != nil || it.Status != Running {
		return err
	}
	trusted := full && !s.model.indefinite
	straight := s.model.shift > 0 && full && s.model.fellStraight(it, before-it.Value)
	if err := s.prepare(it); err != nil || it.Status != Running {
		return err
	}
	tolerance := float64(s.settings.Tolerance * math.Abs(it.Value))
	switch {
	case straight:
		it.stop(Unbounded, "the objective falls in a straight line as far as steps reach")
	case trusted && gain <= tolerance:
		it.stop(Converged, "the gain of the last step is below the tolerance")
	case trusted && !(it.Value < before) && gain <= blur(before):
		it.stop(Converged, "the gain of the last step is within the rounding of the objective")
	}
	return nil
}

// prepare factorises the Hessian at the iterate, finds the next step, and tells
// whether one is needed.
func (s *newtonStepper) prepare(it *Iterate) error {
	if err := s.model.factorise(it); err != nil {
		return err
	}
	if s.quadratic && s.model.shift > 0 {
		it.stop(Unbounded, "the quadratic has no minimum")
		return nil
	}
	s.model.solve(it)
	least := float64(s.settings.Tolerance * float64(s.settings.Tolerance*math.Abs(it.Value)))
	small := it.Decrement/2 <= least || s.model.gainIsNoise(it, 1)
	switch {
	case !finite(s.model.step...):
		it.stop(Stalled, "no multiple of the unit diagonal makes the Hessian positive definite")
	case !small:
	case s.model.steep(it):
		it.stop(Stalled, "the Hessian vanishes where the objective still falls")
	case s.model.indefinite:
		it.stop(Stalled, "the gradient vanishes where the Hessian is indefinite: a saddle or a maximum")
	default:
		it.stop(Converged, "there is nothing left to gain")
	}
	return nil
}

// search moves the iterate along the step of the model, as far as f falls, and
// reports whether that was the full step.
func (s *newtonStepper) search(ctx context.Context, it *Iterate) (full bool, err error) {
	length := 1.0
	for halving := range s.settings.MaxHalvings + 1 {
		if !s.move(it, length) {
			break
		}
		if full = halving == 0; full {
			err = s.evaluateHessian(ctx, it)
		} else {
			err = s.evaluateGradient(ctx, it)
		}
		switch {
		case err != nil:
			return false, err
		case math.IsInf(s.trial.value, -1):
			it.stop(Unbounded, "the objective is minus infinity within one step")
			return false, nil
		case !s.falls(it, length) || full && !finite(s.trial.hessian...):
			length /= 2
			continue
		case !full:
			if err := s.evaluateHessian(ctx, it); err != nil {
				return false, err
			}
			if !finite(s.trial.hessian...) {
				it.stop(NotFinite, "the Hessian is not finite where the objective is")
				return false, nil
			}
		}
		it.Iteration++
		it.StepLength = length
		s.accept(it)
		return full, nil
	}
	noise := it.Decrement/2 <= rounding(it.Value) || s.model.gainIsNoise(it, noiseMultiple*it.Condition)
	if noise && !s.model.indefinite && !s.model.steep(it) {
		it.stop(Converged, "what could be gained is within the rounding of the objective")
	} else {
		it.stop(Stalled, "no step along the Newton direction lowers the objective")
	}
	return false, nil
}

// move sets the trial point and reports whether it differs from the iterate.
func (s *newtonStepper) move(it *Iterate, length float64) bool {
	for i, x := range it.X {
		s.trial.x[i] = math.FMA(length, s.model.step[i], x)
	}
	return !slices.Equal(s.trial.x, it.X)
}

// falls reports whether the trial point is good enough for a step of that
// length. Where values are too close for their difference to count, the slopes
// along the step decide, which are still exact to many digits: the approximate
// Wolfe conditions of Hager and Zhang (2005).
func (s *newtonStepper) falls(it *Iterate, length float64) bool {
	if !finite(s.trial.value) || !finite(s.trial.gradient...) {
		return false
	}
	rise := s.trial.value - it.Value
	if rise <= rounding(it.Value)-float64(1e-4*float64(length*it.Decrement)) {
		return true
	}
	return rise <= blur(it.Value) &&
		math.Abs(dot(s.trial.gradient, s.model.step)) <= float64(0.9*it.Decrement)
}

// accept makes the trial point the iterate.
func (s *newtonStepper) accept(it *Iterate) {
	s.acceptGradient(it)
	it.Hessian, s.trial.hessian = s.trial.hessian, it.Hessian
}

func (s *newtonStepper) evaluateHessian(ctx context.Context, it *Iterate) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	it.Evaluations.Hessians++
	s.trial.value, err = s.problem.Hessian(ctx, s.trial.x, s.trial.gradient, s.trial.hessian)
	return err
}

func (s *newtonStepper) evaluateGradient(ctx context.Context, it *Iterate) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	it.Evaluations.Gradients++
	s.trial.value, err = s.problem.Gradient(ctx, s.trial.x, s.trial.gradient)
	return err
}
