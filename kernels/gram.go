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
	if narrowTakes[T](x.Cols) {
		narrowPanels(dst, ldd, x, d, next)
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
