package solvers

import (
	"context"
	"math"
)

// ConjugateGradient minimises a [Gradienter] along conjugate directions, a
// [Descent] with
//
//	s ← −P⁻¹g + β·s,  β = (y − 2·s·(yᵀP⁻¹y)/(sᵀy))ᵀP⁻¹g / (sᵀy),
//
// where y is the difference of the last gradients and P the diagonal of the
// Hessian at the start, or the unit matrix. β is bounded from below. It needs
// four vectors and converges faster than gradient descent.
//
// Source: Hager and Zhang, A new conjugate gradient method with guaranteed
// descent and an efficient line search (2005).
type ConjugateGradient struct {
	// Search is StrongWolfe{Curvature: 0.1} if it is nil.
	Search Search
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "cg".
func (ConjugateGradient) Name() string { return "cg" }

// IterationLimit implements [Limiter].
func (ConjugateGradient) IterationLimit() int { return patience }

// Start evaluates the gradient at the start.
func (m ConjugateGradient) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	if m.Search == nil {
		m.Search = StrongWolfe{Curvature: 0.1}
	}
	return Descent{Label: m.Name(), Direction: conjugate{}, Search: m.Search, Tolerance: m.Tolerance}.Start(ctx, p, it)
}

// conjugate is the direction of Hager and Zhang.
type conjugate struct{}

func (conjugate) Start(metric []float64) Heading {
	n := len(metric)
	return &conjugateHeading{metric: metric, last: make([]float64, n), y: make([]float64, n)}
}

type conjugateHeading struct {
	metric  []float64
	last, y []float64 // the last direction, and how the gradient changed along it
	slope   float64
	known   bool
}

func (h *conjugateHeading) Aim(step []float64, it *Iterate) float64 {
	g := it.Gradient
	for i, v := range g {
		step[i] = -v / h.metric[i]
	}
	first := 0.0
	if curved := dot(h.last, h.y); h.known && curved != 0 {
		beta := (dotInverse(h.y, g, h.metric) - 2*float64(dotInverse(h.y, h.y, h.metric)*(dot(h.last, g)/curved))) / curved
		// Bounded from below, so that the run cannot be caught by steps that
		// grow ever shorter.
		length := math.Sqrt(dotScaled(h.last, h.last, h.metric))
		least := -1 / float64(length*min(0.01, math.Sqrt(dotInverse(g, g, h.metric))))
		beta = max(beta, least)
		for i, v := range h.last {
			step[i] += float64(beta * v)
		}
		slope := dot(g, step)
		first = float64(it.StepLength * clamp(h.slope/slope, 0.1, 10))
		h.slope = slope
	} else {
		h.slope = dot(g, step)
		first = firstLength(it, h.metric)
	}
	copy(h.last, step)
	return first
}

func (h *conjugateHeading) Learn(_, y []float64) {
	copy(h.y, y)
	h.known = true
}

func (h *conjugateHeading) Forget() { h.known = false }

// State implements [Resumable].
func (h *conjugateHeading) State(v *State) {
	v.Numbers(h.last) // y and known are Learn's, before the next Aim
	v.Number(&h.slope)
}
