package pass

import (
	"context"
	"fmt"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A Curvature is a pass for parts of the Hessian, which take p numbers and the
// time of a gradient where the whole takes p² and many times that:
//
//	H = Σᵢ dᵢ·(1, xᵢ − c)(1, xᵢ − c)ᵀ,
//
// where the first row and column are those of the intercept. The d, second
// derivatives of the loss at a point, are computed anew from the same read of
// the rows, so that nothing of the length of y is written. It uses the scratch
// memory of its pass: not both at a time. It is not safe for concurrent use.
type Curvature[T kernels.Float] struct {
	pass    *Pass[T]
	walk    *walk[T, *curvature]
	workers []Moments // margins, which nobody asks for
	free    chan *curvature

	at, along Point // of the run at hand
	diagonal  bool
}

// curvature is what a Curvature adds up.
type curvature struct {
	first  float64   // of the intercept
	vector []float64 // of the columns
	spread []float64 // for a diagonal, which is the last third of it: vector
}

// NewCurvature prepares passes over the rows, and for the model, of p.
func NewCurvature[T kernels.Float](p *Pass[T]) *Curvature[T] {
	c := &Curvature[T]{pass: p, workers: make([]Moments, p.threads), free: make(chan *curvature, 64+32*p.threads)}
	c.walk = newWalk(p, c.merge, c.block)
	return c
}

// Product computes H·v for the H at a point and v = (along.Intercept,
// along.Beta): dst gets the entries of the columns, and first is that of the
// intercept, which means something where the model has one. Nothing is
// allocated after the first runs. Rows that a source cannot read, and the end
// of ctx, are errors.
func (c *Curvature[T]) Product(ctx context.Context, dst []float64, at, along Point) (first float64, err error) {
	if len(along.Beta) != c.pass.columns {
		return 0, fmt.Errorf("pass: a direction of %d columns for %d", len(along.Beta), c.pass.columns)
	}
	c.diagonal = false
	return c.run(ctx, dst, at, along)
}

// Diagonal computes the diagonal of the H at a point, as Product computes H·v.
func (c *Curvature[T]) Diagonal(ctx context.Context, dst []float64, at Point) (first float64, err error) {
	c.diagonal = true
	return c.run(ctx, dst, at, Point{})
}

func (c *Curvature[T]) run(ctx context.Context, dst []float64, at, along Point) (float64, error) {
	if len(at.Beta) != c.pass.columns || len(dst) != c.pass.columns {
		return 0, fmt.Errorf("pass: %d coefficients and room for %d columns, where there are %d", len(at.Beta), len(dst), c.pass.columns)
	}
	c.at, c.along = at, along
	defer func() { c.at, c.along = Point{}, Point{} }() // they are the caller's
	total, ok, err := c.walk.sum(ctx)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		memory.Clear(dst)
		return 0, nil
	}
	memory.Copy(dst, total.vector)
	first := total.first
	c.recycle(total)
	return first, nil
}

func (c *Curvature[T]) merge(into, from *curvature) {
	into.first += from.first
	kernels.Axpy(into.vector, 1, from.vector)
	c.recycle(from)
}

func (c *Curvature[T]) acquire() *curvature {
	select {
	case m := <-c.free:
		m.first = 0
		memory.Clear(m.spread)
		return m
	default:
		p := c.pass.columns
		spread := memory.Slice[float64](3 * p)
		return &curvature{vector: spread[2*p:], spread: spread}
	}
}

func (c *Curvature[T]) recycle(m *curvature) {
	select {
	case c.free <- m:
	default:
	}
}

// block is what one block of rows contributes.
func (c *Curvature[T]) block(worker int, d *Data[T], lo, hi int) *curvature {
	s, m := c.pass.scratch(worker), c.acquire()
	if !c.diagonal && c.pass.model.Loss.Quadratic() && d.Index == nil { // d is the weights
		v := c.along
		var sums kernels.LossSums
		kernels.LeastSquares(&sums, m.vector, d.X.Slice(lo, hi), c.pass.shift, v.Beta, v.Intercept, nil, s.blockWeights(d, lo, hi), nil)
		m.first = sums.R
		return m
	}
	for first := lo; first < hi; first += segmentRows {
		seg := s.segment(d, first, min(first+segmentRows, hi))
		if c.diagonal {
			c.squares(worker, s, &seg, m)
		} else {
			c.product(worker, s, &seg, m)
		}
	}
	return m
}

// product takes strips of rows, which stay in the first-level cache, through
// both dot products and the update.
func (c *Curvature[T]) product(worker int, s *scratch[T], seg *segment[T], m *curvature) {
	shift, strip := c.pass.shift, stripRows(c.pass.columns)
	for lo := 0; lo < seg.x.Rows; lo += strip {
		hi := min(lo+strip, seg.x.Rows)
		x := seg.take(lo, hi)
		c.second(worker, s, seg, lo, hi, x, shift)
		u := s.r[lo:hi] // r is computed, and not needed
		kernels.Dots(u, x, shift, c.along.Beta)
		for i, d := range s.d[lo:hi] {
			u[i] = float64(d * (u[i] + c.along.Intercept))
		}
		kernels.Update(m.vector, x, shift, u)
	}
	m.first += kernels.Sum(s.r[:seg.x.Rows])
}

// squares takes strips of rows, which stay in the first-level cache from the
// predictor to the squares.
func (c *Curvature[T]) squares(worker int, s *scratch[T], seg *segment[T], m *curvature) {
	n, strip := seg.x.Rows, stripRows(c.pass.columns)
	if c.pass.model.Loss.Quadratic() { // d does not wait for the predictor
		strip = segmentRows
	}
	for lo := 0; lo < n; lo += strip {
		hi := min(lo+strip, n)
		x := seg.take(lo, hi)
		c.second(worker, s, seg, lo, hi, x, c.pass.shift)
		kernels.Spread(m.spread, x, c.pass.shift, s.r[lo:hi], s.d[lo:hi])
	}
	m.first += kernels.Sum(s.d[:n])
}

// second sets d for rows lo to hi of a segment. That of a quadratic loss is the
// same at any η.
func (c *Curvature[T]) second(worker int, s *scratch[T], seg *segment[T], lo, hi int, x kernels.Matrix[T], shift []T) {
	if c.pass.model.Loss.Quadratic() {
		clear(s.eta[lo:hi])
	} else {
		s.predict(seg, lo, hi, x, shift, c.at)
	}
	s.evaluate(c.pass.model.Loss, seg, lo, hi, &c.workers[worker])
}
