package pass

import (
	"math/bits"
	"sync"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

const (
	// blockRows is B of the order of sums: the rows that are added up one
	// segment after the other before blocks are merged in a tree.
	blockRows = 1024

	// segmentRows is how many rows Σwℓ and its like are added up over at a time:
	// a panel of the Hessian's kernel.
	segmentRows = kernels.PanelRows

	// stripElements is how much of X stays in the first-level cache between
	// the dot products and the update that follows them.
	stripElements = 4096
)

// stripRows is how many rows a pass without a Hessian takes through all of its
// steps at a time: an even part of a segment, and whole groups of the update, so
// that strips leave no trace in the bits and none is short.
func stripRows(p int) int {
	rows := min(stripElements/max(p, 1), segmentRows)
	return max(1<<bits.Len(uint(rows))/2, kernels.UpdateRows)
}

// scratch is what one goroutine needs for its segments.
type scratch[T kernels.Float] struct {
	eta, y, w, offset, value, r, d, ones []float64

	gathered []T // rows of an index list
	picked   []T // and numbers that go with them
	centered []T // X − c
	packed   []T // of the Hessian's kernel

	weights []float64 // of a block, where those of the data are float32
	second  []float64 // derivatives of a block

	chunk *Chunk[T] // room for rows of a source
	rows  Data[T]   // those that are in it

	block loss.Block // here, since the argument of an interface's method escapes
}

func newScratch[T kernels.Float]() *scratch[T] {
	s := &scratch[T]{picked: make([]T, segmentRows)}
	vectors := []*[]float64{&s.eta, &s.y, &s.w, &s.offset, &s.value, &s.r, &s.d}
	all := memory.Slice[float64](segmentRows*len(vectors) + blockRows)
	for i, v := range vectors {
		*v = all[i*segmentRows:][:segmentRows:segmentRows]
	}
	s.ones = all[segmentRows*len(vectors):]
	for i := range s.ones {
		s.ones[i] = 1
	}
	return s
}

// spareScratch is scratch memory of passes that were released, by the size of numbers.
var spareScratch32, spareScratch64 sync.Pool

func spareScratch[T kernels.Float]() *sync.Pool {
	if unsafe.Sizeof(T(0)) == 4 {
		return &spareScratch32
	}
	return &spareScratch64
}

// lendScratch is what was given back, if there is any, with numbers of another pass in it, or new.
func lendScratch[T kernels.Float]() *scratch[T] {
	if s, ok := spareScratch[T]().Get().(*scratch[T]); ok {
		return s
	}
	return newScratch[T]()
}

// giveBack leaves scratch memory to passes that come later, and nothing of the caller's in it.
func (s *scratch[T]) giveBack() {
	s.chunk, s.rows, s.block = nil, Data[T]{}, loss.Block{}
	spareScratch[T]().Put(s)
}

// work is what the Hessian's kernel needs for p columns.
func (s *scratch[T]) work(p int) []T {
	s.packed = grow(s.packed, kernels.TriangleWork(p))
	return s.packed
}

// A segment is some rows of a block that lie in memory one after the other,
// everything but X in float64.
type segment[T kernels.Float] struct {
	x            kernels.Matrix[T]
	y, w, offset []float64
	next         []T // rows that are likely to be read next

	// Of rows that an index lists, x is room for them: take copies rows to its
	// beginning, which stays in the first-level cache from one strip to the next.
	from  kernels.Matrix[T]
	index []int // of these rows, and of those that come after them
	after []int // rows that are likely to come after all of these
}

// take is rows lo to hi of the segment.
func (seg *segment[T]) take(lo, hi int) kernels.Matrix[T] {
	if seg.index == nil {
		return seg.x.Slice(lo, hi)
	}
	next := seg.index[hi:]
	if len(next) == 0 {
		next = seg.after
	}
	x := seg.x.Slice(0, hi-lo)
	kernels.Gather(x, seg.from, seg.index[lo:hi], next)
	return x
}

// segment is rows lo to hi of the data; scratch holds what must be copied.
func (s *scratch[T]) segment(d *Data[T], lo, hi int) segment[T] {
	n := hi - lo
	if d.Index == nil {
		seg := segment[T]{
			x: d.X.Slice(lo, hi), y: float64s(s.y, d.Y[lo:hi]),
			next: d.X.Slice(hi, min(hi+n, d.X.Rows)).Data,
		}
		if d.Weights != nil {
			seg.w = float64s(s.w, d.Weights[lo:hi])
		}
		if d.Offset != nil {
			seg.offset = float64s(s.offset, d.Offset[lo:hi])
		}
		return seg
	}
	p := d.X.Cols
	s.gathered = grow(s.gathered, max(n, segmentRows)*p)
	seg := segment[T]{
		x: kernels.Matrix[T]{Rows: n, Cols: p, Stride: p, Data: s.gathered}, y: s.y[:n],
		from: d.X, index: d.Index[lo:],
	}
	if d.Weights != nil {
		seg.w = s.w[:n]
	}
	if d.Offset != nil {
		seg.offset = s.offset[:n]
	}
	s.pick(seg.y, d.Y, d.Index, lo, hi)
	if d.Weights != nil {
		s.pick(seg.w, d.Weights, d.Index, lo, hi)
	}
	if d.Offset != nil {
		s.pick(seg.offset, d.Offset, d.Index, lo, hi)
	}
	return seg
}

// pick sets dst to the numbers of v that elements lo to hi of an index list.
func (s *scratch[T]) pick(dst []float64, v []T, index []int, lo, hi int) {
	from := kernels.Matrix[T]{Rows: len(v), Cols: 1, Stride: 1, Data: v}
	to := kernels.Matrix[T]{Rows: hi - lo, Cols: 1, Stride: 1, Data: s.picked[:hi-lo]}
	kernels.Gather(to, from, index[lo:hi], index[hi:])
	for i, x := range to.Data {
		dst[i] = float64(x)
	}
}

// float64s is v as float64: v itself if it is, else a copy in buffer.
func float64s[T kernels.Float](buffer []float64, v []T) []float64 {
	if same, ok := any(v).([]float64); ok {
		return same
	}
	for i := range v {
		buffer[i] = float64(v[i])
	}
	return buffer[:len(v)]
}

// grow is s, or room for more elements if it is too short.
func grow[T kernels.Float](s []T, n int) []T {
	if len(s) < n {
		return memory.Slice[T](n)
	}
	return s
}

// predict sets eta for rows lo to hi of a segment.
func (s *scratch[T]) predict(seg *segment[T], lo, hi int, x kernels.Matrix[T], shift []T, at Point) {
	eta := s.eta[lo:hi]
	kernels.Dots(eta, x, shift, at.Beta)
	switch {
	case seg.offset != nil:
		for i, o := range seg.offset[lo:hi] {
			eta[i] += at.Intercept + o
		}
	case at.Intercept != 0:
		for i := range eta {
			eta[i] += at.Intercept
		}
	}
}

// evaluate takes rows lo to hi through the loss.
func (s *scratch[T]) evaluate(l loss.Loss, seg *segment[T], lo, hi int, m *Moments) {
	b := &s.block
	*b = loss.Block{
		Eta: s.eta[lo:hi], Y: seg.y[lo:hi], Value: s.value[lo:hi], R: s.r[lo:hi], D: s.d[lo:hi],
		MinMargin: m.MinMargin, MaxMargin: m.MaxMargin,
	}
	if seg.w != nil {
		b.W = seg.w[lo:hi]
	}
	l.Evaluate(b)
	m.MinMargin, m.MaxMargin = b.MinMargin, b.MaxMargin
}

// count adds what a segment contributes beside the products with X.
func (s *scratch[T]) count(seg *segment[T], m *Moments, logarithms bool) {
	n := len(seg.y)
	m.Loss += kernels.Sum(s.value[:n])
	m.SumR += kernels.Sum(s.r[:n])
	m.SumD += kernels.Sum(s.d[:n])
	m.SumW += m.weigh(n, seg.w, logarithms)
}

// weigh counts n rows with weights, which it adds up.
func (m *Moments) weigh(n int, w []float64, logarithms bool) (sum float64) {
	if w == nil {
		m.Rows += n
		return float64(n)
	}
	for _, w := range w {
		if w > 0 {
			m.Rows++
			if logarithms {
				m.SumLogW += kernels.LogOf(w)
			}
		}
	}
	return kernels.Sum(w)
}
