package pass

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// An Exact is a pass of least squares in double-double: numbers are pairs of
// float64, some 106 bits. Its moments keep what float64 would lose where columns
// are nearly collinear, and they merge as all moments do. It is not safe for
// concurrent use.
type Exact[T kernels.Float] struct {
	pass   *Pass[T]  // where rows come from
	shift  []float64 // that of the pass, as wide as the strips
	offset bool
	ones   []float64 // of a segment, never written

	workers []*exactScratch
	free    chan *ExactMoments
	kind    exactKind
}

// An exactKind is what the moments in free are.
type exactKind struct{ rows, columns int }

// exactScratch is what one goroutine needs.
type exactScratch struct {
	plain, weighted, residual *kernels.ExactPanel
	hi, lo                    []float64
}

// NewExact prepares passes over rows in memory. The loss of the model is the
// squared one. With an intercept and no shift given, the shift is the mean over
// the first block of rows of those columns whose numbers there are all within a
// factor of two of each other, so that differences are without error, and zero
// for the others, which are near enough; without an intercept there is none.
func NewExact[T kernels.Float](d *Data[T], model Model, threads int) (*Exact[T], error) {
	if model.Loss != loss.Loss(loss.Squared{}) {
		return nil, errNotSquared
	}
	p, err := New(d, Model{Loss: model.Loss, Shift: model.Shift}, threads)
	if err != nil {
		return nil, err
	}
	if model.Intercept && model.Shift == nil {
		p.farColumns(d, min(d.rows(), blockRows))
	}
	return newExact(p, d.Offset != nil), nil
}

// NewExactFromSource prepares passes over rows that are read anew for each of
// them. The result has the bits that the same rows in memory give.
func NewExactFromSource[T kernels.Float](s Source[T], model Model, threads int) (*Exact[T], error) {
	if model.Loss != loss.Loss(loss.Squared{}) {
		return nil, errNotSquared
	}
	p, err := NewFromSource(s, Model{Loss: model.Loss, Shift: model.Shift}, threads)
	if err != nil {
		return nil, err
	}
	if model.Intercept && model.Shift == nil {
		if err := s.Rewind(); err != nil {
			return nil, err
		}
		first := p.scratch(0).chunk
		rows, err := first.fill(s)
		if err != nil {
			return nil, err
		}
		d := first.data(rows)
		p.farColumns(&d, rows)
	}
	return newExact(p, s.Offsets()), nil
}

var errNotSquared = errors.New("pass: exact passes are for the squared loss")

func newExact[T kernels.Float](p *Pass[T], offset bool) *Exact[T] {
	columns := p.columns
	e := &Exact[T]{pass: p, offset: offset, ones: make([]float64, segmentRows)}
	for i := range e.ones {
		e.ones[i] = 1
	}
	if c := p.Shift(); c != nil {
		e.shift = make([]float64, kernels.ExactWidth(columns))
		copy(e.shift, c)
	}
	all := exactColumns(columns, offset)
	for range p.threads {
		s := &exactScratch{plain: kernels.NewExactPanel(all), weighted: kernels.NewExactPanel(all), residual: kernels.NewExactPanel(1)}
		s.hi, s.lo = make([]float64, segmentRows), make([]float64, segmentRows)
		e.workers = append(e.workers, s)
	}
	return e
}

// exactColumns is how many columns moments of p columns have: those of X, ones,
// y and the offset.
func exactColumns(p int, offset bool) int {
	if offset {
		return p + 3
	}
	return p + 2
}

// farColumns sets the shift of a pass from the first rows of d. It stays nil if
// no column is far from zero.
func (p *Pass[T]) farColumns(d *Data[T], rows int) {
	if rows == 0 || p.columns == 0 {
		return
	}
	least, most := make([]T, p.columns), make([]T, p.columns)
	for first := 0; first < rows; first += segmentRows {
		seg := p.scratch(0).segment(d, first, min(first+segmentRows, rows))
		seg.take(0, seg.x.Rows)
		if first == 0 {
			copy(least, seg.x.Row(0))
			copy(most, seg.x.Row(0))
		}
		for i := range seg.x.Rows {
			for j, v := range seg.x.Row(i) {
				least[j], most[j] = min(least[j], v), max(most[j], v)
			}
		}
	}
	means, any := p.means(d, 0, rows), false
	for j, mean := range means {
		near, far := least[j], most[j]
		if far < 0 {
			near, far = -far, -near
		}
		means[j] = 0
		if near > 0 && far/2 <= near && finite(far) {
			means[j], any = min(max(mean, least[j]), most[j]), true
		}
	}
	if any {
		p.shift = means
	}
}

