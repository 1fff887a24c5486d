package batch

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A split is the objective of a group that is too large to be packed: a pass
// reads it block by block, on one thread or many, with the same result.
type split[T kernels.Float] struct {
	worker *worker
	pass   *pass.Pass[T]
}

// fitSplit fits one group by passes and a factorisation on so many threads.
func fitSplit[T kernels.Float](ctx context.Context, w *worker, g *Groups[T], f *Fits, fit, threads int) error {
	lo, hi := g.Starts[fit], g.Starts[fit+1]
	w.group = &w.alone
	w.fit = fit
	fetchTargets(w, g, lo, hi)
	if !w.count() || w.kind == squared && !(allFinite(w.y) && allFinite(w.offset)) {
		f.fail(fit, w.rows, NotFinite)
		return nil
	}
	if w.rows == 0 || w.rows < w.width && w.options.L2 == 0 {
		f.fail(fit, w.rows, TooFewRows)
		return nil
	}
	d := &pass.Data[T]{X: g.X, Y: g.Y, Weights: g.Weights, Offset: g.Offset}
	if g.Index != nil {
		d.Index = g.Index[lo:hi]
	} else {
		d.X = g.X.Slice(lo, hi)
		d.Y = g.Y[lo:hi]
		if g.Weights != nil {
			d.Weights = g.Weights[lo:hi]
		}
		if g.Offset != nil {
			d.Offset = g.Offset[lo:hi]
		}
	}
	p, err := pass.New(d, pass.Model{Loss: w.loss(), Intercept: w.lead == 1}, threads)
	if err != nil {
		return err
	}
	if w.lead == 1 {
		copy(w.center, p.Shift())
	}
	w.newton.hessianTolerance = hessianTolerance[T]()
	w.newton.system.pivoted.Threads = threads
	defer func() { w.newton.hessianTolerance, w.newton.system.pivoted.Threads = 0, 1 }()
	o := &split[T]{worker: w, pass: p}
	if w.kind == squared {
		return o.squares(ctx, f, fit)
	}
	return w.descend(ctx, o, f, fit)
}

// hessianTolerance is that of sums that begin in the type of the data, as in
// package glm.
func hessianTolerance[T kernels.Float]() float64 {
	if _, narrow := any(T(0)).(float32); narrow {
		return 16 * 0x1p-23
	}
	return 0
}

func (w *worker) loss() loss.Loss {
	switch w.kind {
	case logistic:
		return loss.Logistic{}
	case poisson:
		return loss.Poisson{}
	}
	return loss.Squared{}
}

// evaluate implements [objective].
func (s *split[T]) evaluate(ctx context.Context, e *evaluation, hessian bool) error {
	w := s.worker
	at := pass.Point{Beta: e.x}
	if w.lead == 1 {
		at = pass.Point{Intercept: e.x[0], Beta: e.x[1:]}
	}
	m, err := s.pass.Run(ctx, at, pass.Want{Hessian: hessian})
	if err != nil {
		return err
	}
	e.value, e.low, e.high = m.Loss, m.MinMargin, m.MaxMargin
	if w.lead == 1 {
		e.g[0] = m.SumR
	}
	copy(e.g[w.lead:], m.Gradient)
	if hessian {
		clear(e.h)
		if w.lead == 1 {
			e.h[0] = m.SumD
			copy(e.h[1:w.width], m.CrossD)
		}
		for j := range w.columns {
			row := w.lead + j
			copy(e.h[row*w.width+row:(row+1)*w.width], m.Hessian[j*w.columns+j:(j+1)*w.columns])
		}
	}
	s.pass.Recycle(m)
	w.penalise(e, hessian)
	return nil
}

// squares is least squares as [solvers.Newton] does it: a step from zero, and
// others of the same factorisation until nothing is left to gain.
func (s *split[T]) squares(ctx context.Context, f *Fits, fit int) error {
	w, n := s.worker, &s.worker.newton
	clear(n.at.x)
	if err := s.evaluate(ctx, &n.at, true); err != nil {
		return err
	}
	if !n.at.finite(true) {
		f.fail(fit, w.rows, NotFinite)
		return nil
	}
	n.iterations, n.shift = 0, 0
	if !n.system.factorise(n.at.h, w.width, n.at.g, n.hessianTolerance) {
		f.dependentIn(fit, w.rows, &n.system)
		return nil
	}
	first := 0.0
	status := Converged
	for round := 0; ; round++ {
		n.decrement = dot(n.system.x, n.at.g)
		before := n.decrement
		if round == 0 {
			first = before
		}
		for i, v := range n.system.x {
			n.at.x[i] -= v
		}
		if round > 0 && before/2 <= float64(n.tolerance*math.Abs(n.at.value)) {
			n.at.value -= before / 2
			break
		}
		if err := s.evaluate(ctx, &n.at, false); err != nil {
			return err
		}
		if !n.at.finite(false) {
			f.fail(fit, w.rows, NotFinite)
			return nil
		}
		n.system.solve(n.at.g)
		gain := dot(n.system.x, n.at.g)
		if gain <= float64(float64(n.tolerance*n.tolerance)*first) {
			break
		}
		if gain > before/4 && gain/2 > float64(n.tolerance*math.Abs(n.at.value)) {
			n.decrement = gain
			if !n.gainIsNoise(256 * n.system.condition(n.at.h, n.at.g)) {
				status = Stalled
			}
			break
		}
	}
	f.put(w, n.at.x, 0, status, 0, 2*(n.at.value-w.penalty(n.at.x)))
	return nil
}
