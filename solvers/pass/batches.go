package pass

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Batches takes moments of a few rows at a time, mini-batches, out of the rows
// of a pass in memory. The moments of a batch have the bits of a pass over its
// rows alone, with the same shift: the order of sums is that of positions in the
// batch, whatever the number of threads. Up to a block of 1024 rows it is
// computed where it is called, without goroutines; longer batches are divided.
//
// Of the moments, Loss, SumR and Gradient are set, with a Hessian SumD, CrossD
// and Hessian too. Nothing is allocated after the first batches. Batches are not
// safe for concurrent use; they have scratch memory of their own.
type Batches[T kernels.Float] struct {
	all  *Data[T]
	pass *Pass[T] // over rows, which are those of the batch at hand
	rows Data[T]
	next []int // rows that are likely to come after them

	kept [2]*Moments // without a Hessian, and with one
	lent *Moments    // of the last long batch
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
	return b, nil
}

// Range is the moments of rows lo to hi, hi excluded. They are good until the
// next batch. Rows that are not there and a Beta of another length are errors, and
// so is the end of ctx, which batches of up to a block do not ask for.
func (b *Batches[T]) Range(ctx context.Context, at Point, want Want, lo, hi int) (*Moments, error) {
	if lo < 0 || hi < lo || hi > b.all.X.Rows {
		return nil, fmt.Errorf("pass: a batch of rows %d to %d, of %d", lo, hi, b.all.X.Rows)
	}
	if err := b.check(at); err != nil {
		return nil, err
	}
	if hi-lo <= blockRows {
		return b.block(b.all, at, want, lo, hi), nil
	}
	b.rows = Data[T]{X: b.all.X.Slice(lo, hi), Y: b.all.Y[lo:hi], Weights: piece(b.all.Weights, lo, hi), Offset: piece(b.all.Offset, lo, hi)}
	return b.walk(ctx, at, want)
}

// Rows is the moments of the rows that an index lists, in its order. They are
// good until the next batch. next, which may be nil, lists rows that are likely to
// come after them: the first ones are fetched from memory meanwhile. Errors are
// those of Range.
func (b *Batches[T]) Rows(ctx context.Context, at Point, want Want, index, next []int) (*Moments, error) {
	for _, i := range index {
		if uint(i) >= uint(b.all.X.Rows) {
			return nil, fmt.Errorf("pass: row %d in a batch, of %d rows", i, b.all.X.Rows)
		}
	}
	if err := b.check(at); err != nil {
		return nil, err
	}
	if len(index) == 1 && next == nil { // need not be copied
		return b.block(b.all, at, want, index[0], index[0]+1), nil
	}
	b.rows, b.next = *b.all, next
	b.rows.Index = index
	defer func() { b.next = nil }() // it is the caller's
	if len(index) <= blockRows {
		return b.block(&b.rows, at, want, 0, len(index)), nil
	}
	return b.walk(ctx, at, want)
}

func (b *Batches[T]) check(at Point) error {
	if len(at.Beta) != b.pass.columns {
		return fmt.Errorf("pass: %d coefficients for %d columns", len(at.Beta), b.pass.columns)
	}
	return nil
}

// block is a batch of up to a block, here and now. Without a Hessian it leaves
// out what a pass counts beside the loss and the gradient: at a few rows that
// would take longer than the rows.
func (b *Batches[T]) block(d *Data[T], at Point, want Want, lo, hi int) *Moments {
	p, m := b.pass, b.kept[kind(want.Hessian)]
	if m == nil {
		m = newMoments(p.columns, want.Hessian)
		m.Shift = p.shiftInto(nil)
		b.kept[kind(want.Hessian)] = m
	}
	m.reset()
	if want.Hessian {
		p.at, p.want = at, want
		p.add(0, d, lo, hi, m)
		p.at = Point{}
		return m
	}
	s := p.workers[0]
	if p.oneRead(d, want.Hessian) {
		p.gradient(d, lo, hi, s.blockWeights(d, lo, hi), at, nil, nil, m)
		return m
	}
	for first := lo; first < hi; first += segmentRows {
		seg := s.segment(d, first, min(first+segmentRows, hi))
		seg.after = b.next
		p.first(s, &seg, at, m)
		m.Loss += kernels.Sum(s.value[:len(seg.y)])
		m.SumR += kernels.Sum(s.r[:len(seg.y)])
	}
	return m
}

// walk is a longer batch, on as many goroutines as the pass may use.
func (b *Batches[T]) walk(ctx context.Context, at Point, want Want) (*Moments, error) {
	b.pass.Recycle(b.lent)
	b.lent = nil
	m, err := b.pass.Run(ctx, at, want)
	b.rows = Data[T]{}
	b.lent = m
	return m, err
}

// piece is s[lo:hi], or nil if s is.
func piece[T any](s []T, lo, hi int) []T {
	if s == nil {
		return nil
	}
	return s[lo:hi]
}