func finite[T kernels.Float](v T) bool { return v-v == 0 }

// Shift is c, the numbers that columns are taken relative to; nil is zero.
func (e *Exact[T]) Shift() []float64 { return e.pass.Shift() }

// Columns is the number of columns of X.
func (e *Exact[T]) Columns() int { return e.pass.columns }

// Gram reads the rows once and returns the second moments of all columns.
func (e *Exact[T]) Gram(ctx context.Context, logWeights bool) (*ExactMoments, error) {
	all := exactColumns(e.pass.columns, e.offset)
	return e.run(ctx, exactKind{all, all}, func(s *exactScratch, seg *segment[T], m *ExactMoments) {
		a := s.plain
		if seg.w != nil {
			a = s.weighted
			e.pack(a, s, seg, seg.w)
		}
		e.pack(s.plain, s, seg, nil)
		kernels.ExactTriangle(m.square, a, s.plain)
	}, logWeights)
}

// Gradient reads the rows once and returns the first moments of the residuals
// at a point: row 0 of the result is Σ w·r·z for every column z, where that of
// y is replaced by the residual r = α + offset + (X − c)β − y itself.
func (e *Exact[T]) Gradient(ctx context.Context, at ExactPoint) (*ExactMoments, error) {
	p := e.pass.columns
	if len(at.Hi) != p+1 || len(at.Lo) != p+1 {
		return nil, fmt.Errorf("pass: %d and %d numbers for %d coefficients with an intercept", len(at.Hi), len(at.Lo), p+1)
	}
	all := exactColumns(p, e.offset)
	betaHi, betaLo := make([]float64, kernels.ExactWidth(all)), make([]float64, kernels.ExactWidth(all))
	copy(betaHi, at.Hi)
	copy(betaLo, at.Lo)
	betaHi[p+1] = -1
	if all > p+2 {
		betaHi[p+2] = 1
	}
	return e.run(ctx, exactKind{1, all}, func(s *exactScratch, seg *segment[T], m *ExactMoments) {
		n := seg.x.Rows
		z, hi, lo := s.plain, s.hi[:n], s.lo[:n]
		e.pack(z, s, seg, nil)
		kernels.ExactDots(hi, lo, z, betaHi, betaLo)
		kernels.ExactColumn(z, p+1, hi, lo, nil)
		s.residual.Rows = n
		kernels.ExactColumn(s.residual, 0, hi, lo, seg.w)
		kernels.ExactProduct(m.square, s.residual, z)
	}, false)
}

// pack fills a panel with w times all columns of a segment.
func (e *Exact[T]) pack(panel *kernels.ExactPanel, s *exactScratch, seg *segment[T], w []float64) {
	p := e.pass.columns
	kernels.ExactPack(panel, seg.x, e.shift, w)
	kernels.ExactColumn(panel, p, e.ones[:seg.x.Rows], nil, w)
	kernels.ExactColumn(panel, p+1, seg.y, nil, w)
	if seg.offset != nil {
		kernels.ExactColumn(panel, p+2, seg.offset, nil, w)
	}
}

// run adds up what add makes of every segment.
func (e *Exact[T]) run(ctx context.Context, kind exactKind, add func(*exactScratch, *segment[T], *ExactMoments), logWeights bool) (*ExactMoments, error) {
	if e.free == nil || e.kind != kind {
		e.kind, e.free = kind, make(chan *ExactMoments, 64)
	}
	acquire := func() *ExactMoments {
		select {
		case m := <-e.free:
			m.reset()
			return m
		default:
			return newExactMoments(e.pass.columns, kind)
		}
	}
	merge := func(into, from *ExactMoments) {
		into.add(from)
		select {
		case e.free <- from:
		default:
		}
	}
	block := func(worker int, d *Data[T], lo, hi int) *ExactMoments {
		s, m := e.pass.scratch(worker), acquire()
		for first := lo; first < hi; first += segmentRows {
			seg := s.segment(d, first, min(first+segmentRows, hi))
			seg.take(0, seg.x.Rows)
			add(e.workers[worker], &seg, m)
			m.count(seg.w, len(seg.y), logWeights)
		}
		return m
	}
	m, ok, err := newWalk(e.pass, merge, block).sum(ctx)
	if err != nil {
		return nil, err
	}
	if !ok {
		m = newExactMoments(e.pass.columns, kind)
	}
	m.Shift = e.pass.Shift()
	return m, nil
}
