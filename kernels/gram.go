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
// It is Triangle(dst, ldd, x, x).
func Gram[T Float](dst []float64, ldd int, x Matrix[T]) {
	Triangle(dst, ldd, x, x)
}

// Triangle adds the upper triangle of the product of two matrices of the same
// shape,
//
//	dst[i*ldd+j] += Σ_r A[r,i]·B[r,j] for j ≥ i.
//
// dst is p×p with stride ldd; what is below its diagonal is not touched. a and
// b may be the same. Chains of PanelRows fused multiply-adds are in T, their
// sums in float64: |error| ≤ (PanelRows·ε_T + (n/PanelRows + 1)·ε)·Σ_r |A[r,i]·B[r,j]|,
// with ε_T of the data's type.
func Triangle[T Float](dst []float64, ldd int, a, b Matrix[T]) {
	empty := a.check()
	b.check()
	if a.Rows != b.Rows || a.Cols != b.Cols {
		panic("kernels: matrices of different shapes")
	}
	checkTriangle(dst, ldd, a.Cols)
	if empty {
		return
	}
	for lo := 0; lo < a.Rows; lo += PanelRows {
		hi := min(lo+PanelRows, a.Rows)
		trianglePanel(dst, ldd, a.Slice(lo, hi), b.Slice(lo, hi))
	}
}

func checkTriangle(dst []float64, ldd, p int) {
	if ldd < p {
		panic("kernels: stride of dst below the number of columns")
	}
	if p > 0 && len(dst) < (p-1)*ldd+p {
		panic("kernels: dst shorter than its triangle")
	}
}

// trianglePanel covers the triangle with tiles. The columns of b that a tile
// reads stay in the first-level cache while those of a pass by.
func trianglePanel[T Float](dst []float64, ldd int, a, b Matrix[T]) {
	p := a.Cols
	height, width := tileShape[T]()
	for left := 0; left < p; left += width {
		right := min(left+width, p)
		for top := 0; top < right; {
			rows := tileRows(min(height, right-top))
			from := max(top, left)
			tile(dst[top*ldd+from:], ldd, a.columns(top, top+rows), b.columns(from, right), top >= left)
			top += rows
		}
	}
}

// tileRows is the tallest tile, a power of two, of at most limit rows.
func tileRows(limit int) int {
	rows := 1
	for rows*2 <= limit {
		rows *= 2
	}
	return rows
}
