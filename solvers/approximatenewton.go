package solvers

import (
	"context"
)

// ApproximateNewton minimises a [Gradienter] along −B⁻¹·g, where B is an
// approximation of the Hessian at the iterate, or at one before: a [Descent].
// With [Expected] it is Fisher scoring, with [Diagonal] scaled gradient descent.
type ApproximateNewton struct {
	// Curvature is B; Diagonal{} if it is nil.
	Curvature Curvature
	// Every is how many steps an approximation serves for. Zero means 1.
	Every int
	// Search is StrongWolfe{} if it is nil.
	Search Search
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "approximate-newton".
func (ApproximateNewton) Name() string { return "approximate-newton" }

// IterationLimit implements [Limiter].
func (ApproximateNewton) IterationLimit() int { return patience }

// Start evaluates gradient and approximation at the start.
func (m ApproximateNewton) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	if m.Curvature == nil {
		m.Curvature = Diagonal{}
	}
	if m.Every == 0 {
		m.Every = 1
	}
	return Descent{Label: m.Name(), Direction: curved{m.Curvature, m.Every}, Search: m.Search, Tolerance: m.Tolerance}.Start(ctx, p, it)
}

// A problemDirection is a direction that evaluates the problem.
type problemDirection interface {
	Direction
	// startOn takes the place of Start.
	startOn(ctx context.Context, p Problem, metric []float64, it *Iterate) (Heading, error)
}

// A renewer is a heading that evaluates the problem at every iterate.
type renewer interface {
	renew(ctx context.Context, it *Iterate) error
}

// curved is the direction of ApproximateNewton.
type curved struct {
	curvature Curvature
	every     int
}

// Start is for those who cannot evaluate: steepest descent.
func (c curved) Start(metric []float64) Heading { return steepest{}.Start(metric) }

func (c curved) startOn(ctx context.Context, p Problem, metric []float64, it *Iterate) (Heading, error) {
	b, err := startCurvature(ctx, c.curvature, p, it)
	return &curvedHeading{approximation: b, metric: metric, every: c.every}, err
}

type curvedHeading struct {
	approximation Approximation
	metric        []float64
	every         int
	plain         bool // the approximation has led nowhere: steepest descent, for a step
}

func (h *curvedHeading) Aim(step []float64, it *Iterate) float64 {
	if h.plain {
		for i, g := range it.Gradient {
			step[i] = -g / h.metric[i]
		}
		return firstLength(it, h.metric)
	}
	h.approximation.Solve(step, it.Gradient)
	for i, v := range step {
		step[i] = -v
	}
	return visible(largestAbsolute(step), reachOf(it))
}

func (h *curvedHeading) Learn(_, _ []float64) { h.plain = false }
func (h *curvedHeading) Forget()              { h.plain = true }

// State implements [Resumable].
func (h *curvedHeading) State(v *State) {
	v.Flag(&h.plain)
	v.Part(h.approximation)
}

func (h *curvedHeading) renew(ctx context.Context, it *Iterate) error {
	if it.Iteration%h.every != 0 {
		return nil
	}
	return h.approximation.Update(ctx, it.X)
}
