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
// It is Triangle(dst, ldd, x, x, work, nil).
func Gram[T Float](dst []float64, ldd int, x Matrix[T], work []T) {
	Triangle(dst, ldd, x, x, work, nil)
}

// Triangle adds the upper triangle of the product of two matrices of the same
// shape,
//
//	dst[i*ldd+j] += Σ_r A[r,i]·B[r,j] for j ≥ i.
//
// dst is p×p with stride ldd; what is below its diagonal is not touched. a and
// b may be the same. work has at least TriangleWork(p) elements; what it held
// is lost. next is memory that the caller reads next: it is fetched meanwhile,
// and may be nil. Chains of PanelRows fused multiply-adds are in T, their
// sums in float64: |error| ≤ (PanelRows·ε_T + (n/PanelRows + 1)·ε)·Σ_r |A[r,i]·B[r,j]|,
// with ε_T of the data's type.
func Triangle[T Float](dst []float64, ldd int, a, b Matrix[T], work, next []T) {
	empty := a.check()
	b.check()
	if a.Rows != b.Rows || a.Cols != b.Cols {
		panic("kernels: matrices of different shapes")
	}
	if len(work) < TriangleWork(a.Cols) {
		panic("kernels: work shorter than TriangleWork")
	}
	checkTriangle(dst, ldd, a.Cols)
	if empty {
		return
	}
	for lo := 0; lo < a.Rows; lo += PanelRows {
		hi := min(lo+PanelRows, a.Rows)
		ahead := b.after(hi)
		if ahead == nil {
			ahead = next
		}
		trianglePanel(dst, ldd, a.Slice(lo, hi), b.Slice(lo, hi), work, ahead)
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

// trianglePanel covers the triangle with tiles, from matrices of up to
// PanelRows rows. The columns of b that a tile reads stay in the first-level
// cache while those of a pass by. Meanwhile the memory fetches the rows that
// come next.
func trianglePanel[T Float](dst []float64, ldd int, a, b Matrix[T], work []T, next []T) {
	p, n := a.Cols, a.Rows
	if p <= narrowColumns[T]() && (p <= 16 || p%2 == 0) {
		fetch := newFetcher(next, &b.Data[0], n)
		ahead, step := fetch.next(n)
		narrow(dst, ldd, a, b, ahead, step)
		return
	}
	height, width, vector := tileShape[T]()
	left, right := rowMajor(a, vector), rowMajor(b, vector)
	if p >= packedColumns && vector > 1 {
		left, right = packBoth(a, b, vector, work)
	}
	fetch := newFetcher(next, &b.Data[0], n*countTiles(p, height, width))
	for from := 0; from < p; from += width {
		to := min(from+width, p)
		for top := 0; top < to; {
			rows := tileRows(min(height, to-top))
			column, diagonal := max(top, from), top >= from
			ahead, step := fetch.next(n)
			if end := right.vectorEnd(column); end < to {
				tile(dst[top*ldd+column:], ldd, left.from(top), right.from(column), n, rows, end-column, diagonal, ahead, step)
				column, diagonal = end, false
			}
			tile(dst[top*ldd+column:], ldd, left.from(top), right.from(column), n, rows, to-column, diagonal, ahead, step)
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
