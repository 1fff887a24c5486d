package solvers

import (
	"context"
	"math"
	"slices"
)

// BarzilaiBorwein minimises a [Gradienter] along −g, or where the problem is a
// [Diagonaler] along −g/diag(H₀), with lengths that make a multiple of the unit
// matrix fit the last step, sᵀs/sᵀy and sᵀy/yᵀy in turns: a [Descent]. f need not
// fall in every step, but below the largest of the ten last values.
//
// Source: Barzilai and Borwein (1988); Raydan (1997).
type BarzilaiBorwein struct {
	// Search is Armijo{Memory: 10} if it is nil.
	Search Search
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "barzilai-borwein".
func (BarzilaiBorwein) Name() string { return "barzilai-borwein" }

// IterationLimit implements [Limiter].
func (BarzilaiBorwein) IterationLimit() int { return patience }

// Start evaluates the gradient at the start.
func (m BarzilaiBorwein) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	if m.Search == nil {
		m.Search = Armijo{Memory: 10}
	}
	return Descent{Label: m.Name(), Direction: spectral{}, Search: m.Search, Tolerance: m.Tolerance}.Start(ctx, p, it)
}

// spectral is steepest descent with the lengths of Barzilai and Borwein.
type spectral struct{}

func (spectral) Start(metric []float64) Heading { return &spectralHeading{metric: metric} }

type spectralHeading struct {
	metric []float64
	length float64 // 0 if nothing is known
	even   bool
	recent [rememberedLengths]float64 // lengths, a ring
	count  int
}

// rememberedLengths is how many lengths say what steps may gain: they differ by
// as much as curvatures do, and a short one that gains little is no sign of a
// minimum.
const rememberedLengths = 10

// hope implements [hopeful].
func (h *spectralHeading) hope() float64 { return slices.Max(h.recent[:]) }

func (h *spectralHeading) Aim(step []float64, it *Iterate) float64 {
	for i, g := range it.Gradient {
		step[i] = -g / h.metric[i]
	}
	if h.length == 0 {
		return firstLength(it, h.metric)
	}
	return h.length
}

func (h *spectralHeading) Learn(s, y []float64) {
	ss, sy, yy := dotScaled(s, s, h.metric), dot(s, y), dotInverse(y, y, h.metric)
	h.even = !h.even
	switch {
	case !(sy > float64(1e-12*float64(math.Sqrt(ss)*math.Sqrt(yy)))):
		if h.length != 0 {
			h.length *= 4 // f is not convex here
		}
	case h.even:
		h.length = ss / sy
	default:
		h.length = sy / yy
	}
	h.recent[h.count%rememberedLengths] = h.length
	h.count++
}

func (h *spectralHeading) Forget() { h.length = 0 }

// State implements [Resumable].
func (h *spectralHeading) State(v *State) {
	v.Number(&h.length)
	v.Numbers(h.recent[:])
	v.Count(&h.count)
	v.Flag(&h.even)
}
