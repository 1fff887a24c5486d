package solvers

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
	"github.com/seed-0327bdf7/hesse/internal/memory"
)

// A Curvature is a way to approximate the Hessian, a part of methods:
// [ApproximateNewton] takes steps with it, [NewtonCG] preconditions its
// equations, and [LBFGS] starts from it. It is a plain struct of settings;
// [Diagonal], [Blocks], [LowRank] and [Expected] are curvatures.
type Curvature interface {
	// Start prepares approximations of one run. If the problem cannot compute
	// what they need, that is an error that wraps errors.ErrUnsupported. What is
	// evaluated is counted.
	Start(p Problem, count *Evaluations) (Approximation, error)
}

// An Approximation stands for the Hessian of one run: a positive definite B. It is
// [Resumable] if runs are to be: what Update has left, for Solve.
type Approximation interface {
	// Update makes B approximate the Hessian at x.
	Update(ctx context.Context, x []float64) error
	// Solve sets dst = B⁻¹·v; dst may be v.
	Solve(dst, v []float64)
}

// startCurvature is an approximation at the iterate. That of a run that is resumed
// comes from a checkpoint.
func startCurvature(ctx context.Context, c Curvature, p Problem, it *Iterate) (Approximation, error) {
	b, err := c.Start(p, &it.Evaluations)
	if err != nil || it.Resumed() {
		return b, err
	}
	return b, b.Update(ctx, it.X)
}

// lacks is the error of a problem that cannot compute what a curvature needs.
func lacks(c Curvature, p Problem, capability string) error {
	return fmt.Errorf("solvers: curvature %T needs %s, which %T does not have: %w", c, capability, p, errors.ErrUnsupported)
}

// Diagonal is the diagonal of the Hessian, of a [Diagonaler] or a [Hessianer]. It
// takes one evaluation and n numbers, and makes methods indifferent to units.
type Diagonal struct{}

// Start implements [Curvature].
func (c Diagonal) Start(p Problem, count *Evaluations) (Approximation, error) {
	d := &diagonal{count: count, metric: make([]float64, p.Dim())}
	if own, ok := p.(Diagonaler); ok {
		d.problem = own
		return d, nil
	}
	h, ok := p.(Hessianer)
	if !ok {
		return nil, lacks(c, p, "the diagonal of a Hessian")
	}
	d.problem = newDense(h, count)
	return d, nil
}

type diagonal struct {
	problem Diagonaler
	count   *Evaluations
	metric  []float64
}

func (d *diagonal) Update(ctx context.Context, x []float64) (err error) {
	return diagonalAt(ctx, d.problem, d.metric, x, d.count)
}

// State implements [Resumable].
func (d *diagonal) State(v *State) {
	v.Numbers(d.metric)
	if dense, ok := d.problem.(*denseProducts); ok {
		v.Part(dense)
	}
}

func (d *diagonal) Solve(dst, v []float64) {
	for i, m := range d.metric {
		dst[i] = v[i] / m
	}
}

// Blocks are the blocks of Size variables on the diagonal of the Hessian, of a
// [BlockDiagonaler] or a [Hessianer]: variables that belong together, such as
// powers of one column, had better be neighbours. They take one evaluation, whose
// time grows with n·Size, and as many numbers. Leading variables are blocks of
// one.
type Blocks struct {
	// Size is the number of variables of a block. Zero means 16.
	Size int
}

// Start implements [Curvature].
func (c Blocks) Start(p Problem, count *Evaluations) (Approximation, error) {
	if c.Size == 0 {
		c.Size = 16
	}
	n := p.Dim()
	b := &blocks{count: count, size: c.Size, dim: n}
	if l, ok := p.(Leader); ok {
		b.lead = l.Lead()
	}
	number := (n - b.lead + c.Size - 1) / c.Size
	b.values = memory.Slice[float64](b.lead + number*c.Size*c.Size)
	b.factors = make([]cholesky.Factorization, number)
	for i := range b.factors {
		b.factors[i].Threads = threadsOf(p)
	}
	b.part = make([]float64, c.Size*c.Size)
	b.diagonals = make([]float64, n)
	if own, ok := p.(BlockDiagonaler); ok {
		b.own = own
		return b, nil
	}
	h, ok := p.(Hessianer)
	if !ok {
		return nil, lacks(c, p, "blocks of a Hessian")
	}
	b.dense = newDense(h, count)
	return b, nil
}

type blocks struct {
	own       BlockDiagonaler
	dense     *denseProducts
	count     *Evaluations
	size, dim int
	lead      int
	values    []float64 // as a BlockDiagonaler sets them
	factors   []cholesky.Factorization
	part      []float64
	diagonals []float64 // for blocks that are singular
}

// span is the variables of a block.
func (b *blocks) span(k int) (from, to int) {
	from = b.lead + k*b.size
	return from, min(from+b.size, b.dim)
}

func (b *blocks) Update(ctx context.Context, x []float64) error {
	if err := b.evaluate(ctx, x); err != nil {
		return err
	}
	return b.factorize()
}

// State implements [Resumable].
func (b *blocks) State(v *State) {
	v.Numbers(b.values)
	if b.dense != nil {
		v.Part(b.dense)
	}
	if v.Reading() && v.Err() == nil && b.factorize() != nil {
		v.Refuse("blocks have no factors")
	}
}

