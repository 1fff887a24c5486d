package solvers

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// BFGS minimises a [Gradienter] by the quasi-Newton method of Broyden,
// Fletcher, Goldfarb and Shanno, a [Descent] along −B·g. B approaches the
// inverse of the Hessian,
//
//	B ← (I − s·yᵀ/sᵀy)·B·(I − y·sᵀ/sᵀy) + s·sᵀ/sᵀy,
//
// from the inverse diagonal of the Hessian at the start, or a multiple of the
// unit matrix. A step without curvature, sᵀy ≤ 0, changes nothing. It takes n²
// numbers, and O(n²) for a step.
//
// Source: Nocedal and Wright, Numerical Optimization, 2nd edition, section 6.1.
type BFGS struct {
	// Search is StrongWolfe{} if it is nil.
	Search Search
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "bfgs".
func (BFGS) Name() string { return "bfgs" }

// IterationLimit implements [Limiter].
func (BFGS) IterationLimit() int { return patience }

// Start evaluates the gradient at the start.
func (m BFGS) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	return Descent{Label: m.Name(), Direction: quasiNewton{}, Search: m.Search, Tolerance: m.Tolerance}.Start(ctx, p, it)
}

// quasiNewton is the direction of BFGS.
type quasiNewton struct{}

func (quasiNewton) Start(metric []float64) Heading {
	n := len(metric)
	h := &quasiNewtonHeading{metric: metric, n: n, inverse: memory.Slice[float64](n * n), v: make([]float64, n)}
	return h
}

type quasiNewtonHeading struct {
	metric  []float64
	n       int
	inverse []float64 // B, its upper triangle
	v       []float64
	known   bool // B holds more than its start
}

func (h *quasiNewtonHeading) Aim(step []float64, it *Iterate) float64 {
	if !h.known {
		for i, g := range it.Gradient {
			step[i] = -g / h.metric[i]
		}
		return firstLength(it, h.metric)
	}
	clear(step)
	symmetric(step, h.inverse, it.Gradient)
	for i, v := range step {
		step[i] = -v
	}
	return 1
}

func (h *quasiNewtonHeading) Learn(s, y []float64) {
	sy := dot(s, y)
	if !curves(s, y, sy, h.metric) {
		return
	}
	if !h.known {
		h.start(sy / dotInverse(y, y, h.metric))
	}
	clear(h.v)
	symmetric(h.v, h.inverse, y)
	weight := 1 + dot(y, h.v)/sy
	for i := range h.n {
		row := h.inverse[i*h.n+i : (i+1)*h.n]
		kernels.Axpy(row, -s[i]/sy, h.v[i:])
		kernels.Axpy(row, (float64(weight*s[i])-h.v[i])/sy, s[i:])
	}
}

// start makes B the inverse of the metric, times a factor that fits the first
// step.
func (h *quasiNewtonHeading) start(factor float64) {
	memory.Clear(h.inverse)
	for i, m := range h.metric {
		h.inverse[i*h.n+i] = factor / m
	}
	h.known = true
}

func (h *quasiNewtonHeading) Forget() { h.known = false }

// State implements [Resumable].
func (h *quasiNewtonHeading) State(v *State) {
	if v.Flag(&h.known); h.known {
		v.triangle(h.inverse, h.n)
	}
}

// curves reports whether the gradient has changed along a step by enough to
// tell a curvature from rounding.
func curves(s, y []float64, sy float64, metric []float64) bool {
	return finite(sy) && sy > float64(1e-14*float64(math.Sqrt(dotScaled(s, s, metric))*math.Sqrt(dotInverse(y, y, metric))))
}
