package batch

import (
	"context"
	"math"
	"math/bits"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

type kind uint8

const (
	squared kind = iota
	logistic
	poisson
)

func (o Options) kind() kind {
	switch o.Loss.(type) {
	case loss.Logistic:
		return logistic
	case loss.Poisson:
		return poisson
	}
	return squared
}

// A worker fits one group after the other, in the same memory. Data are float64
// here: float32 ones are widened when they are fetched.
type worker struct {
	options Options
	kind    kind
	lead    int // 1 with an intercept
	columns int // of X
	width   int // coefficients
	stride  int // of packed rows

	*group                             // at hand
	alone   group                      // that of a group that is fitted by itself
	beside  [kernels.SystemLanes]group // those that are solved side by side
	waiting int                        // how many of them there are
	lanes   lanes
	source  source

	ones             []float64
	eta, value, r, d []float64
	block            loss.Block
	work             []float64
	coefficients     []float64 // of centred columns, the intercept first
	gradient, signed []float64 // of width; of width + 1
	newton           newton
}

// release forgets the caller's memory.
func (w *worker) release() {
	w.source = source{}
	w.alone.release()
	for i := range w.beside {
		w.beside[i].release()
	}
}

func (g *group) release() {
	g.x, g.y, g.w, g.offset, g.next = kernels.Matrix[float64]{}, nil, nil, nil, nil
}

// A group is the rows of one fit.
type group struct {
	fit          int
	x            kernels.Matrix[float64]
	y, w, offset []float64 // may be the caller's
	next         []float64 // rows that are likely to be read next
	rows         int       // with a positive weight
	sumW         float64

	// What those are copied to: gathered or widened first, then packed, row by
	// row: 1 if there is an intercept, x − center, and y − offset − centerY for
	// squares. The center is the mean of all rows, whatever their weights.
	fetched, targets, weights, offsets []float64
	differences                        []float64 // y − offset
	packed                             []float64
	octets                             bool // packed by kernels.Center
	center                             []float64
	centerY                            float64
	means                              []float64 // of kernels.Center: center is the part of it that it has of columns
	gram                               []float64 // of the packed rows, with the stride of the worker
	short                              bool      // gram lacks its last row, yᵀy
}

// prepare makes the group one of so many columns, with its means and its Gram
// matrix in a slot of [lanes].
func (g *group) prepare(columns, stride int, slot []float64) {
	g.packed = nil // its ones are elsewhere
	slot[0] = -1
	g.means = slot[:kernels.CenterWidth]
	g.center = slot[1 : 1+columns]
	g.gram = slot[stride:]
}

// prepare makes the worker one for so many columns.
func (w *worker) prepare(o Options, columns int) {
	width := o.width(columns)
	if w.width != width || w.columns != columns {
		w.columns, w.width, w.lead = columns, width, width-columns
		w.stride = kernels.SpreadStride[float64](width + 1)
		w.alone.prepare(columns, w.stride, memory.Slice[float64](slotLength(width, w.stride)))
		if width <= kernels.SystemSize {
			w.lanes.prepare(width, w.stride)
			for i := range w.beside {
				w.beside[i].prepare(columns, w.stride, w.lanes.slot(i, width, w.stride))
			}
		}
		w.signed = memory.Slice[float64](width + 1)
		w.coefficients = memory.Slice[float64](width + 1)
		w.gradient = memory.Slice[float64](width)
		w.work = memory.Slice[float64](kernels.TriangleWork(width + 1))
		w.newton.resize(width, w.lead)
	}
	w.group, w.waiting = &w.alone, 0
	w.options, w.kind = o, o.kind()
	s := &w.newton
	s.tolerance, s.hessianTolerance, s.limit = o.Tolerance, 0, o.MaxIterations
	if s.tolerance == 0 {
		s.tolerance = 1e-14
	}
	if s.limit == 0 {
		s.limit = 100
	}
	s.shift = 0
	s.system.pivoted.Threads = 1 // others fit other groups
	s.separable = w.kind == logistic && o.L2 == 0
}

// room is s, or longer: a power of two, so that groups that grow row by row do
// not ask for memory each.
func room(s []float64, n int) []float64 {
	if n <= len(s) {
		return s
	}
	return memory.Slice[float64](1 << bits.Len(uint(n-1)))
}

// count looks at targets, weights and offsets: it counts rows and adds up their
// weights, and is false if there is anything that no loss is defined for. Least
// squares finds targets and offsets that are not finite in its sums.
func (w *worker) count() bool {
	n := len(w.y)
	w.rows, w.sumW = n, float64(n)
	if w.w != nil {
		w.rows, w.sumW = 0, 0
		for _, v := range w.w {
			if !(v >= 0) || math.IsInf(v, 1) {
				return false
			}
			if v > 0 {
				w.rows++
			}
			w.sumW += v
		}
	}
	switch w.kind {
	case logistic:
		for _, y := range w.y {
			if y != 0 && y != 1 {
				return false
			}
		}
	case poisson:
		for _, y := range w.y {
			if !(0 <= y && y <= math.MaxFloat64) {
				return false
			}
		}
	}
	if w.kind != squared {
		return allFinite(w.offset)
	}
	return true
}

// evaluate implements [objective] on the packed rows.
func (w *worker) evaluate(_ context.Context, e *evaluation, hessian bool) error {
	z, n, m := w.design(w.width), w.x.Rows, w.width
	eta, value, r, d := w.eta[:n], w.value[:n], w.r[:n], w.d[:n]
	kernels.Dots(eta, z, nil, e.x)
	if w.offset != nil {
		kernels.Axpy(eta, 1, w.offset)
	}
	if w.kind == logistic {
		e.low, e.high = kernels.Logistic(value, r, d, eta, w.y, w.w)
	} else {
		w.block = loss.Block{Eta: eta, Y: w.y, W: w.w, Value: value, R: r, D: d}
		loss.Poisson{}.Evaluate(&w.block)
	}
	e.value = kernels.Sum(value)
	clear(e.g)
	kernels.Update(e.g, z, nil, r)
	if hessian {
		clear(e.h)
		kernels.Triangle(e.h, m, z, d, w.work, nil)
	}
	w.penalise(e, hessian)
	return nil
}

// penalise adds the penalty to an evaluation.
func (w *worker) penalise(e *evaluation, hessian bool) {
	lambda := w.options.L2
	if lambda == 0 {
		return
	}
	e.value += w.penalty(e.x)
	for j := w.lead; j < w.width; j++ {
		e.g[j] += float64(lambda * e.x[j])
		if hessian {
			e.h[j*w.width+j] += lambda
		}
	}
}

// penalty is λ/2 ‖β‖², without the intercept.
func (w *worker) penalty(x []float64) float64 {
	sum := 0.0
	for _, v := range x[w.lead:w.width] {
		sum += float64(v * v)
	}
	return float64(0.5 * float64(w.options.L2*sum))
}
