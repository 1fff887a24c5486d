package solvers

import (
	"context"
	"math"
)

// A Search finds how far to go along a direction: a plain struct of settings,
// part of a method. [FixedStep], [Armijo] and [StrongWolfe] are searches.
type Search interface {
	// Search evaluates the line, from a first guess on, and reports whether the
	// point evaluated last is to be the next iterate. A value of −Inf ends the
	// search at once.
	Search(ctx context.Context, l *Line, first float64) (found bool, err error)
}

// FixedStep takes steps of one length, whatever comes of it: f may rise. A
// value that is not finite ends the run.
type FixedStep struct {
	// Length is the multiple of the direction. Zero means 1.
	Length float64
}

// Search implements [Search].
func (s FixedStep) Search(ctx context.Context, l *Line, _ float64) (bool, error) {
	if s.Length == 0 {
		s.Length = 1
	}
	p, err := l.Evaluate(ctx, s.Length)
	return p.T != 0 && finite(p.Value), err
}

// Armijo shortens the step until f has fallen enough,
//
//	f(x + t·s) ≤ f + Decrease·t·gᵀs,
//
// by interpolation, to between a tenth and a half of what was tried before, and
// to a tenth where f is not finite.
//
// Source: Nocedal and Wright, Numerical Optimization, 2nd edition, section 3.5;
// Grippo, Lampariello and Lucidi (1986) for Memory.
type Armijo struct {
	// Decrease is the share of the slope that counts as a fall. Zero means 1e-4.
	Decrease float64
	// Memory is the number of iterates, 16 at most, from whose largest value f
	// has to fall. Zero means 1: f falls in every step.
	Memory int
	// MaxEvaluations is the largest number of lengths tried. Zero means 60.
	MaxEvaluations int
}

// Search implements [Search].
func (s Armijo) Search(ctx context.Context, l *Line, first float64) (bool, error) {
	if s.Decrease == 0 {
		s.Decrease = 1e-4
	}
	if s.MaxEvaluations == 0 {
		s.MaxEvaluations = 60
	}
	reference, t := l.Highest(s.Memory), first
	for range s.MaxEvaluations {
		p, err := l.Evaluate(ctx, t)
		switch {
		case err != nil:
			return false, err
		case p.T == 0 || math.IsInf(p.Value, -1):
			return false, nil
		case math.IsInf(p.Value, 1):
			t *= 0.1
			continue
		case l.Falls(p, reference, s.Decrease):
			return true, nil
		}
		// The minimum of the parabola through φ(0), φ'(0) and φ(t).
		shorter := -float64(float64(l.Slope*t)*t) / (2 * (p.Value - l.Value - float64(l.Slope*t)))
		t = clamp(shorter, 0.1*t, 0.5*t)
	}
	return false, nil
}

// clamp is v, moved into the interval; NaN becomes its upper end.
func clamp(v, low, high float64) float64 {
	if !(v <= high) {
		return high
	}
	return max(v, low)
}
