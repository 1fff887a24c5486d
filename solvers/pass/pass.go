package pass

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// A Model is what is fitted: what a pass computes of its rows.
type Model struct {
	Loss loss.Loss

	// Intercept adds α to every η; moments then carry what its row and column
	// of the Hessian need, and columns are shifted.
	Intercept bool

	// Shift is c, one number a column, rounded to the type of the data. With
	// an intercept, nil means the means of the first block of rows. Moments
	// that are to be merged need the same.
	Shift []float64
}

// A Point is where moments are taken: η = Intercept + offset + (X − c)·Beta.
type Point struct {
	Intercept float64
	Beta      []float64
}

// Want says what moments are to hold beside the loss and the gradient.
type Want struct {
	Hessian    bool
	LogWeights bool // SumLogW
}

// A Pass evaluates one model on one set of rows, as often as asked. It keeps
// its scratch memory from one run to the next; it is not safe for concurrent
// use.
type Pass[T kernels.Float] struct {
	model   Model
	threads int
	columns int
	shift   []T

	data   *Data[T]  // either rows in memory
	source Source[T] // or rows that are read

	workers []*scratch[T]
	walk    *walk[T, *Moments]
	free    [2]chan *Moments // without a Hessian, and with one

	at   Point // of the run at hand
	want Want
}

// New prepares passes over rows in memory. threads is how many goroutines a
// run may use; results do not depend on it. With an intercept the columns are
// shifted by their means over the first block of rows, which costs no digits
// when columns are far from zero. Errors are shapes, an Index that lists no row,
// a model without a loss, a Shift of another length and threads below 1. Values
// are not looked at; see [loss.Loss] for those that a loss accepts.
func New[T kernels.Float](d *Data[T], model Model, threads int) (*Pass[T], error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	p, err := newPass[T](model, d.X.Cols, threads)
	if err != nil {
		return nil, err
	}
	p.data = d
	p.walk = newWalk(p, p.merge, p.block)
	if model.Intercept && p.shift == nil && d.rows() > 0 {
		p.shift = p.means(d, 0, min(d.rows(), blockRows))
	}
	return p, nil
}

// NewFromSource prepares passes over rows that are read anew for each of them.
// The result of a run has the bits that the same rows in memory give. With an
// intercept and no Shift the first block is read at once. Errors are those of New
// and of the source.
func NewFromSource[T kernels.Float](s Source[T], model Model, threads int) (*Pass[T], error) {
	p, err := newPass[T](model, s.Columns(), threads)
	if err != nil {
		return nil, err
	}
	p.source = s
	p.walk = newWalk(p, p.merge, p.block)
	for w := range p.workers {
		p.scratch(w).chunk = NewChunk(s, blockRows)
	}
	if model.Intercept && p.shift == nil {
		if err := s.Rewind(); err != nil {
			return nil, err
		}
		first := p.scratch(0).chunk
		rows, err := first.fill(s)
		if err != nil {
			return nil, err
		}
		if rows > 0 {
			d := first.data(rows)
			p.shift = p.means(&d, 0, rows)
		}
	}
	return p, nil
}

func newPass[T kernels.Float](model Model, columns, threads int) (*Pass[T], error) {
	if model.Loss == nil {
		return nil, errors.New("pass: no loss")
	}
	if threads < 1 {
		return nil, fmt.Errorf("pass: %d threads", threads)
	}
	p := &Pass[T]{model: model, threads: threads, columns: columns}
	if model.Shift != nil {
		if len(model.Shift) != columns {
			return nil, fmt.Errorf("pass: a shift of %d numbers for %d columns", len(model.Shift), columns)
		}
		for _, c := range model.Shift {
			p.shift = append(p.shift, T(c))
		}
	}
	p.workers = make([]*scratch[T], threads)
	for i := range p.free {
		p.free[i] = make(chan *Moments, 64+32*threads) // more than may be under way
	}
	return p, nil
}

// scratch is that of a worker.
func (p *Pass[T]) scratch(worker int) *scratch[T] {
	s := p.workers[worker]
	if s == nil {
		s = lendScratch[T]()
		p.workers[worker] = s
	}
	return s
}

