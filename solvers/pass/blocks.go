package pass

import (
	"context"
	"fmt"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// Blocks is a pass for blocks on the diagonal of the Hessian, each of Size
// consecutive columns: p·Size numbers, and p/Size times less arithmetic than
// the whole. It uses the scratch memory of its pass: not both at a time. It is
// not safe for concurrent use.
type Blocks[T kernels.Float] struct {
	pass    *Pass[T]
	size    int
	walk    *walk[T, *curvature]
	workers []Moments // margins, which nobody asks for
	free    chan *curvature
	at      Point // of the run at hand
}

// NewBlocks prepares passes over the rows, and for the model, of p. A size below 1
// is an error.
func NewBlocks[T kernels.Float](p *Pass[T], size int) (*Blocks[T], error) {
	if size < 1 {
		return nil, fmt.Errorf("pass: blocks of %d columns", size)
	}
	b := &Blocks[T]{pass: p, size: size, workers: make([]Moments, p.threads), free: make(chan *curvature, 64+32*p.threads)}
	b.walk = newWalk(p, b.merge, b.block)
	return b, nil
}

// Len is how many numbers the blocks are: ⌈p/Size⌉ squares of Size, the last of
// which may be filled in part.
func (b *Blocks[T]) Len() int { return (b.pass.columns + b.size - 1) / b.size * b.size * b.size }

// Run computes the blocks at a point: dst, of Len numbers, gets one after the
// other, Size×Size row-major, the upper triangle of each; first is Σd, the
// intercept's entry of the diagonal. A run allocates nothing after the first ones. Rows
// that a source cannot read, and the end of ctx, are errors.
func (b *Blocks[T]) Run(ctx context.Context, dst []float64, at Point) (first float64, err error) {
	if len(at.Beta) != b.pass.columns || len(dst) != b.Len() {
		return 0, fmt.Errorf("pass: %d coefficients for %d columns, and room for %d numbers of %d", len(at.Beta), b.pass.columns, len(dst), b.Len())
	}
	b.at = at
	defer func() { b.at = Point{} }() // it is the caller's
	total, ok, err := b.walk.sum(ctx)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		memory.Clear(dst)
		return 0, nil
	}
	memory.Copy(dst, total.vector)
	first = total.first
	b.recycle(total)
	return first, nil
}

func (b *Blocks[T]) merge(into, from *curvature) {
	into.first += from.first
	kernels.Axpy(into.vector, 1, from.vector)
	b.recycle(from)
}

func (b *Blocks[T]) acquire() *curvature {
	select {
	case m := <-b.free:
		m.first = 0
		memory.Clear(m.vector)
		return m
	default:
		return &curvature{vector: memory.Slice[float64](b.Len())}
	}
}

func (b *Blocks[T]) recycle(m *curvature) {
	select {
	case b.free <- m:
	default:
	}
}

// block is what one block of rows contributes: segments are centred once, into
// the second-level cache, as for the whole Hessian.
func (b *Blocks[T]) block(worker int, d *Data[T], lo, hi int) *curvature {
	p, s, m := b.pass, b.pass.scratch(worker), b.acquire()
	for first := lo; first < hi; first += segmentRows {
		seg := s.segment(d, first, min(first+segmentRows, hi))
		n := seg.x.Rows
		rows := seg.take(0, n)
		x := s.shifted(p, rows)
		s.center(p, x, rows)
		s.predict(&seg, 0, n, x, nil, b.at)
		s.evaluate(p.model.Loss, &seg, 0, n, &b.workers[worker])
		weights := s.d[:n]
		if p.model.Loss.Quadratic() && seg.w == nil {
			weights = nil // all ones
		}
		for from, at := 0, 0; from < p.columns; from, at = from+b.size, at+b.size*b.size {
			part := kernels.Matrix[T]{Rows: n, Cols: min(b.size, p.columns-from), Stride: x.Stride, Data: x.Data[from:]}
			kernels.Triangle(m.vector[at:at+b.size*b.size], b.size, part, weights, s.work(b.size), nil)
		}
		m.first += kernels.Sum(s.d[:n])
	}
	return m
}
