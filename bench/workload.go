package bench

import (
	"context"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// Names of the types of data.
const (
	Float64 = "float64"
	Float32 = "float32"
)

// A workload is something to measure. A new one is an entry of workloads.
type workload struct {
	name string

	// flops is the number of operations a row of p columns needs. Beside X a
	// row has a target, of the type of the data, or a weight, in float64.
	flops            func(p int) float64
	target, weighted bool
	loss             loss.Loss // whose vector mathematics is part of the roof; nil is none
}

var (
	triangle = func(p int) float64 { return float64(p) * float64(p+1) }
	products = func(p int) float64 { return 4 * float64(p) }
)

var workloads = []workload{
	{name: "gram", flops: triangle},
	{name: "sandwich", flops: func(p int) float64 { return triangle(p) + float64(p) }, weighted: true},
	{name: "grad", flops: products, target: true},
	{name: "hvp", flops: products, weighted: true},
	{name: "logistic", flops: products, target: true, loss: loss.Logistic{}},
	{name: "newton", flops: func(p int) float64 { return triangle(p) + float64(p) + products(p) }, target: true, loss: loss.Logistic{}},
}

// Workloads are the names of what can be measured.
func Workloads() []string {
	var names []string
	for _, w := range workloads {
		names = append(names, w.name)
	}
	return names
}

// bytes is how much of memory a row of p columns is, with numbers of X of a
// size.
func (w workload) bytes(p, size int) float64 {
	bytes := p * size
	if w.target {
		bytes += size
	}
	if w.weighted {
		bytes += 8
	}
	return float64(bytes)
}

func find(name string) (workload, bool) {
	i := slices.IndexFunc(workloads, func(w workload) bool { return w.name == name })
	if i < 0 {
		return workload{}, false
	}
	return workloads[i], true
}

// A problem is data of one type and shape, and where results go.
type problem[T kernels.Float] struct {
	x       kernels.Matrix[T]
	y       []T       // targets of two classes
	d       []float64 // weights of a product
	beta    []float64
	threads int

	outcomes []*outcome[T] // one a thread
	passes   map[string]*pass.Pass[T]
}

// An outcome is what one thread computes in.
type outcome[T kernels.Float] struct {
	matrix, gradient, eta []float64
	work                  []T
}

// newProblem fills the data from a seed: numbers between −1 and 1 without
// zeros or denormals, which some machines compute faster or slower.
func newProblem[T kernels.Float](data []T, n, p, threads int) *problem[T] {
	b := &problem[T]{
		x: kernels.Matrix[T]{Rows: n, Cols: p, Stride: p, Data: data[:n*p]},
		y: make([]T, n), d: make([]float64, n), beta: make([]float64, p), threads: threads, passes: map[string]*pass.Pass[T]{},
	}
	state := uint64(n)*31 + uint64(p)
	for i := range b.x.Data {
		state = state*6364136223846793005 + 1442695040888963407
		b.x.Data[i] = T(float64(int64(state)>>11|1) / (1 << 52))
	}
	for i := range b.y {
		b.y[i] = T(i * 7 % 13 % 2)
		b.d[i] = 0.5 + float64(b.y[i])
	}
	for j := range b.beta {
		b.beta[j] = float64(j%7-3) / float64(4*p)
	}
	for range threads {
		b.outcomes = append(b.outcomes, &outcome[T]{
			matrix: make([]float64, p*p), gradient: make([]float64, p), work: make([]T, kernels.TriangleWork(p)),
			eta: make([]float64, kernels.PanelRows),
		})
	}
	return b
}

// run does the workload once, on all threads.
func (b *problem[T]) run(name string) error {
	switch name {
	case "gram":
		b.shares(func(o *outcome[T], x kernels.Matrix[T], _ []float64) { kernels.Gram(o.matrix, x.Cols, x, o.work) })
		return nil
	case "sandwich":
		b.shares(func(o *outcome[T], x kernels.Matrix[T], d []float64) {
			kernels.Sandwich(o.matrix, x.Cols, x, d, o.work)
		})
		return nil
	case "hvp":
		b.shares(b.product)
		return nil
	case "grad":
		return b.pass(name, loss.Squared{}, pass.Want{})
	case "logistic":
		return b.pass(name, loss.Logistic{}, pass.Want{})
	}
	return b.pass(name, loss.Logistic{}, pass.Want{Hessian: true})
}

func (b *problem[T]) pass(name string, l loss.Loss, want pass.Want) error {
	p := b.passes[name]
	if p == nil {
		var err error
		p, err = pass.New(&pass.Data[T]{X: b.x, Y: b.y}, pass.Model{Loss: l}, b.threads)
		if err != nil {
			return err
		}
		b.passes[name] = p
	}
	m, err := p.Run(context.Background(), pass.Point{Beta: b.beta}, want)
	p.Recycle(m) // as a solver does
	return err
}

// shares gives each thread its share of the rows.
func (b *problem[T]) shares(f func(o *outcome[T], x kernels.Matrix[T], d []float64)) {
	share := (b.x.Rows/b.threads + kernels.PanelRows - 1) / kernels.PanelRows * kernels.PanelRows
	together(b.threads, func(thread int) {
		lo := min(thread*share, b.x.Rows)
		hi := min(lo+share, b.x.Rows)
		f(b.outcomes[thread], b.x.Slice(lo, hi), b.d[lo:hi])
	})
}

// product is a Hessian-vector product, Xᵀdiag(d)(Xv), by strips like those of a
// pass.
func (b *problem[T]) product(o *outcome[T], x kernels.Matrix[T], d []float64) {
	strip := pass.StripRows(x.Cols)
	for lo := 0; lo < x.Rows; lo += strip {
		hi := min(lo+strip, x.Rows)
		rows, eta := x.Slice(lo, hi), o.eta[:hi-lo]
		kernels.Dots(eta, rows, nil, b.beta)
		for i, v := range d[lo:hi] {
			eta[i] *= v
		}
		kernels.Update(o.gradient, rows, nil, eta)
	}
}
