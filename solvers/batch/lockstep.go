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

const (
	roundingOfValue = 0x1p-46 // a rise of the value by this share is none
	maxHalvings     = 50
)

// advance takes a model from the moments at its trial point to the next one,
// or to its end.
func (l *lockstep[T]) advance(m *contender) {
	if m.probing {
		m.probing = false
		if low, high := m.low/magnified, m.high/magnified; high > 0.1 && low > -1e-3*high {
			l.end(m, Separated)
		} else {
			l.end(m, Converged)
		}
		return
	}
	lead := l.lead()
	for j, lambda := range m.penalty {
		b := m.trial[lead+j]
		m.nextValue += float64(0.5 * float64(float64(lambda*b)*b))
		m.next[lead+j] += float64(lambda * b)
		m.nextHessian[(lead+j)*len(m.x)+lead+j] += lambda
	}
	good := isFinite(m.nextValue)
	switch {
	case !m.started:
		if !good || !areFinite(m.next) {
			l.end(m, NotFinite)
			return
		}
		if m.rows == 0 || m.free && m.rows < len(m.x) {
			l.end(m, TooFewRows)
			return
		}
	case !good || m.nextValue > m.value+float64(roundingOfValue*math.Abs(m.value)):
		l.halve(m)
		return
	default:
		m.iterations++
	}
	first := !m.started
	m.started = true
	before := m.value
	m.x, m.trial = m.trial, m.x
	m.gradient, m.next = m.next, m.gradient
	m.hessian, m.nextHessian = m.nextHessian, m.hessian
	m.value = m.nextValue
	if _, classes := l.loss.(loss.Logistic); classes && m.free && m.low > 0 {
		l.end(m, Separated)
		return
	}
	if !first && m.length == 1 {
		gain := m.decrement / 2
		if gain <= float64(l.tolerance*math.Abs(m.value)) || !(m.value < before) {
			l.converged(m)
			return
		}
	}
	if m.iterations == l.limit {
		l.end(m, IterationLimit)
		return
	}
	l.aim(m, first)
}

// aim finds the step from the iterate.
func (l *lockstep[T]) aim(m *contender, first bool) {
	lead, n := l.lead(), len(m.x)
	if err := l.factor.Factorize(m.hessian, n, lead); err != nil {
		l.end(m, NotFinite)
		return
	}
	if l.factor.Rank() < n && first {
		for _, j := range l.factor.Dependent() {
			if j >= lead {
				m.dependent = append(m.dependent, j-lead)
			}
		}
		l.end(m, RankDeficient)
		return
	}
	for shift := max(1e-10, 10*l.rank); l.factor.Rank() < n; shift *= 10 {
		if shift > 1e6 || l.factor.FactorizeShifted(m.hessian, n, lead, shift) != nil {
			l.end(m, IterationLimit)
			return
		}
	}
	l.factor.Solve(m.step, m.gradient)
	m.decrement = product(m.step, m.gradient)
	if m.decrement/2 <= float64(l.tolerance*float64(l.tolerance*math.Abs(m.value))) {
		l.converged(m)
		return
	}
	m.length, m.halvings, m.moved = 1, 0, true
	l.try(m)
}

func (l *lockstep[T]) try(m *contender) {
	for i, x := range m.x {
		m.trial[i] = math.FMA(-m.length, m.step[i], x)
	}
}

// halve tries half of a step that has not lowered the loss.
func (l *lockstep[T]) halve(m *contender) {
	if m.halvings++; m.halvings <= maxHalvings {
		m.length /= 2
		l.try(m)
		return
	}
	if m.decrement/2 <= float64(0x1p-33*math.Abs(m.value)) { // rounding explains it
		l.converged(m)
		return
	}
	l.end(m, IterationLimit)
}

// converged ends a model, but for one whose last step may have led on for
// ever: a pass far along it shows whether some rows become ever more certain
// and none less so. Newton's steps keep a length of about one in η there.
func (l *lockstep[T]) converged(m *contender) {
	if _, classes := l.loss.(loss.Logistic); !classes || !m.free || !m.moved || !(m.high > suspicious) {
		l.end(m, Converged)
		return
	}
	for i, s := range m.step {
		m.trial[i] = -magnified * s
	}
	m.probing = true
}

func (l *lockstep[T]) end(m *contender, s Status) { m.status, m.done = s, true }

