package solvers

import (
	"context"
	"math"
)

// StrongWolfe looks for a step with
//
//	f(x + t·s) ≤ f + Decrease·t·gᵀs,  |g(x + t·s)ᵀs| ≤ Curvature·|gᵀs|,
//
// so that f has fallen and the slope is flatter. It lengthens the step while f
// falls steeply, and else narrows an interval that holds such a step, by cubic
// interpolation and every third time by half. Where f is not finite, the
// interval ends. If no length meets the second condition, the best one that
// meets the first is taken.
//
// Source: Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms
// 3.5 and 3.6.
type StrongWolfe struct {
	// Decrease is the share of the slope that counts as a fall. Zero means 1e-4.
	Decrease float64
	// Curvature is the share of the slope that may be left. Zero means 0.9.
	Curvature float64
	// MaxEvaluations is the largest number of lengths tried. Zero means 40.
	MaxEvaluations int
}

// Search implements [Search].
func (s StrongWolfe) Search(ctx context.Context, l *Line, first float64) (bool, error) {
	if s.Decrease == 0 {
		s.Decrease = 1e-4
	}
	if s.Curvature == 0 {
		s.Curvature = 0.9
	}
	if s.MaxEvaluations == 0 {
		s.MaxEvaluations = 40
	}
	b := bracket{low: Probe{0, l.Value, l.Slope}, high: Probe{math.Inf(1), math.Inf(1), 0}}
	t := first
	for range s.MaxEvaluations {
		p, err := l.Evaluate(ctx, t)
		switch {
		case err != nil:
			return false, err
		case math.IsInf(p.Value, -1):
			return false, nil
		case p.T == 0 || p.T == b.low.T || p.T == b.high.T:
			return b.settle(ctx, l)
		case math.IsInf(p.Value, 1), !l.Falls(p, l.Value, s.Decrease), b.low.T > 0 && p.Value > b.low.Value+rounding(b.low.Value):
			b.high = p
		case math.Abs(p.Slope) <= float64(-s.Curvature*l.Slope):
			return true, nil
		default:
			if float64(p.Slope*(b.high.T-b.low.T)) >= 0 {
				b.high = b.low
			}
			b.low = p
		}
		if t = b.next(); b.found > enoughRounds {
			break
		}
	}
	return b.settle(ctx, l)
}

// enoughRounds is how often a length that lets f fall is improved on for the
// sake of the slope alone: after that rounding decides.
const enoughRounds = 20

// A bracket is an interval with a point in it that meets the Wolfe conditions:
// low is the best place so far, with a slope that points to high.
type bracket struct {
	low, high Probe
	rounds    int
	found     int // rounds with a low
}

// next is the length to try.
func (b *bracket) next() float64 {
	low, high := b.low, b.high
	width := high.T - low.T
	switch {
	case math.IsInf(width, 1):
		return 4 * low.T
	case math.IsInf(high.Value, 1):
		return low.T + float64(0.1*width)
	}
	b.rounds++
	if low.T > 0 {
		b.found++
	}
	if b.rounds%3 == 0 {
		return low.T + 0.5*width
	}
	// The minimum of the cubic through both values and slopes.
	d1 := low.Slope + high.Slope - float64(3*((high.Value-low.Value)/width))
	square := float64(d1*d1) - float64(low.Slope*high.Slope)
	d2 := math.Copysign(math.Sqrt(max(square, 0)), width)
	share := 1 - (high.Slope+d2-d1)/(high.Slope-low.Slope+2*d2)
	if share != share {
		share = 0.5
	}
	return low.T + float64(max(0.1, min(share, 0.9))*width)
}

// settle ends a search without what it looked for at the best place, if there
// is one.
func (b *bracket) settle(ctx context.Context, l *Line) (bool, error) {
	if b.low.T == 0 {
		return false, nil
	}
	if l.last.T == b.low.T {
		return true, nil
	}
	p, err := l.Evaluate(ctx, b.low.T)
	return finite(p.Value), err
}
