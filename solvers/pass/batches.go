package pass

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/par"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// Batches takes moments of a few rows at a time, mini-batches, out of the rows
// of a pass in memory. Of up to a block of 1024 rows, parts are added up in their
// order ([Batches.PartRows]); each of them, a longer batch, and one with a Hessian
// have the bits of a pass over these rows alone, with the same shift: the order of
// sums is that of positions in the batch, whatever the number of threads.
//
// Of the moments, Loss, SumR and Gradient are set, with a Hessian SumD, CrossD
// and Hessian too. Nothing is allocated after the first batches. Batches are not
// safe for concurrent use; they have scratch memory of their own.
type Batches[T kernels.Float] struct {
	all  *Data[T]
	pass *Pass[T] // over rows, which are those of the batch at hand
	rows Data[T]

	crew  par.Crew
	task  task[T]    // at hand, of the crew
	sums  []*Moments // of its parts
	along []float64  // of a change of a quadratic loss: the difference of two points

	kept [2]*Moments // without a Hessian, and with one

	blocks []*Moments // of a longer batch
	sum    par.Counter[*Moments]
	lent   *Moments // of the last long batch
}

// A task is a batch of up to a block of rows, or of some blocks.
type task[T kernels.Float] struct {
	rows     *Data[T]
	lo, hi   int
	part     int   // rows of a part
	inBlocks bool  // parts are blocks, added up as those of a pass
	next     []int // rows that are likely to come after these
	at       Point
	since    Point // of a change
	isChange bool
}

// NewBatches prepares batches of the rows, and for the model, of p, which has
// its rows in memory, without an Index; else it is an error.
func NewBatches[T kernels.Float](p *Pass[T]) (*Batches[T], error) {
	if p.data == nil {
		return nil, errors.New("pass: batches need rows in memory, and these are read from a source")
	}
	if p.data.Index != nil {
		return nil, errors.New("pass: batches of rows that have an Index; give the batches an index instead")
	}
	b := &Batches[T]{all: p.data}
	inner, err := newPass[T](p.model, p.columns, p.threads)
	if err != nil {
		return nil, err
	}
	inner.shift = p.shift
	inner.data = &b.rows
	inner.walk = newWalk(inner, inner.merge, inner.block)
	b.pass = inner
	b.crew.Threads, b.crew.Do = inner.threads, b.do
	b.sum.Merge = inner.merge
	return b, nil
}

// Range is the moments of rows lo to hi, hi excluded. They are good until the
// next batch. Rows that are not there and a Beta of another length are errors, and
// so is the end of ctx, which batches of up to a block do not ask for.
func (b *Batches[T]) Range(ctx context.Context, at Point, want Want, lo, hi int) (*Moments, error) {
	if err := b.check(lo, hi, at); err != nil {
		return nil, err
	}
	if hi-lo > blockRows {
		b.between(lo, hi)
		return b.walk(ctx, at, want)
	}
	if want.Hessian {
		return b.block(b.all, at, want, lo, hi), nil
	}
	return b.divide(task[T]{rows: b.all, lo: lo, hi: hi, at: at}), nil
}

// Rows is the moments of the rows that an index lists, in its order. They are
// good until the next batch. next, which may be nil, lists rows that are likely to
// come after them: as many are fetched from memory meanwhile. Errors are those of
// Range.
func (b *Batches[T]) Rows(ctx context.Context, at Point, want Want, index, next []int) (*Moments, error) {
	if err := b.checkIndex(index, at); err != nil {
		return nil, err
	}
	b.list(index)
	switch {
	case len(index) > blockRows:
		return b.walk(ctx, at, want)
	case want.Hessian:
		return b.block(&b.rows, at, want, 0, len(index)), nil
	case len(index) == 1 && next == nil: // need not be copied
		return b.divide(task[T]{rows: b.all, lo: index[0], hi: index[0] + 1, at: at}), nil
	}
	return b.divide(task[T]{rows: &b.rows, hi: len(index), next: next, at: at}), nil
}

// RangeChange is by how much SumR and Gradient of Range are other at a point than
// they were since another, from one read of up to a block of rows. Nothing else of
// the moments is set.
func (b *Batches[T]) RangeChange(ctx context.Context, at, since Point, lo, hi int) (*Moments, error) {
	if err := b.check(lo, hi, at, since); err != nil {
		return nil, err
	}
	if hi-lo > blockRows {
		b.between(lo, hi)
		return b.walkTwice(ctx, at, since)
	}
	return b.divide(task[T]{rows: b.all, lo: lo, hi: hi, at: at, since: since, isChange: true}), nil
}

