package solvers

import (
	"context"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// LBFGS minimises a [Gradienter] by BFGS with limited memory, a [Descent] whose
// direction is computed from the last steps alone, in O(n·Memory). What comes
// before them is the inverse diagonal of the Hessian at the start, or the unit
// matrix, times a factor that fits the last step. A step without curvature is
// not remembered.
//
// Source: Nocedal and Wright, Numerical Optimization, 2nd edition, algorithm
// 7.4.
type LBFGS struct {
	// Memory is the number of steps remembered. Zero means 10.
	Memory int
	// Initial is what comes before the steps, as it is at the start of the run;
	// nil means the diagonal of the Hessian, or the unit matrix.
	Initial Curvature
	// Search is StrongWolfe{} if it is nil.
	Search Search
	// Tolerance is as in [Descent].
	Tolerance float64
}

// Name returns "lbfgs".
func (LBFGS) Name() string { return "lbfgs" }

// IterationLimit implements [Limiter].
func (LBFGS) IterationLimit() int { return patience }

// Start evaluates the gradient at the start.
func (m LBFGS) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	if m.Memory == 0 {
		m.Memory = 10
	}
	return Descent{Label: m.Name(), Direction: twoLoops{m.Memory, m.Initial}, Search: m.Search, Tolerance: m.Tolerance}.Start(ctx, p, it)
}

// twoLoops is the direction of L-BFGS.
type twoLoops struct {
	memory  int
	initial Curvature
}

func (d twoLoops) Start(metric []float64) Heading {
	h := &twoLoopsHeading{metric: metric, pairs: make([]curvaturePair, d.memory)}
	for i := range h.pairs {
		h.pairs[i] = curvaturePair{s: make([]float64, len(metric)), y: make([]float64, len(metric))}
	}
	return h
}

func (d twoLoops) startOn(ctx context.Context, p Problem, metric []float64, it *Iterate) (Heading, error) {
	h := d.Start(metric).(*twoLoopsHeading)
	if d.initial == nil {
		return h, nil
	}
	var err error
	h.solved = make([]float64, len(metric))
	h.initial, err = startCurvature(ctx, d.initial, p, it)
	return h, err
}

// A curvaturePair is a step and the change of the gradient along it.
type curvaturePair struct {
	s, y      []float64
	sy, alpha float64
}

type twoLoopsHeading struct {
	metric []float64
	pairs  []curvaturePair // a ring
	count  int             // of pairs that were put there
	factor float64

	initial Approximation // nil is the metric
	solved  []float64
}

func (h *twoLoopsHeading) Aim(step []float64, it *Iterate) float64 {
	for i, g := range it.Gradient {
		step[i] = -g
	}
	if h.count == 0 {
		if h.initial != nil {
			h.initial.Solve(step, step)
			return visible(largestAbsolute(step), reachOf(it))
		}
		for i, m := range h.metric {
			step[i] /= m
		}
		return firstLength(it, h.metric)
	}
	oldest := max(0, h.count-len(h.pairs))
	for k := h.count - 1; k >= oldest; k-- {
		p := &h.pairs[k%len(h.pairs)]
		p.alpha = dot(p.s, step) / p.sy
		kernels.Axpy(step, -p.alpha, p.y)
	}
	h.scale(step)
	for k := oldest; k < h.count; k++ {
		p := &h.pairs[k%len(h.pairs)]
		kernels.Axpy(step, p.alpha-dot(p.y, step)/p.sy, p.s)
	}
	return 1
}

// scale multiplies by the inverse of what comes before the steps.
func (h *twoLoopsHeading) scale(step []float64) {
	if h.initial == nil {
		for i, m := range h.metric {
			step[i] *= h.factor / m
		}
		return
	}
	h.initial.Solve(step, step)
	for i, v := range step {
		step[i] = h.factor * v
	}
}

func (h *twoLoopsHeading) Learn(s, y []float64) {
	sy := dot(s, y)
	if !curves(s, y, sy, h.metric) {
		return
	}
	p := &h.pairs[h.count%len(h.pairs)]
	copy(p.s, s)
	copy(p.y, y)
	p.sy = sy
	if h.initial == nil {
		h.factor = sy / dotInverse(y, y, h.metric)
	} else {
		h.initial.Solve(h.solved, y)
		h.factor = sy / dot(y, h.solved)
	}
	h.count++
}

func (h *twoLoopsHeading) Forget() { h.count = 0 }

// State implements [Resumable].
func (h *twoLoopsHeading) State(v *State) {
	v.Count(&h.count)
	v.Number(&h.factor)
	for i := range h.pairs[:min(h.count, len(h.pairs))] {
		p := &h.pairs[i]
		v.Numbers(p.s, p.y)
		v.Number(&p.sy)
	}
	if h.initial != nil {
		v.Part(h.initial)
	}
}