// factorize makes all that Solve needs of the values.
func (b *blocks) factorize() error {
	for i := range b.lead {
		b.diagonals[i] = b.values[i]
	}
	for k := range b.factors {
		from, to := b.span(k)
		block := b.values[b.lead+k*b.size*b.size:]
		for i := range to - from {
			b.diagonals[from+i] = block[i*b.size+i]
		}
	}
	positive(b.diagonals)
	for k := range b.factors {
		from, to := b.span(k)
		n, block := to-from, b.values[b.lead+k*b.size*b.size:]
		for i := range n {
			copy(b.part[i*n:(i+1)*n], block[i*b.size:])
			b.part[i*n+i] = b.diagonals[from+i]
		}
		if err := regular(&b.factors[k], b.part[:n*n], n, b.diagonals[from:to]); err != nil {
			return err
		}
	}
	return nil
}

func (b *blocks) evaluate(ctx context.Context, x []float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.own != nil {
		b.count.Diagonals++
		return b.own.HessianBlocks(ctx, b.values, b.size, x)
	}
	p, err := b.dense.at(ctx, x)
	if err != nil {
		return err
	}
	for i := range b.lead {
		b.values[i] = p.hessian[i*b.dim+i]
	}
	for k := range b.factors {
		from, to := b.span(k)
		block := b.values[b.lead+k*b.size*b.size:]
		for i := from; i < to; i++ {
			copy(block[(i-from)*b.size:(i-from)*b.size+to-from], p.hessian[i*b.dim+from:i*b.dim+to])
		}
	}
	return nil
}

func (b *blocks) Solve(dst, v []float64) {
	for i := range b.lead {
		dst[i] = v[i] / b.diagonals[i]
	}
	for k := range b.factors {
		from, to := b.span(k)
		b.factors[k].Solve(dst[from:to], v[from:to])
	}
}

// regular factorises a block of a Hessian, and if it is not positive definite
// one that is: shifted, or where that does not help its diagonal.
func regular(f *cholesky.Factorization, h []float64, n int, diagonal []float64) error {
	for i := range n {
		if !finite(h[i*n : (i+1)*n][i:]...) {
			return onlyDiagonal(f, h, n, diagonal)
		}
	}
	if err := f.Factorize(h, n, 0); err != nil || f.Rank() == n {
		return err
	}
	for shift := 1e-10; shift < 1e4; shift *= 10 {
		if err := f.FactorizeShifted(h, n, 0, shift); err != nil || f.Rank() == n {
			return err
		}
	}
	return onlyDiagonal(f, h, n, diagonal)
}

func onlyDiagonal(f *cholesky.Factorization, h []float64, n int, diagonal []float64) error {
	clear(h[:n*n])
	for i, v := range diagonal {
		h[i*n+i] = v
	}
	return f.Factorize(h, n, 0)
}

// Expected is the expected Hessian, of an [Expecter]: what Fisher scoring, or
// the method of Gauss and Newton, takes for the Hessian. It is nowhere
// indefinite. It takes an evaluation of a Hessian, and n² numbers.
type Expected struct{}

// Start implements [Curvature].
func (c Expected) Start(p Problem, count *Evaluations) (Approximation, error) {
	own, ok := p.(Expecter)
	if !ok {
		return nil, lacks(c, p, "an expected Hessian")
	}
	n := p.Dim()
	return &expected{
		problem: own, count: count, hessian: memory.Slice[float64](n * n), diagonals: make([]float64, n),
		factor: cholesky.Factorization{Threads: threadsOf(p)},
	}, nil
}

type expected struct {
	problem   Expecter
	count     *Evaluations
	hessian   []float64
	diagonals []float64
	factor    cholesky.Factorization
}

func (e *expected) Update(ctx context.Context, x []float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.count.Hessians++
	if err := e.problem.ExpectedHessian(ctx, x, e.hessian); err != nil {
		return err
	}
	n := len(x)
	for i := range n {
		e.diagonals[i] = e.hessian[i*n+i]
	}
	positive(e.diagonals)
	for i := range n {
		e.hessian[i*n+i] = e.diagonals[i]
	}
	return regular(&e.factor, e.hessian, n, e.diagonals)
}

// State implements [Resumable].
func (e *expected) State(v *State) {
	n := len(e.diagonals)
	v.triangle(e.hessian, n)
	if !v.Reading() || v.Err() != nil {
		return
	}
	for i := range n {
		e.diagonals[i] = e.hessian[i*n+i]
	}
	if regular(&e.factor, e.hessian, n, e.diagonals) != nil {
		v.Refuse("an expected Hessian has no factors")
	}
}

func (e *expected) Solve(dst, v []float64) { e.factor.Solve(dst, v) }

// positive makes entries up that are not positive and finite, as a metric has
// them.
func positive(metric []float64) {
	largest := 0.0
	for i, v := range metric {
		metric[i] = math.Abs(v)
		if finite(v) {
			largest = max(largest, metric[i])
		}
	}
	if largest == 0 {
		largest = 1
	}
	for i, v := range metric {
		if !finite(v) || v == 0 {
			metric[i] = largest
		}
	}
}