// RowsChange is the change of Rows, as RangeChange is that of Range.
func (b *Batches[T]) RowsChange(ctx context.Context, at, since Point, index, next []int) (*Moments, error) {
	if err := b.checkIndex(index, at, since); err != nil {
		return nil, err
	}
	b.list(index)
	if len(index) > blockRows {
		return b.walkTwice(ctx, at, since)
	}
	return b.divide(task[T]{rows: &b.rows, hi: len(index), next: next, at: at, since: since, isChange: true}), nil
}

func (b *Batches[T]) check(lo, hi int, points ...Point) error {
	if lo < 0 || hi < lo || hi > b.all.X.Rows {
		return fmt.Errorf("pass: a batch of rows %d to %d, of %d", lo, hi, b.all.X.Rows)
	}
	for _, at := range points {
		if len(at.Beta) != b.pass.columns {
			return fmt.Errorf("pass: %d coefficients for %d columns", len(at.Beta), b.pass.columns)
		}
	}
	return nil
}

func (b *Batches[T]) checkIndex(index []int, points ...Point) error {
	for _, i := range index {
		if uint(i) >= uint(b.all.X.Rows) {
			return fmt.Errorf("pass: row %d in a batch, of %d rows", i, b.all.X.Rows)
		}
	}
	return b.check(0, 0, points...)
}

// between makes the rows of the inner pass those of a range, and list those of an
// index.
func (b *Batches[T]) between(lo, hi int) {
	b.rows = Data[T]{X: b.all.X.Slice(lo, hi), Y: b.all.Y[lo:hi], Weights: piece(b.all.Weights, lo, hi), Offset: piece(b.all.Offset, lo, hi)}
}

func (b *Batches[T]) list(index []int) {
	b.rows = *b.all
	b.rows.Index = index
}

// block is a batch of up to a block with its Hessian, here and now.
func (b *Batches[T]) block(d *Data[T], at Point, want Want, lo, hi int) *Moments {
	p, m := b.pass, b.keep(want.Hessian)
	p.at, p.want = at, want
	p.add(0, d, lo, hi, m)
	p.at = Point{}
	return m
}

// keep is moments of nothing yet that are good until the next batch.
func (b *Batches[T]) keep(hessian bool) *Moments {
	m := b.kept[kind(hessian)]
	if m == nil {
		m = newMoments(b.pass.columns, hessian)
		m.Shift = b.pass.shiftInto(nil)
		b.kept[kind(hessian)] = m
	}
	m.reset()
	return m
}

// walk is a longer batch, on as many goroutines as the pass may use.
func (b *Batches[T]) walk(ctx context.Context, at Point, want Want) (*Moments, error) {
	b.pass.Recycle(b.lent)
	b.lent = nil
	m, err := b.run(ctx, at, want)
	b.rows = Data[T]{}
	b.lent = m
	return m, err
}

// run is the moments of the rows of the inner pass: of some blocks by the crew, for which
// nobody is woken, unless there are Hessians, which take longer, and room for each.
func (b *Batches[T]) run(ctx context.Context, at Point, want Want) (*Moments, error) {
	p, rows := b.pass, b.rows.rows()
	blocks := (rows + blockRows - 1) / blockRows
	if blocks > par.MaxParts || want.Hessian {
		return p.Run(ctx, at, want)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.blocks = slices.Grow(b.blocks[:0], blocks)[:blocks]
	p.at, p.want = at, want
	b.task = task[T]{rows: &b.rows, hi: rows, part: blockRows, inBlocks: true}
	b.crew.Run(blocks)
	b.task, p.at = task[T]{}, Point{} // they are the caller's
	for _, m := range b.blocks {
		b.sum.Push(m)
	}
	m, _ := b.sum.Total()
	m.Shift = p.shiftInto(m.Shift)
	return m, nil
}

// walkTwice is the change of a longer batch.
func (b *Batches[T]) walkTwice(ctx context.Context, at, since Point) (*Moments, error) {
	was, err := b.run(ctx, since, Want{})
	if err != nil {
		return nil, err
	}
	defer b.pass.Recycle(was)
	m, err := b.walk(ctx, at, Want{})
	if err != nil {
		return nil, err
	}
	m.SumR -= was.SumR
	kernels.Axpy(m.Gradient, -1, was.Gradient)
	return m, nil
}

// piece is s[lo:hi], or nil if s is.
func piece[T any](s []T, lo, hi int) []T {
	if s == nil {
		return nil
	}
	return s[lo:hi]
}
