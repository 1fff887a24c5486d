package solvers

import (
	"context"
	"math"
)

// Shares of 1/L that steps take, with plain estimates and with reduced ones.
const (
	plainShare   = 0.5
	reducedShare = 0.3
)

// findLength sets the first length.
//
// A chain that does not scale steps takes them of t = ½/L, where L is the largest
// curvature along any direction, of the sum and of batches: batches curve more
// than the sum, and momentum makes more of their share. One that scales makes
// steps of a length of its own: a twentieth of what leads to the minimum along
// the first.
func (s *stochasticStepper) findLength(ctx context.Context, it *Iterate) error {
	if s.scales {
		return s.alongFirst(ctx, it)
	}
	whole, err := s.curvature(ctx, it, s.some())
	if err != nil {
		return err
	}
	s.Largest = whole
	s.terms.shuffle(-1)
	batches, largest := s.terms.batches(), whole
	probes := min(batches, max(8, 128/s.terms.size))
	for i := range probes {
		c, err := s.curvature(ctx, it, s.terms.batch(i*batches/probes))
		if err != nil {
			return err
		}
		largest = max(largest, c)
	}
	l := whole + float64(s.gain*(largest-whole))
	l = max(l, 1)
	share := plainShare
	if s.reduced() {
		share = reducedShare
	}
	if s.Length = share / l; !finite(s.Length) {
		s.Length = 1
	}
	return nil
}

// some are so many terms that they curve as all of them.
func (s *stochasticStepper) some() Batch {
	if s.many.Len() == 0 {
		const most = 4096
		s.many = s.terms.some(max(most, s.terms.size), firstBatches)
	}
	return s.many
}

// curvature is the largest of a batch at the start, in units of the metric: the
// power method on differences of gradients.
func (s *stochasticStepper) curvature(ctx context.Context, it *Iterate, b Batch) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	sample := func(x, g []float64) error {
		s.count.Samples++
		_, err := s.problem.Sample(ctx, b, x, g)
		return err
	}
	if err := sample(it.X, s.g); err != nil {
		return 0, err
	}
	v, largest := s.turn.Step, 0.0
	for j, g := range s.g {
		v[j] = float64(g * s.unit[j])
	}
	for range 6 {
		h := s.probe(it, v)
		if !finite(h) || h == 0 {
			break
		}
		for j, x := range it.X {
			s.trial.x[j] = x + float64(float64(h*v[j])*s.unit[j])
		}
		if err := sample(s.trial.x, s.other); err != nil {
			return 0, err
		}
		size := math.Sqrt(dot(v, v))
		for j := range v {
			v[j] = float64((s.other[j]-s.g[j])*s.unit[j]) / h
		}
		if c := math.Sqrt(dot(v, v)) / size; finite(c) {
			largest = max(largest, c)
		}
	}
	return largest, nil
}

// probe is how far to go along v, in scaled variables, to see f curve: where
// curvatures are about 1, so far that a term's share of the way is a thousandth.
func (s *stochasticStepper) probe(it *Iterate, v []float64) float64 {
	const small = 1e-3
	if s.known {
		return small * math.Sqrt(float64(s.problem.Terms())) / math.Sqrt(dot(v, v))
	}
	longest := 0.0
	for j, u := range s.unit {
		longest = max(longest, math.Abs(float64(u*v[j])))
	}
	return small * max(1, largestAbsolute(it.X)) / longest
}

// alongFirst sets the length from the first step of all terms, which the turn
// holds.
func (s *stochasticStepper) alongFirst(ctx context.Context, it *Iterate) error {
	turn := &s.turn
	slope := 0.0
	for j, u := range turn.Step {
		turn.Step[j] = float64(turn.Scale[j] * u)
		slope = math.FMA(turn.Step[j], float64(s.Full[j]*s.unit[j]), slope)
	}
	h := s.probe(it, turn.Step)
	for j, x := range it.X {
		s.trial.x[j] = x - float64(float64(h*turn.Step[j])*s.unit[j])
	}
	all := s.terms.part(0, s.terms.count())
	s.count.Samples++
	if _, err := s.problem.Sample(ctx, all, s.trial.x, s.other); err != nil {
		return err
	}
	curve := 0.0
	for j, u := range turn.Step {
		curve = math.FMA(u, float64((s.Full[j]-s.other[j])*s.unit[j])/h, curve)
	}
	const share = 0.05
	if s.Length = float64(share*slope) / curve; !(s.Length > 0) || !finite(s.Length) {
		s.Length = float64(share*math.Abs(it.Value)) / slope // as far as a straight line takes f to zero
	}
	if !(s.Length > 0) || !finite(s.Length) {
		s.Length = share
	}
	return nil
}
