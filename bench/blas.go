package bench

import (
	"math"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// A BLAS is what a library has to bring to be measured. Matrices are row-major.
// Results overwrite dst.
type BLAS[T kernels.Float] interface {
	// Gemv sets dst = Av, or Aᵀv if it is transposed.
	Gemv(dst []T, a kernels.Matrix[T], transposed bool, v []T)

	// Syrk sets the upper or the lower triangle of dst to AᵀA, or to AAᵀ if
	// the columns of X are the rows of A.
	Syrk(dst []T, a kernels.Matrix[T], columns, lower bool)

	// Gemm sets dst to AᵀB, or to ABᵀ if the columns of X are their rows.
	Gemm(dst []T, a, b kernels.Matrix[T], columns bool)
}

// blasWork is a workload as calls of a BLAS, and the ways to call it.
type blasWork struct {
	ways []way
	f64  func(*blasRun[float64])
	f32  func(*blasRun[float32])
}

// A way is a layout of X and a choice among calls that compute the same.
type way struct {
	name                 string
	columns, lower, gemm bool
}

var (
	triangleWays = []way{
		{name: "syrk, upper, row-major"},
		{name: "syrk, lower, row-major", lower: true},
		{name: "gemm, row-major", gemm: true},
		{name: "syrk, upper, column-major", columns: true},
		{name: "syrk, lower, column-major", columns: true, lower: true},
		{name: "gemm, column-major", columns: true, gemm: true},
	}
	productWays = []way{
		{name: "gemv, row-major"},
		{name: "gemv, column-major", columns: true},
	}
)

// A BLASProblem is a problem that a BLAS works on. What is not a product of
// matrices, it takes from us: the scaling of rows and the losses are our
// kernels, on as many threads.
type BLASProblem[T kernels.Float] struct {
	problem *Problem[T]
	blas    BLAS[T]
	workers func(threads int, do func(thread int))
	columns []T // X by columns
	turned  int // rows of it that are there: as many as a way has asked for
	scaled  []T
	eta     []T
	d       []float64
	vector  []T
	matrix  []T
	last    way
	begun   map[string]bool // workloads that have made room for themselves
}

// NewBLASProblem takes the data of b. What is our part of the work goes to workers,
// as [Together] does it.
func NewBLASProblem[T kernels.Float](b *Problem[T], blas BLAS[T], workers func(threads int, do func(thread int))) *BLASProblem[T] {
	p := b.X.Cols
	return &BLASProblem[T]{
		problem: b, blas: blas, workers: workers, eta: memory.Slice[T](b.X.Rows), vector: make([]T, p), matrix: memory.Slice[T](p * p), begun: map[string]bool{},
	}
}

// BLASWays are the names of the ways to do a workload, the usual one first.
func BLASWays(kernel string) []string {
	w, _ := find(kernel)
	var names []string
	for _, way := range w.blas.ways {
		names = append(names, way.name)
	}
	return names
}

// Do does a workload on the first rows, over and over.
func (w *BLASProblem[T]) Do(c Case, name string, repeat int) time.Duration {
	work, _ := find(c.Kernel)
	for _, way := range work.blas.ways {
		if way.name == name {
			w.last = way
		}
	}
	if !w.begun[c.Kernel] {
		w.begun[c.Kernel] = true
		w.run(c, min(c.Rows, 256)).do(work)
	}
	r := w.run(c, c.Rows)
	start := time.Now()
	for range repeat {
		r.do(work)
	}
	return time.Since(start)
}

// run is one of the last way on the first rows.
func (w *BLASProblem[T]) run(c Case, rows int) *blasRun[T] {
	r := &blasRun[T]{BLASProblem: w, problem: w.problem.first(rows), way: w.last, rows: rows, threads: c.Threads, eta: w.eta[:rows]}
	r.prepare()
	return r
}

// do does the work once.
func (r *blasRun[T]) do(w workload) {
	switch r := any(r).(type) {
	case *blasRun[float64]:
		w.blas.f64(r)
	case *blasRun[float32]:
		w.blas.f32(r)
	}
}

// Answer is what the last Do has computed.
func (w *BLASProblem[T]) Answer(c Case) Answer {
	p := w.problem.X.Cols
	work, _ := find(c.Kernel)
	var a Answer
	if work.vector {
		a.Vector = widen(w.vector)
	}
	if work.matrix {
		a.Matrix = widen(w.matrix)
		if w.last.lower {
			for i := range p {
				for j := range i {
					a.Matrix[j*p+i] = a.Matrix[i*p+j]
				}
			}
		}
	}
	return a
}

func widen[T kernels.Float](v []T) []float64 {
	wide := make([]float64, len(v))
	for i, x := range v {
		wide[i] = float64(x)
	}
	return wide
}

// A blasRun is one way on some rows.
type blasRun[T kernels.Float] struct {
	*BLASProblem[T]
	problem *Problem[T]
	way     way
	rows    int
	threads int
	eta     []T
}

// prepare makes what is no part of the work: another layout of X.
func (r *blasRun[T]) prepare() {
	all := r.BLASProblem.problem.X
	if r.way.columns && r.columns == nil {
		r.columns = memory.Slice[T](columnStride(all) * all.Cols)
	}
	if r.way.columns && r.turned < r.rows {
		r.transpose(all)
		r.turned = r.rows
	}
}

// transpose goes by rows, those that are not there yet, a block that stays in
// cache while every column takes it.
func (r *blasRun[T]) transpose(x kernels.Matrix[T]) {
	const block = 64
	stride := columnStride(x)
	r.workers(r.threads, func(thread int) {
		for lo := r.turned + thread*block; lo < r.rows; lo += r.threads * block {
			hi := min(lo+block, r.rows)
			for j := range x.Cols {
				column := r.columns[j*stride+lo : j*stride+hi]
				for i := range column {
					column[i] = x.Data[(lo+i)*x.Stride+j]
				}
			}
		}
	})
}

// columnStride is how far apart columns of X lie: not a multiple of a large power of
// two, where some of each would want the same place in a cache.
func columnStride[T kernels.Float](x kernels.Matrix[T]) int { return kernels.SpreadStride[T](x.Rows) }

// x is the rows of X in the layout of this way.
func (r *blasRun[T]) x() kernels.Matrix[T] { return r.layout(r.problem.X.Data, r.columns) }

func (r *blasRun[T]) layout(byRows, byColumns []T) kernels.Matrix[T] {
	all := r.BLASProblem.problem.X
	if r.way.columns {
		return kernels.Matrix[T]{Rows: all.Cols, Cols: r.rows, Stride: columnStride(all), Data: byColumns}
	}
	return kernels.Matrix[T]{Rows: r.rows, Cols: all.Cols, Stride: all.Stride, Data: byRows}
}

// triangle is AᵀB of two matrices in the layout of this way, where the result
// is symmetric.
func (r *blasRun[T]) triangle(a, b kernels.Matrix[T]) {
	if r.way.gemm {
		r.blas.Gemm(r.matrix, a, b, r.way.columns)
		return
	}
	r.blas.Syrk(r.matrix, a, r.way.columns, r.way.lower)
}

// weighted is Xᵀdiag(d)X: syrk of a copy whose rows are scaled by the root of
// d, or gemm with one that is scaled by d.
func (r *blasRun[T]) weighted(d []float64) {
	if r.scaled == nil {
		all := r.BLASProblem.problem.X
		r.scaled = memory.Slice[T](columnStride(all) * all.Cols)
	}
	scaled := r.layout(r.scaled, r.scaled)
	x := r.x()
	const block = 1024
	r.workers(r.threads, func(thread int) {
		var factors [block]float64
		var narrow [block]T
		for lo := thread * block; lo < r.rows; lo += r.threads * block {
			hi := min(lo+block, r.rows)
			f := factors[:hi-lo]
			copy(f, d[lo:hi])
			if !r.way.gemm {
				for i, v := range f {
					f[i] = math.Sqrt(v)
				}
			}
			if !r.way.columns {
				kernels.Pack(scaled.Slice(lo, hi), x.Slice(lo, hi), nil, f)
				continue
			}
			for i, v := range f {
				narrow[i] = T(v)
			}
			for j := range x.Rows {
				from, to := x.Row(j)[lo:hi], scaled.Row(j)[lo:hi]
				for i, v := range narrow[:len(from)] {
					to[i] = v * from[i]
				}
			}
		}
	})
	if r.way.gemm {
		r.triangle(x, scaled)
	} else {
		r.triangle(scaled, scaled)
	}
}

// product sets eta = Xβ.
func (r *blasRun[T]) product() {
	beta := make([]T, len(r.problem.Beta))
	for j, v := range r.problem.Beta {
		beta[j] = T(v)
	}
	r.blas.Gemv(r.eta, r.x(), r.way.columns, beta)
}

// transposed sets the vector to Xᵀv.
func (r *blasRun[T]) transposed(v []T) { r.blas.Gemv(r.vector, r.x(), !r.way.columns, v) }

// second is room for second derivatives.
func (r *blasRun[T]) second() []float64 {
	if r.d == nil {
		r.d = memory.Slice[float64](r.BLASProblem.problem.X.Rows)
	}
	return r.d[:r.rows]
}

// loss replaces eta by the first derivatives of a loss, and fills the second
// ones where they are wanted.
func (r *blasRun[T]) loss(l loss.Loss, second []float64) {
	r.each(func(lo, hi int) {
		const block = 1024
		var eta, y, value, first, d [block]float64
		for ; lo < hi; lo += block {
			n := min(block, hi-lo)
			for i := range n {
				eta[i], y[i] = float64(r.eta[lo+i]), float64(r.problem.Y[lo+i])
			}
			l.Evaluate(&loss.Block{Eta: eta[:n], Y: y[:n], Value: value[:n], R: first[:n], D: d[:n]})
			for i, v := range first[:n] {
				r.eta[lo+i] = T(v)
			}
			if second != nil {
				copy(second[lo:lo+n], d[:n])
			}
		}
	})
}

// each gives every thread its share of the rows. Few rows are no work for more
// than one: a library's threads spin for a while after a call, and ours beside
// them would cost more than they do.
func (r *blasRun[T]) each(f func(lo, hi int)) {
	if r.rows < 1<<16 {
		f(0, r.rows)
		return
	}
	share := r.rows/r.threads + 1
	r.workers(r.threads, func(thread int) {
		f(min(thread*share, r.rows), min((thread+1)*share, r.rows))
	})
}
