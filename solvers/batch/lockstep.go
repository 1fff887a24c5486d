package batch

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// lockstep fits several models on one design by Newton's method, all of them
// in one reading of X an iteration: a panel of rows is centred once and serves
// every model that has not converged yet. A model's sums are its own, over
// panels from the first on, so its bits do not depend on who is beside it.
type lockstep[T kernels.Float] struct {
	data      *pass.Data[T]
	shift     []T // nil without an intercept
	loss      loss.Loss
	intercept bool
	rank      float64 // tolerance
	limit     int     // iterations
	tolerance float64

	// fetch is the targets and the weights of rows lo to hi in a model, in the
	// scratch that it is given or elsewhere. No weights are all 1.
	fetch func(model, lo, hi int, y, w []float64) (targets, weights []float64)

	panel  kernels.Matrix[T]
	work   []T
	y, w   []float64
	eta, o []float64
	value  []float64
	r, d   []float64
	block  loss.Block
	factor cholesky.Factorization
	active []*contender
	models []*contender // all that there are, and how many are in use
	used   int
}

// A contender is one model under way. Its variables are the intercept, if there is
// one, and the coefficients of the columns less their shift.
type contender struct {
	model   int // its number, for fetch
	penalty []float64
	free    bool // of any penalty

	x, trial, step, gradient, next []float64
	hessian, nextHessian           []float64
	value, nextValue               float64
	sumW                           float64
	rows                           int
	low, high                      float64 // margins at the trial

	length, decrement float64
	started, probing  bool
	done              bool
	iterations        int
	status            Status
	dependent         []int
	halvings          int
	moved             bool
}

func newLockstep[T kernels.Float](d *pass.Data[T], shift []T, o Options) *lockstep[T] {
	p := d.X.Cols
	stride := max(kernels.SpreadStride[T](p), 1)
	l := &lockstep[T]{
		data: d, shift: shift, loss: o.loss(), intercept: !o.NoIntercept, rank: rankTolerance[T](),
		limit: o.iterations(), tolerance: o.tolerance(),
		panel: kernels.Matrix[T]{Rows: kernels.PanelRows, Cols: p, Stride: stride, Data: memory.Slice[T](kernels.PanelRows * stride)},
		work:  memory.Slice[T](kernels.TriangleWork(p)),
	}
	l.factor.Tolerance, l.factor.Threads = l.rank, 1 // others work on other blocks
	vectors := []*[]float64{&l.y, &l.w, &l.eta, &l.o, &l.value, &l.r, &l.d}
	all := memory.Slice[float64](kernels.PanelRows * len(vectors))
	for i, v := range vectors {
		*v = all[i*kernels.PanelRows:][:kernels.PanelRows:kernels.PanelRows]
	}
	return l
}

func (l *lockstep[T]) lead() int {
	if l.intercept {
		return 1
	}
	return 0
}

// recycle takes back all models, for newModel to use their memory.
func (l *lockstep[T]) recycle() { l.used = 0 }

// newModel is a model with a penalty for every column, whose λ may be changed.
func (l *lockstep[T]) newModel(model int, l2 float64) *contender {
	if l.used == len(l.models) {
		l.models = append(l.models, l.makeModel())
	}
	m := l.models[l.used]
	l.used++
	m.model = model
	for j := range m.penalty {
		m.penalty[j] = l2
	}
	m.restart()
	return m
}

func (l *lockstep[T]) makeModel() *contender {
	n := l.lead() + l.data.X.Cols
	m := &contender{penalty: make([]float64, l.data.X.Cols)}
	for _, v := range []*[]float64{&m.x, &m.trial, &m.step, &m.gradient, &m.next} {
		*v = make([]float64, n)
	}
	m.hessian, m.nextHessian = memory.Slice[float64](n*n), memory.Slice[float64](n*n)
	return m
}

// restart begins anew from the trial point, with the penalties as they are now.
func (m *contender) restart() {
	m.free = true
	for _, l := range m.penalty {
		m.free = m.free && l == 0
	}
	m.started, m.probing, m.done, m.moved = false, false, false, false
	m.iterations, m.halvings, m.status, m.dependent = 0, 0, NotFitted, nil
}

// run fits the models. It returns early, with models that are not done, if ctx
// ends.
func (l *lockstep[T]) run(ctx context.Context, models []*contender) {
	l.active = append(l.active[:0], models...)
	for len(l.active) > 0 && ctx.Err() == nil {
		l.read(l.active, true)
		rest := l.active[:0]
		for _, m := range l.active {
			if l.advance(m); !m.done {
				rest = append(rest, m)
			}
		}
		l.active = rest
	}
}

// read is one pass: value, margins and, if second, gradient and Hessian of
// every model at its trial point.
func (l *lockstep[T]) read(models []*contender, second bool) {
	lead, p := l.lead(), l.data.X.Cols
	n := lead + p
	for _, m := range models {
		memory.Clear(m.next)
		memory.Clear(m.nextHessian)
		m.nextValue, m.sumW, m.rows = 0, 0, 0
		m.low, m.high = math.Inf(1), math.Inf(-1)
	}
	for lo := 0; lo < l.data.X.Rows; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, l.data.X.Rows)
		x := l.panel.Slice(0, hi-lo)
		kernels.Pack(x, l.data.X.Slice(lo, hi), l.shift, nil)
		o := l.offsets(lo, hi)
		for _, m := range models {
			b := l.evaluate(m, x, o, lo, hi)
			m.nextValue += kernels.Sum(b.Value)
			if !second || m.probing {
				continue
			}
			kernels.Update(m.next[lead:], x, nil, b.R)
			if l.intercept {
				m.next[0] += kernels.Sum(b.R)
				m.nextHessian[0] += kernels.Sum(b.D)
				kernels.Update(m.nextHessian[1:n], x, nil, b.D)
			}
			if p > 0 {
				kernels.Triangle(m.nextHessian[lead*n+lead:], n, x, b.D, l.work, nil)
			}
		}
	}
}

// offsets is those of rows lo to hi, or nil.
func (l *lockstep[T]) offsets(lo, hi int) []float64 {
	if l.data.Offset == nil {
		return nil
	}
	o := l.o[:hi-lo]
	for i, v := range l.data.Offset[lo:hi] {
		o[i] = float64(v)
	}
	return o
}

// evaluate takes the rows of a panel through the loss of a model.
func (l *lockstep[T]) evaluate(m *contender, x kernels.Matrix[T], o []float64, lo, hi int) *loss.Block {
	rows := hi - lo
	eta := l.eta[:rows]
	kernels.Dots(eta, x, nil, m.trial[l.lead():])
	if l.intercept {
		for i := range eta {
			eta[i] += m.trial[0]
		}
	}
	for i, v := range o {
		eta[i] += v
	}
	y, w := l.fetch(m.model, lo, hi, l.y[:rows], l.w[:rows])
	b := &l.block
	*b = loss.Block{Eta: eta, Y: y, W: w, Value: l.value[:rows], R: l.r[:rows], D: l.d[:rows], MinMargin: m.low, MaxMargin: m.high}
	l.loss.Evaluate(b)
	m.low, m.high = b.MinMargin, b.MaxMargin
	if w == nil {
		m.rows += rows
		m.sumW += float64(rows)
		return b
	}
	m.sumW += kernels.Sum(w)
	for _, v := range w {
		if v > 0 {
			m.rows++
		}
	}
	return b
}
