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

// A source is data that need not be copied: float64 in the order of the groups.
// It has nothing if they must.
type source struct {
	x, y, weights, offset []float64
	stride                int
}

func newSource[T kernels.Float](g *Groups[T]) source {
	y, plain := any(g.Y).([]float64)
	if !plain || g.Index != nil {
		return source{}
	}
	s := source{y: y, stride: g.X.Stride}
	s.x, _ = any(g.X.Data).([]float64)
	s.weights, _ = any(g.Weights).([]float64)
	s.offset, _ = any(g.Offset).([]float64)
	return s
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

// fetch makes rows lo to hi of the order the ones at hand.
func fetch[T kernels.Float](w *worker, g *Groups[T], lo, hi int) {
	n, p := hi-lo, w.columns
	if s := &w.source; s.y != nil {
		end := len(s.x) // the last row may end before its stride
		from, to := min(lo*s.stride, end), min(hi*s.stride, end)
		w.x.Rows, w.x.Cols, w.x.Stride, w.x.Data = n, p, s.stride, s.x[from:to]
		w.next = s.x[to:min(to+n*s.stride, end)]
		w.y, w.w, w.offset = s.y[lo:hi], nil, nil
		if s.weights != nil {
			w.w = s.weights[lo:hi]
		}
		if s.offset != nil {
			w.offset = s.offset[lo:hi]
		}
		return
	}
	fetchTargets(w, g, lo, hi)
	w.next = nil
	w.fetched = room(w.fetched, n*p)
	w.x = kernels.Matrix[float64]{Rows: n, Cols: p, Stride: p, Data: w.fetched[:n*p]}
	for i := range n {
		from, to := g.X.Row(g.row(lo+i)), w.fetched[i*p:(i+1)*p]
		for j, v := range from {
			to[j] = float64(v)
		}
	}
}

// fetchTargets is fetch of all but X.
func fetchTargets[T kernels.Float](w *worker, g *Groups[T], lo, hi int) {
	w.targets, w.y = widened(w.targets, g.Y, g.Index, lo, hi)
	w.w, w.offset = nil, nil
	if g.Weights != nil {
		w.weights, w.w = widened(w.weights, g.Weights, g.Index, lo, hi)
	}
	if g.Offset != nil {
		w.offsets, w.offset = widened(w.offsets, g.Offset, g.Index, lo, hi)
	}
}

// widened is entries lo to hi of v as float64: v itself if it can be, else in
// the buffer.
func widened[T kernels.Float](buffer []float64, v []T, index []int, lo, hi int) (grown, values []float64) {
	if same, ok := any(v).([]float64); ok && index == nil {
		return buffer, same[lo:hi]
	}
	buffer = room(buffer, hi-lo)
	values = buffer[:hi-lo]
	if index == nil {
		for i, x := range v[lo:hi] {
			values[i] = float64(x)
		}
		return buffer, values
	}
	for i, from := range index[lo:hi] {
		values[i] = float64(v[from])
	}
	return buffer, values
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

// makeRoom is for n packed rows, with ones where there is an intercept.
func (w *worker) makeRoom(n int) {
	if len(w.packed) >= n*w.stride {
		return
	}
	w.packed = room(nil, n*w.stride)
	if w.lead == 1 {
		for at := 0; at < len(w.packed); at += w.stride {
			w.packed[at] = 1
		}
	}
}

// pack copies the rows at hand, centred by their means if there is an
// intercept.
func (w *worker) pack() {
	n, p, stride := w.x.Rows, w.columns, w.stride
	var shift []float64
	if w.lead == 1 {
		clear(w.center)
		kernels.Update(w.center, w.x, nil, w.unit(n))
		for j, sum := range w.center {
			w.center[j] = sum / float64(n)
		}
		shift = w.center
	}
	to := kernels.Matrix[float64]{Rows: n, Cols: p, Stride: stride, Data: w.packed[w.lead:]}
	kernels.Pack(to, w.x, shift, nil)
}

// unit is n ones.
func (w *worker) unit(n int) []float64 {
	if len(w.ones) < n {
		w.ones = room(nil, n)
		for i := range w.ones {
			w.ones[i] = 1
		}
	}
	return w.ones[:n]
}

// lessOffset makes the targets at hand y − offset, which is all that squares
// need of both.
func (w *worker) lessOffset() {
	if w.offset == nil {
		return
	}
	n := len(w.y)
	w.differences = room(w.differences, n)
	for i, y := range w.y {
		w.differences[i] = y - w.offset[i]
	}
	w.y, w.offset = w.differences[:n], nil
}

// packTargets completes the packed rows for squares.
func (w *worker) packTargets() {
	w.centerY = 0
	if w.lead == 1 {
		w.centerY = kernels.Sum(w.y) / float64(len(w.y))
	}
	to := w.packed[w.width:]
	for i, y := range w.y {
		to[i*w.stride] = y - w.centerY
	}
}

// centerAll packs rows and targets together, if kernels.Center takes them. In
// short it does so relative to the first row, and has the Gram matrix as well, but
// for its last row.
func (w *worker) centerAll(short bool) {
	n := w.x.Rows
	w.octets = w.lead == 1 && w.columns <= kernels.CenterColumns && n <= kernels.CenterRows
	w.short = w.octets && short
	if !w.octets {
		return
	}
	packed := w.packed[:n*kernels.CenterWidth]
	if w.short {
		kernels.RelativeGram(packed, w.means, w.gram[:w.width*kernels.CenterWidth], &w.x, w.y, w.next)
	} else {
		kernels.Center(packed, w.means, w.x, w.y)
	}
	w.centerY = w.means[1+w.columns]
}

// design is the packed rows, their first columns.
func (w *worker) design(columns int) kernels.Matrix[float64] {
	n := w.x.Rows
	return kernels.Matrix[float64]{Rows: n, Cols: columns, Stride: w.stride, Data: w.packed[:n*w.stride]}
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