// Model is what the pass computes.
func (p *Pass[T]) Model() Model { return p.model }

// Threads is how many goroutines a run has at most.
func (p *Pass[T]) Threads() int { return p.threads }

// Columns is the number of columns of X.
func (p *Pass[T]) Columns() int { return p.columns }

// Rows is the number of rows in memory; 0 if they are read from a source.
func (p *Pass[T]) Rows() int {
	if p.data == nil {
		return 0
	}
	return p.data.rows()
}

// Shift is c, the numbers that columns are taken relative to; nil is zero.
func (p *Pass[T]) Shift() []float64 { return p.shiftInto(nil) }

// shiftInto is the shift in c, if there is room.
func (p *Pass[T]) shiftInto(c []float64) []float64 {
	if p.shift == nil {
		return nil
	}
	if cap(c) < len(p.shift) {
		c = make([]float64, len(p.shift))
	}
	c = c[:len(p.shift)]
	for j, v := range p.shift {
		c[j] = float64(v)
	}
	return c
}

// means are the column means of rows lo to hi, rounded to T.
func (p *Pass[T]) means(d *Data[T], lo, hi int) []T {
	total := make([]float64, p.columns)
	s := p.scratch(0)
	for first := lo; first < hi; first += segmentRows {
		seg := s.segment(d, first, min(first+segmentRows, hi))
		kernels.Update(total, seg.take(0, seg.x.Rows), nil, s.ones[:seg.x.Rows])
	}
	means := make([]T, p.columns)
	for j := range means {
		means[j] = T(total[j] / float64(hi-lo))
	}
	return means
}

// Run reads the rows once and returns their moments at a point. The result is
// the caller's; who hands it back to [Pass.Recycle] has the next runs allocate
// nothing. A Beta of another length, rows that a source cannot read, and the end of
// ctx are errors.
func (p *Pass[T]) Run(ctx context.Context, at Point, want Want) (*Moments, error) {
	if len(at.Beta) != p.columns {
		return nil, fmt.Errorf("pass: %d coefficients for %d columns", len(at.Beta), p.columns)
	}
	p.at, p.want = at, want
	defer func() { p.at = Point{} }() // at is the caller's
	m, ok, err := p.walk.sum(ctx)
	if err != nil {
		return nil, err
	}
	if !ok {
		m = p.acquire(want.Hessian)
	}
	m.Shift = p.shiftInto(m.Shift)
	return m, nil
}

// Recycle takes moments that a run has returned and nobody needs any more, for
// later runs to use their memory. The caller must not touch them afterwards.
// Moments of another shape are left to the collector.
func (p *Pass[T]) Recycle(m *Moments) {
	if m == nil || len(m.Gradient) != p.columns || !m.whole() {
		return
	}
	select {
	case p.free[kind(m.Hessian != nil)] <- m:
	default:
	}
}

// Release hands the memory of what was recycled, and scratch memory, to passes that are
// prepared later in this program: the Hessians of a run are some megabytes, and new memory
// costs time. The pass may be run again, as if it were new. One that reads a source keeps its
// scratch memory.
func (p *Pass[T]) Release() {
	for w, s := range p.workers {
		if s != nil && p.source == nil {
			s.giveBack()
			p.workers[w] = nil
		}
	}
	for {
		select {
		case m := <-p.free[kind(true)]:
			memory.GiveBack(m.Hessian)
		default:
			return
		}
	}
}

func (p *Pass[T]) merge(into, from *Moments) {
	into.add(from)
	p.Recycle(from)
}

// block is the moments of one block of rows.
func (p *Pass[T]) block(worker int, d *Data[T], lo, hi int) *Moments {
	m := p.acquire(p.want.Hessian)
	p.add(worker, d, lo, hi, m)
	return m
}

