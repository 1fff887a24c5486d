package batch

import (
	"context"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
)

// An objective is the penalised loss of one fit, in the intercept, if there is
// one, and the coefficients of centred columns.
type objective interface {
	// evaluate sets the value, the gradient and the margins at e.x, and if
	// wanted the upper triangle of the Hessian.
	evaluate(ctx context.Context, e *evaluation, hessian bool) error
}

// An evaluation is a place and what is known there.
type evaluation struct {
	x, g, h   []float64 // h is row-major
	value     float64
	low, high float64 // margins, of two classes
}

func (e *evaluation) resize(m int) {
	e.x = slices.Grow(e.x[:0], m)[:m]
	e.g = slices.Grow(e.g[:0], m)[:m]
	e.h = slices.Grow(e.h[:0], m*m)[:m*m]
}

func (e *evaluation) finite(hessian bool) bool {
	return finite(e.value) && allFinite(e.g) && (!hessian || allFinite(e.h))
}

func finite(v float64) bool { return v-v == 0 }

func allFinite(x []float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// newton minimises an objective as [solvers.Newton] does, step for step, and
// judges separated classes as package glm does; only the memory is kept, and
// small systems are factorised without pivots.
type newton struct {
	system     system
	at, trial  evaluation
	previous   []float64 // the place before the last step
	step       []float64
	decrement  float64
	shift      float64 // the multiple of the unit diagonal that was added
	indefinite bool
	iterations int
	status     Status

	tolerance, hessianTolerance float64
	limit                       int
	separable                   bool // two classes without a penalty
	atInfinity                  bool // the minimum lies there, for the intercept goes to −∞
}

const (
	epsilon      = 0x1p-52
	halvings     = 50
	largestShift = 1e100
	suspicious   = 8.0    // |η| below which no direction has been followed far
	magnified    = 0x1p40 // beside which an offset vanishes
)

func (s *newton) resize(m, lead int) {
	s.system.resize(m, lead)
	s.at.resize(m)
	s.trial.resize(m)
	s.previous = slices.Grow(s.previous[:0], m)[:m]
	s.step = slices.Grow(s.step[:0], m)[:m]
}

// minimize runs from at.x; at is where it has come to, and status says how.
func (s *newton) minimize(ctx context.Context, o objective) error {
	s.iterations, s.status = 0, NotFitted
	if err := o.evaluate(ctx, &s.at, true); err != nil {
		return err
	}
	if !s.at.finite(true) {
		s.status = NotFinite
		return nil
	}
	s.prepare()
	for s.judge(); s.status == NotFitted; s.judge() {
		before, gain := s.at.value, s.decrement/2
		full, moved, err := s.search(ctx, o)
		if err != nil || !moved {
			return s.finish(ctx, o, err)
		}
		straight := s.shift > 0 && full && s.fellStraight(before-s.at.value)
		trusted := full && !s.indefinite
		if s.prepare(); s.status != NotFitted {
			continue
		}
		switch {
		case straight:
			s.status = Separated
		case trusted && gain <= float64(s.tolerance*math.Abs(s.at.value)):
			s.status = Converged
		case trusted && !(s.at.value < before) && gain <= blur(before):
			s.status = Converged
		}
	}
	return s.finish(ctx, o, nil)
}

// judge looks at what is not the method's business: classes that are separated,
// and the limit.
func (s *newton) judge() {
	switch {
	case s.status != NotFitted && s.status != Converged:
	case s.atInfinity, s.separable && s.at.low > 0:
		s.status = Separated
	case s.status == NotFitted && s.iterations >= s.limit:
		s.status = IterationLimit
	}
}

// finish looks for classes that are separated in part: whether the last step
// led in a direction that lowers the loss for ever.
func (s *newton) finish(ctx context.Context, o objective, err error) error {
	if err != nil || !s.separable || s.iterations == 0 || s.status == Separated || s.status == NotFinite || !(s.trial.high > suspicious) {
		return err
	}
	for i := range s.trial.x {
		s.trial.x[i] = magnified * (s.at.x[i] - s.previous[i])
	}
	if err := o.evaluate(ctx, &s.trial, false); err != nil {
		return err
	}
	low, high := s.trial.low/magnified, s.trial.high/magnified
	if high > 0.1 && low > -1e-3*high {
		s.status = Separated
	}
	return nil
}

// prepare factorises the Hessian, finds the next step, and tells whether one is
// needed.
func (s *newton) prepare() {
	if !s.factorise() {
		return
	}
	for i, v := range s.system.x {
		s.step[i] = -v
	}
	s.decrement = max(-dot(s.step, s.at.g), 0)
	least := float64(s.tolerance * float64(s.tolerance*math.Abs(s.at.value)))
	small := s.decrement/2 <= least || s.gainIsNoise(1)
	switch {
	case !allFinite(s.step):
		s.status = Stalled
	case !small:
	case s.indefinite:
		s.status = Stalled
	default:
		s.status = Converged
	}
}

// factorise is false if the fit ends: a Hessian that is singular at the start
// means columns that depend on others. Later on it gets a multiple of its unit
// diagonal.
func (s *newton) factorise() bool {
	s.shift, s.indefinite = 0, false
	sys, m := &s.system, s.system.m
	if sys.factorise(s.at.h, m, s.at.g, s.hessianTolerance) {
		return true
	}
	s.indefinite = sys.pivoted.Indefinite()
	if s.iterations == 0 && !s.indefinite && !s.linear() {
		s.status = RankDeficient
		if slices.Contains(sys.pivoted.Dependent(), sys.lead-1) {
			s.status = Stalled // the intercept: the loss is flat
		}
		return false
	}
	for s.shift = 10 * max(s.hessianTolerance, cholesky.DefaultTolerance); s.shift < largestShift; s.shift *= 10 {
		if sys.pivot(s.at.h, m, s.at.g, s.hessianTolerance, s.shift) != nil {
			break
		}
		if sys.pivoted.Rank() == m {
			return true
		}
	}
	s.status = Stalled
	return false
}

// linear reports whether the loss has a slope and no curvature in some variable.
func (s *newton) linear() bool {
	for _, j := range s.system.pivoted.Dependent() {
		if s.at.h[j*s.system.m+j] == 0 && s.at.g[j] != 0 {
			return true
		}
	}
	return false
}

// search moves along the step as far as the value falls; full says that it was
// the whole step.
func (s *newton) search(ctx context.Context, o objective) (full, moved bool, err error) {
	length := 1.0
	for halving := range halvings + 1 {
		for i, x := range s.at.x {
			s.trial.x[i] = math.FMA(length, s.step[i], x)
		}
		if slices.Equal(s.trial.x, s.at.x) {
			break
		}
		full = halving == 0
		if err := o.evaluate(ctx, &s.trial, full); err != nil {
			return false, false, err
		}
		if !s.falls(length) || full && !allFinite(s.trial.h) {
			length /= 2
			continue
		}
		if !full {
			if err := o.evaluate(ctx, &s.trial, true); err != nil {
				return false, false, err
			}
			if !allFinite(s.trial.h) {
				s.status = NotFinite
				return false, false, nil
			}
		}
		copy(s.previous, s.at.x)
		s.iterations++
		s.at, s.trial = s.trial, s.at
		s.trial.low, s.trial.high = s.at.low, s.at.high // those of the last evaluation
		return full, true, nil
	}
	s.status = Stalled
	noise := s.decrement/2 <= rounding(s.at.value)
	if !noise {
		noise = s.gainIsNoise(256 * s.system.condition(s.at.h, s.at.g))
	}
	if noise && !s.indefinite {
		s.status = Converged
	}
	return false, false, nil
}

// falls reports whether the trial is good enough for a step of that length.
// Where values are too close for their difference to count, slopes decide.
func (s *newton) falls(length float64) bool {
	if !s.trial.finite(false) {
		return false
	}
	rise := s.trial.value - s.at.value
	if rise <= rounding(s.at.value)-float64(1e-4*float64(length*s.decrement)) {
		return true
	}
	return rise <= blur(s.at.value) && math.Abs(dot(s.trial.g, s.step)) <= float64(0.9*s.decrement)
}

// gainIsNoise reports whether the decrement is no more than a multiple of what
// rounding makes of it, ε²·Σ h_ii·x_i².
func (s *newton) gainIsNoise(multiple float64) bool {
	curved, m := 0.0, s.system.m
	for i, v := range s.at.x {
		curved = math.FMA(float64(math.Abs(s.at.h[i*m+i])*v), v, curved)
	}
	return s.shift == 0 && s.decrement <= float64(multiple*float64(float64(epsilon*epsilon)*curved))
}

// fellStraight reports whether the loss fell along the step just taken as if it
// had no curvature at all, though the step was far longer than x is large.
func (s *newton) fellStraight(fall float64) bool {
	const far = 1e6
	reach := largest(s.step)
	return fall >= float64(0.99*s.decrement) && reach >= far && largest(s.at.x) <= 2*reach
}

// rounding is how much of a value may be the rounding of a sum of terms of one
// sign, and blur how much may be rounding at all.
func rounding(f float64) float64 { return float64(0x1p-46 * math.Abs(f)) }
func blur(f float64) float64     { return float64(0x1p-33 * math.Abs(f)) }

func largest(x []float64) float64 {
	most := 0.0
	for _, v := range x {
		most = max(most, math.Abs(v))
	}
	return most
}

// dot is one chain.
func dot(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum = math.FMA(v, y[i], sum)
	}
	return sum
}
