package bench

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A Problem is data of one type and shape, and where our results go.
type Problem[T kernels.Float] struct {
	X       kernels.Matrix[T]
	Y       []T       // targets of two classes
	D       []float64 // weights of a product
	Beta    []float64
	Threads int
	Drawn[T]

	outcomes []*outcome[T] // one a thread
	passes   map[passKey]*pass.Pass[T]
	last     map[passKey]*pass.Moments // what each has returned; the next run overwrites it
	fits     *batch.Fits               // of groups
	weights  []T                       // D, for them

	products   []T             // of counts and amounts
	enough     map[passKey]int // epochs of a stochastic fit
	assignment []int           // of rows to folds
}

// An outcome is what one thread computes in.
type outcome[T kernels.Float] struct {
	matrix, gradient []float64
	work             []T
}

type passKey struct {
	loss string
	rows int
}

// NewProblem fills data from a seed that is made of the shape: numbers between
// −1 and 1 without zeros or denormals, which some machines compute faster or
// slower, and classes that a logistic model explains in part.
func NewProblem[T kernels.Float](data []T, n, p, threads int) *Problem[T] {
	b := &Problem[T]{
		X: kernels.Matrix[T]{Rows: n, Cols: p, Stride: p, Data: data[:n*p]},
		Y: make([]T, n), D: make([]float64, n), Beta: make([]float64, p), passes: map[passKey]*pass.Pass[T]{}, last: map[passKey]*pass.Moments{}, enough: map[passKey]int{},
	}
	for j := range b.Beta {
		b.Beta[j] = float64(j%7-3) / float64(4*p)
	}
	state := uint64(n)*31 + uint64(p)
	next := func() float64 {
		state = state*6364136223846793005 + 1442695040888963407
		return float64(int64(state)>>11|1) / (1 << 52)
	}
	signal := 4 * math.Sqrt(float64(p)) // a variance of about one in η
	for i := range n {
		eta := 0.0
		for j := range p {
			v := next()
			b.X.Data[i*p+j] = T(v)
			eta += v * b.Beta[j]
		}
		u := next()
		if signal*eta > math.Log((1-u)/(1+u)) {
			b.Y[i] = 1
		}
		b.D[i] = 0.5 + float64(i%13)/13
	}
	b.Use(threads)
	return b
}

// Use sets the number of threads.
func (b *Problem[T]) Use(threads int) {
	b.Threads = threads
	clear(b.last)
	clear(b.passes) // they hold scratch memory for their threads
	p := b.X.Cols
	for len(b.outcomes) < threads {
		b.outcomes = append(b.outcomes, &outcome[T]{
			matrix: memory.Slice[float64](p * p), gradient: make([]float64, p), work: memory.Slice[T](kernels.TriangleWork(p)),
		})
	}
}

// first is the problem of the first rows.
func (b *Problem[T]) first(rows int) *Problem[T] {
	if rows == b.X.Rows {
		return b
	}
	part := *b
	part.X, part.Y, part.D, part.Drawn = b.X.Slice(0, rows), b.Y[:rows], b.D[:rows], b.Drawn.first(rows)
	return &part
}

// pass runs one over all rows.
func (b *Problem[T]) pass(l loss.Loss, want pass.Want) (Answer, error) {
	key := passKey{l.Name(), b.X.Rows}
	p := b.passes[key]
	if p == nil {
		var err error
		p, err = pass.New(&pass.Data[T]{X: b.X, Y: b.Y}, pass.Model{Loss: l}, b.Threads)
		if err != nil {
			return Answer{}, err
		}
		b.passes[key] = p
	}
	p.Recycle(b.last[key]) // as a solver does
	m, err := p.Run(context.Background(), pass.Point{Beta: b.Beta}, want)
	if err != nil {
		return Answer{}, err
	}
	b.last[key] = m
	return Answer{Vector: m.Gradient, Matrix: m.Hessian}, nil
}

// shares gives each thread its share of the rows.
func (b *Problem[T]) shares(f func(o *outcome[T], x kernels.Matrix[T], d []float64)) {
	share := (b.X.Rows/b.Threads + kernels.PanelRows - 1) / kernels.PanelRows * kernels.PanelRows
	Together(b.Threads, func(thread int) {
		lo := min(thread*share, b.X.Rows)
		hi := min(lo+share, b.X.Rows)
		f(b.outcomes[thread], b.X.Slice(lo, hi), b.D[lo:hi])
	})
}

// matrix is shares for a result that is a triangle: what the threads have
// computed is added up.
func (b *Problem[T]) matrix(f func(o *outcome[T], x kernels.Matrix[T], d []float64)) Answer {
	b.shares(func(o *outcome[T], x kernels.Matrix[T], d []float64) {
		clear(o.matrix)
		f(o, x, d)
	})
	p := b.X.Cols
	Together(b.Threads, func(thread int) {
		for i := thread; i < p; i += b.Threads {
			for _, other := range b.outcomes[1:b.Threads] {
				kernels.Axpy(b.outcomes[0].matrix[i*p+i:(i+1)*p], 1, other.matrix[i*p+i:(i+1)*p])
			}
		}
	})
	return Answer{Matrix: b.outcomes[0].matrix}
}

// vector is shares for a result of p numbers.
func (b *Problem[T]) vector(f func(o *outcome[T], x kernels.Matrix[T], d []float64)) Answer {
	b.shares(func(o *outcome[T], x kernels.Matrix[T], d []float64) {
		clear(o.gradient)
		f(o, x, d)
	})
	for _, other := range b.outcomes[1:b.Threads] {
		kernels.Axpy(b.outcomes[0].gradient, 1, other.gradient)
	}
	return Answer{Vector: b.outcomes[0].gradient}
}