// add adds the moments of up to a block of rows.
func (p *Pass[T]) add(worker int, d *Data[T], lo, hi int, m *Moments) {
	s, at, want := p.scratch(worker), p.at, p.want
	if p.oneRead(d, want.Hessian) {
		w := s.blockWeights(d, lo, hi)
		if want.Hessian {
			p.narrow(s, d, lo, hi, w, m)
		} else {
			p.gradient(d, lo, hi, w, at, nil, nil, m)
		}
		m.weighRows(hi-lo, w, want.LogWeights)
		return
	}
	for first := lo; first < hi; first += segmentRows {
		last := min(first+segmentRows, hi)
		if want.Hessian {
			p.second(s, d, first, last, m)
			continue
		}
		seg := s.segment(d, first, last)
		p.first(s, &seg, at, m)
		s.count(&seg, m, want.LogWeights)
	}
}

// first is loss and gradient: strips of rows that stay in the first-level
// cache from the dot products to the update.
func (p *Pass[T]) first(s *scratch[T], seg *segment[T], at Point, m *Moments) {
	strip := stripRows(p.columns)
	for lo := 0; lo < seg.x.Rows; lo += strip {
		hi := min(lo+strip, seg.x.Rows)
		x := seg.take(lo, hi)
		s.predict(seg, lo, hi, x, p.shift, at)
		s.evaluate(p.model.Loss, seg, lo, hi, m)
		kernels.Update(m.Gradient, x, p.shift, s.r[lo:hi])
	}
}

// second is loss, gradient and Hessian of a segment, which is centered once, into
// the second-level cache, for all that reads it more than once: strips of it that
// stay in the first-level cache until the gradient has them, then the Hessian.
func (p *Pass[T]) second(s *scratch[T], d *Data[T], lo, hi int, m *Moments) {
	n := hi - lo
	seg := s.segment(d, lo, hi)
	rows := seg.take(0, n)
	x := s.shifted(p, rows)
	strip := stripRows(p.columns)
	for from := 0; from < n; from += strip {
		to := min(from+strip, n)
		part := x.Slice(from, to)
		s.center(p, part, rows.Slice(from, to))
		s.predict(&seg, from, to, part, nil, p.at)
		s.evaluate(p.model.Loss, &seg, from, to, m)
		kernels.Update(m.Gradient, part, nil, s.r[from:to])
		p.cross(part, s.d[from:to], m)
	}
	s.count(&seg, m, p.want.LogWeights)
	weights := s.d[:n]
	if p.model.Loss.Quadratic() && seg.w == nil { // all ones
		weights = nil
	}
	kernels.Triangle(m.Hessian, p.columns, x, weights, s.work(p.columns), seg.next)
}

// cross adds what rows contribute to the intercept's row of the Hessian, x − c;
// second are their second derivatives.
func (p *Pass[T]) cross(x kernels.Matrix[T], second []float64, m *Moments) {
	if p.model.Intercept {
		kernels.Update(m.CrossD, x, nil, second)
	}
}

// shifted is where rows less the shift go: the rows themselves if there is none.
func (s *scratch[T]) shifted(p *Pass[T], rows kernels.Matrix[T]) kernels.Matrix[T] {
	if p.shift == nil {
		return rows
	}
	stride := kernels.SpreadStride[T](p.columns)
	if p.columns <= kernels.NarrowColumns {
		stride = kernels.ShortStride[T](p.columns)
	}
	s.centered = grow(s.centered, max(rows.Rows, segmentRows)*stride)
	return kernels.Matrix[T]{Rows: rows.Rows, Cols: p.columns, Stride: stride, Data: s.centered}
}

// center fills a part of that.
func (s *scratch[T]) center(p *Pass[T], x, rows kernels.Matrix[T]) {
	if p.shift != nil {
		kernels.Pack(x, rows, p.shift, nil)
	}
}

// acquire is empty moments, used before if there are any.
func (p *Pass[T]) acquire(hessian bool) *Moments {
	select {
	case m := <-p.free[kind(hessian)]:
		m.reset()
		return m
	default:
		return newMoments(p.columns, hessian)
	}
}

func kind(hessian bool) int {
	if hessian {
		return 1
	}
	return 0
}
