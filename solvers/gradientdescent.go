package solvers

import "context"

// GradientDescent minimises a [Gradienter] along −g, or where the problem is a
// [Diagonaler] along −g/diag(H₀): a [Descent]. The first guess at a length is
// one from which f would fall by as much as in the last step.
//
// Source: Nocedal and Wright, Numerical Optimization, 2nd edition, section 3.5.
type GradientDescent struct {
	// Search is Armijo{} if it is nil.
	Search Search
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "gradient-descent".
func (GradientDescent) Name() string { return "gradient-descent" }

// IterationLimit implements [Limiter].
func (GradientDescent) IterationLimit() int { return patience }

// Start evaluates the gradient at the start.
func (m GradientDescent) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	if m.Search == nil {
		m.Search = Armijo{}
	}
	return Descent{Label: m.Name(), Direction: steepest{}, Search: m.Search, Tolerance: m.Tolerance}.Start(ctx, p, it)
}

// steepest is the direction of −g/metric.
type steepest struct{}

func (steepest) Start(metric []float64) Heading { return &steepestHeading{metric: metric} }

type steepestHeading struct {
	metric []float64
	slope  float64 // of the last step
	known  bool
}

func (h *steepestHeading) Aim(step []float64, it *Iterate) float64 {
	for i, g := range it.Gradient {
		step[i] = -g / h.metric[i]
	}
	before := h.slope
	h.slope = dot(it.Gradient, step)
	if !h.known {
		return firstLength(it, h.metric)
	}
	return 2 * float64(it.StepLength*clamp(before/h.slope, 0.1, 10))
}

func (h *steepestHeading) Learn(_, _ []float64) { h.known = true }
func (h *steepestHeading) Forget()              { h.known = false }

// State implements [Resumable].
func (h *steepestHeading) State(v *State) {
	v.Number(&h.slope) // known is Learn's, before the next Aim
}
