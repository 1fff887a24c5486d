package batch

import (
	"github.com/seed-0327bdf7/hesse/kernels"
)

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