// result puts what a model came to into entry i of the fits, and columns that
// depend on others aside.
func (l *lockstep[T]) result(m *contender, f *Fits, i int, trouble *map[int][]int) {
	f.Status[i], f.Rows[i], f.Iterations[i] = m.status, m.rows, int32(m.iterations)
	if m.status != Converged && m.status != IterationLimit {
		if m.dependent != nil {
			if *trouble == nil {
				*trouble = map[int][]int{}
			}
			(*trouble)[i] = m.dependent
		}
		return
	}
	l.coefficients(f.Coefficient(i), m)
	if f.Deviance != nil {
		f.Deviance[i] = 2 * l.unpenalised(m)
	}
	if f.StdErrors != nil && m.free {
		l.stdErrors(f.StdError(i), m)
	}
}

// coefficients sets dst to those of a model, in the units of the data.
func (l *lockstep[T]) coefficients(dst []float64, m *contender) {
	copy(dst, m.x)
	for j, c := range l.shift {
		dst[0] = math.FMA(-float64(c), dst[l.lead()+j], dst[0])
	}
}

func (l *lockstep[T]) unpenalised(m *contender) float64 {
	v := m.value
	for j, lambda := range m.penalty {
		b := m.x[l.lead()+j]
		v -= float64(0.5 * float64(float64(lambda*b)*b))
	}
	return v
}

// stdErrors are the roots of the diagonal of H⁻¹, in the units of the data.
func (l *lockstep[T]) stdErrors(dst []float64, m *contender) {
	n := len(m.x)
	if n == 0 || l.factor.Factorize(m.hessian, n, l.lead()) != nil || l.factor.Rank() < n {
		return
	}
	l.factor.InverseDiagonal(dst)
	if l.shift != nil {
		e := m.step
		e[0] = 1
		for j, c := range l.shift {
			e[1+j] = -float64(c)
		}
		l.factor.Solve(m.trial, e)
		dst[0] = product(e, m.trial)
	}
	for i, v := range dst {
		dst[i] = math.Sqrt(v)
	}
}

// startPoisson is the intercept of the null model: log of Σ w y / Σ w exp(o).
// ok is false where the targets are all zero, and the maximum at infinity.
func (l *lockstep[T]) startPoisson(m *contender) (ok bool) {
	sumY, sumMu := 0.0, 0.0
	mu := l.value
	for lo := 0; lo < l.data.X.Rows; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, l.data.X.Rows)
		y, w := l.fetch(m.model, lo, hi, l.y[:hi-lo], l.w[:hi-lo])
		o := l.offsets(lo, hi)
		mu = mu[:hi-lo]
		if o != nil {
			kernels.Exp(mu, o)
		}
		for i, v := range y {
			weight, base := 1.0, 1.0
			if w != nil {
				weight = w[i]
			}
			if o != nil {
				base = mu[i]
			}
			if weight > 0 {
				sumY = math.FMA(weight, v, sumY)
				sumMu = math.FMA(weight, base, sumMu)
			}
		}
		mu = l.value
	}
	if sumY == 0 && sumMu > 0 {
		return false
	}
	if start := kernels.LogOf(sumY / sumMu); l.intercept && isFinite(start) {
		m.trial[0] = start
	}
	return true
}

// begin sets where models start, and ends those that have no finite maximum.
func (l *lockstep[T]) begin(models []*contender) []*contender {
	for _, m := range models {
		clear(m.trial)
	}
	_, counts := l.loss.(loss.Poisson)
	_, classes := l.loss.(loss.Logistic)
	if !counts && !classes || !l.intercept {
		return models
	}
	var rest []*contender
	for _, m := range models {
		if counts && l.startPoisson(m) || classes && (m.free || !l.sameClass(m)) {
			rest = append(rest, m)
			continue
		}
		l.countRows(m)
		l.end(m, Separated)
	}
	return rest
}

// sameClass tells whether all targets are of one class: no penalty holds the
// intercept.
func (l *lockstep[T]) sameClass(m *contender) bool {
	first := -1.0
	for lo := 0; lo < l.data.X.Rows; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, l.data.X.Rows)
		y, w := l.fetch(m.model, lo, hi, l.y[:hi-lo], l.w[:hi-lo])
		for i, v := range y {
			if w != nil && w[i] == 0 {
				continue
			}
			if first < 0 {
				first = v
			}
			if v != first {
				return false
			}
		}
	}
	return first >= 0
}

// countRows is for a model that no pass has seen.
func (l *lockstep[T]) countRows(m *contender) {
	m.rows = 0
	for lo := 0; lo < l.data.X.Rows; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, l.data.X.Rows)
		_, w := l.fetch(m.model, lo, hi, l.y[:hi-lo], l.w[:hi-lo])
		if w == nil {
			m.rows += hi - lo
			continue
		}
		for _, v := range w {
			if v > 0 {
				m.rows++
			}
		}
	}
}

func areFinite(x []float64) bool {
	for _, v := range x {
		if !isFinite(v) {
			return false
		}
	}
	return true
}
