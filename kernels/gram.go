package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

// PanelRows is how many rows of a panel [Triangle], [Gram] and [Sandwich]
// multiply in the data's own type before they add the result, in float64, to
// dst: calls that divide the rows of a matrix at multiples of it return the
// bits of a single call.
const PanelRows = ref.PanelRows

// Gram adds the upper triangle of a Gram matrix,
//
//	dst[i*ldd+j] += Σ_r X[r,i]·X[r,j] for j ≥ i.
//
// It is Triangle(dst, ldd, x, nil, work, nil).
func Gram[T Float](dst []float64, ldd int, x Matrix[T], work []T) {
	Triangle(dst, ldd, x, nil, work, nil)
}

// Sandwich adds the upper triangle of a weighted Gram matrix,
//
//	dst[i*ldd+j] += Σ_r d[r]·X[r,i]·X[r,j] for j ≥ i,
//
// with X.Rows weights of any sign. It is Triangle(dst, ldd, x, d, work, nil).
func Sandwich[T Float](dst []float64, ldd int, x Matrix[T], d []float64, work []T) {
	if len(d) != x.Rows {
		panic("kernels: length of d is not the number of rows")
	}
	if len(d) == 0 {
		d = []float64{}
	}
	Triangle(dst, ldd, x, d, work, nil)
}

// Triangle adds the upper triangle of a Gram matrix, weighted unless d is nil:
// [Gram] or [Sandwich].
//
// dst is p×p with stride ldd; what is below its diagonal is not touched. work
// has at least TriangleWork(p) elements; what it held is lost. next is memory
// that the caller reads next: it is fetched meanwhile, and may be nil. The
// weight d[r] and its product with X[r,j], of the greater column index, are
// rounded to T. Chains of PanelRows fused multiply-adds are in T, their sums in
// float64: |error| ≤ ((PanelRows + 2)·ε_T + (n/PanelRows + 1)·ε)·Σ_r |d[r]·X[r,i]·X[r,j]|,
// with ε_T of the data's type, where nothing leaves its range.
func Triangle[T Float](dst []float64, ldd int, x Matrix[T], d []float64, work, next []T) {
	empty := x.check()
	if d != nil && len(d) != x.Rows {
		panic("kernels: length of d is not the number of rows")
	}
	if len(work) < TriangleWork(x.Cols) {
		panic("kernels: work shorter than TriangleWork")
	}
	checkTriangle(dst, ldd, x.Cols)
	if empty {
		return
	}
	if x.Rows <= PanelRows {
		trianglePanel(dst, ldd, x, d, work, next)
		return
	}
	for lo := 0; lo < x.Rows; lo += PanelRows {
		hi := min(lo+PanelRows, x.Rows)
		ahead := x.after(hi)
		if ahead == nil {
			ahead = next
		}
		trianglePanel(dst, ldd, x.Slice(lo, hi), part(d, lo, hi), work, ahead)
	}
}

func checkTriangle(dst []float64, ldd, p int) {
	if ldd < p {
		panic("kernels: stride of dst below the number of columns")
	}
	if !fits(p, p, ldd, len(dst)) {
		panic("kernels: dst shorter than its triangle")
	}
}

// trianglePanel covers the triangle with tiles, from a panel of up to PanelRows
// rows: stripe by stripe of columns, which stay in the first-level cache while
// the columns of the panel pass by. A stripe is copied where it must be scaled,
// a panel where it is wide; a copy because rows straddle cache lines costs more
// than it gains. Meanwhile the memory fetches the rows that come next.
func trianglePanel[T Float](dst []float64, ldd int, x Matrix[T], d []float64, work []T, next []T) {
	p, n := x.Cols, x.Rows
	if most, every := narrowColumns[T](); p <= most && (p <= every || p%2 == 0) {
		fetch := newFetcher(next, &x.Data[0], n)
		ahead, step := fetch.next(n)
		narrow(dst, ldd, x, d, ahead, step)
		return
	}
	work = atLine(work)
	height, width, vector := tileShape[T]()
	asRows := layout{vector, vector}
	panel, packed := operand[T]{x.Data, x.Stride}, asRows
	if p >= packedColumns && vector > 1 {
		packed.gap = packedGap[T](vector)
		panel = packPanel(x, packed, work)
		work = work[packedElements(p):]
	}
	fetch := newFetcher(next, &x.Data[0], n*countTiles(p, height, width))
	for from := 0; from < p; from += width {
		to := min(from+width, p)
		stripe, layout := operand[T]{panel.data[packed.at(from):], panel.stride}, packed
		if d != nil {
			stripe, layout = packRows(stripe, packed, n, to-from, d, work), asRows
		}
		for top := 0; top < to; {
			rows := tileRows(min(height, to-top))
			column, diagonal := max(top, from), top >= from
			a := operand[T]{panel.data[packed.at(top):], panel.stride}
			ahead, step := fetch.next(n)
			if end := layout.vectorEnd(column-from) + from; end < to {
				b := operand[T]{stripe.data[layout.at(column-from):], stripe.stride}
				tile(dst[top*ldd+column:], ldd, a, b, layout.gap, n, rows, end-column, diagonal, ahead, step)
				column, diagonal = end, false
			}
			b := operand[T]{stripe.data[layout.at(column-from):], stripe.stride}
			tile(dst[top*ldd+column:], ldd, a, b, layout.gap, n, rows, to-column, diagonal, ahead, step)
			top += rows
		}
	}
}

// countTiles is about how many tiles a triangle has, never more.
func countTiles(p, height, width int) int {
	count := 0
	for from := 0; from < p; from += width {
		count += (min(from+width, p) + height - 1) / height
	}
	return count
}

// tileRows is the tallest tile, a power of two, of at most limit rows.
func tileRows(limit int) int {
	rows := 1
	for rows*2 <= limit {
		rows *= 2
	}
	return rows
}
