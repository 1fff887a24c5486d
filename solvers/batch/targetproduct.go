package batch

import (
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// sliceColumns is how many targets go through the rows of a block together: the copy
// that the kernel makes of them stays in the second-level cache while all columns of X
// pass by, and so do the targets that come next. 240 were too many where it has 1.25 MB.
const sliceColumns = 192

// product adds Σ w (x − c)(y − c_y) of some targets to cross, and in a last row
// Σ w (y − c_y): chains of GemmDepth rows. The rows of X are copied once, to strips of
// as many columns as the kernel takes, for all slices of the targets.
func (r *targetRoom[T]) product(a *alike, list []int, cross []float64, stride int) {
	height, width, _ := kernels.GemmShape[float64]()
	q, m := r.data.X.Cols+1, len(list)
	strips := (q + height - 1) / height
	if r.strips == nil {
		r.strips = memory.Slice[float64](strips * height * kernels.GemmDepth)
		r.panels = memory.Slice[float64](kernels.GemmDepth * sliceColumns)
	}
	all := r.targetsAt(a, list)
	for lo := 0; lo < r.rows(a); lo += kernels.GemmDepth {
		n := min(kernels.GemmDepth, r.rows(a)-lo)
		r.packStrips(a, lo, lo+n, height)
		for from := 0; from < m; from += sliceColumns {
			to := min(from+sliceColumns, m)
			columns := (to - from + width - 1) / width * width
			y, ldb := r.slice(all, a, list, lo, n, from, to, columns, false)
			next := all.after(lo, n, to)
			fetches := kernels.GemmStripFetches[float64](columns)
			for s := range strips {
				c, x := cross[s*height*stride+from:], r.strips[s*height*n:]
				switch rows := min(height, q-s*height); {
				case s == 0:
					kernels.GemmStrip(c, stride, x, 1, height, y, ldb, r.panels, n, columns, 1, 1, kernels.Matrix[float64]{})
				case rows < height:
					kernels.Gemm(c, stride, x, 1, height, r.panels, width, n*width, n, rows, columns, 1, 1)
				default:
					some := next.Slice(0, min(fetches, next.Rows))
					next = next.Slice(some.Rows, next.Rows)
					kernels.GemmStrip(c, stride, x, 1, height, r.panels, 0, nil, n, columns, 1, 1, some)
				}
			}
		}
	}
}

// packStrips copies rows lo to hi of X less its shift, and ones, times weights: strips of
// so many columns, one row behind the other. What is missing of the last is zero.
func (r *targetRoom[T]) packStrips(a *alike, lo, hi, height int) {
	p, n := r.data.X.Cols, hi-lo
	x, plain := any(r.data.X).(kernels.Matrix[float64])
	plain = plain && a.rows == nil && r.data.Weights == nil
	if !plain {
		r.load(a, lo, hi)
		x, lo, hi = kernels.Matrix[float64]{Rows: n, Cols: p + 1, Stride: p + 1, Data: r.wx}, 0, n
	}
	for left := 0; left <= p; left += height {
		strip := r.strips[left*n : (left+height)*n]
		right := min(left+height, x.Cols)
		if right-left < height {
			memory.Clear(strip)
		}
		if left < right {
			part := kernels.Matrix[float64]{Rows: n, Cols: right - left, Stride: x.Stride, Data: x.Data[lo*x.Stride+left:]}
			var shift []float64
			if plain {
				shift = any(r.targets.shift).([]float64)[left:right]
			}
			kernels.Pack(kernels.Matrix[float64]{Rows: n, Cols: right - left, Stride: height, Data: strip}, part, shift, nil)
		}
		if plain && p-left < height {
			for i := range n {
				strip[i*height+p-left] = 1
			}
		}
	}
}

// A targetMatrix is targets that need not be copied: neighbours, in float64, without an
// offset, of all rows. Rows is zero if these are none.
type targetMatrix struct{ kernels.Matrix[float64] }

func (r *targetRoom[T]) targetsAt(a *alike, list []int) targetMatrix {
	y, ok := any(r.targets.y).(kernels.Matrix[float64])
	m := len(list)
	if !ok || a.rows != nil || r.data.Offset != nil || list[m-1]-list[0] != m-1 {
		return targetMatrix{}
	}
	y.Data, y.Cols = y.Data[list[0]:], m
	return targetMatrix{y}
}

// after is the part of it that a product needs after n rows from lo on of targets up to
// one: the next slice of the same rows, or the first of those behind them.
func (y targetMatrix) after(lo, n, target int) kernels.Matrix[float64] {
	if y.Rows == 0 {
		return kernels.Matrix[float64]{}
	}
	if target == y.Cols {
		lo, target = lo+n, 0
		n = min(n, y.Rows-lo)
	}
	if n <= 0 {
		return kernels.Matrix[float64]{}
	}
	return kernels.Matrix[float64]{Rows: n, Cols: min(sliceColumns, y.Cols-target), Stride: y.Stride, Data: y.Data[lo*y.Stride+target:]}
}

// slice is targets from to to, less their shift, of n rows, where they are, or copied if
// they must be: with zeros behind them where they are fewer than columns.
func (r *targetRoom[T]) slice(all targetMatrix, a *alike, list []int, lo, n, from, to, columns int, mustCopy bool) (y []float64, ldb int) {
	for _, c := range r.shift[from:to] {
		mustCopy = mustCopy || c != 0
	}
	if all.Rows > 0 && !mustCopy && columns == to-from {
		return all.Data[lo*all.Stride+from:], all.Stride
	}
	if columns > to-from {
		memory.Clear(r.y[:n*columns])
	}
	if all.Rows > 0 {
		from := kernels.Matrix[float64]{Rows: n, Cols: to - from, Stride: all.Stride, Data: all.Data[lo*all.Stride+from:]}
		kernels.Pack(kernels.Matrix[float64]{Rows: n, Cols: from.Cols, Stride: columns, Data: r.y}, from, r.shift[to-from.Cols:to], nil)
		return r.y, columns
	}
	for i := range n {
		row := r.row(a, lo+i)
		copied := r.y[i*columns:]
		for k, j := range list[from:to] {
			copied[k] = r.target(row, j) - r.shift[from+k]
		}
	}
	return r.y, columns
}
