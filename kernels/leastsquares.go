package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

// LeastSquares is the gradient of half a weighted sum of squares, from one read
// of the rows. With residuals
//
//	e[i] = (alpha + Σ_j (X[i,j] − shift[j])·beta[j]) − y[i]
//
// it adds a transposed product,
//
//	dst[j] += Σ_i (X[i,j] − shift[j])·w[i]·e[i]
//
// and returns sum = Σ_i w[i]·e[i] and half = Σ_i ½w[i]·e[i]². The products are
// those of [Dots] and [Update], with their bounds; sum and half are those of [Sum]
// over every [PanelRows] rows, added up from the first on. Without y nothing is
// subtracted, which makes it a product with Xᵀdiag(w)X; without w every weight is
// 1. dst and beta have X.Cols elements, y and w are nil or have X.Rows, shift is
// nil or has X.Cols.
func LeastSquares[T Float](dst []float64, x Matrix[T], shift []T, beta []float64, alpha float64, y []T, w []float64) (sum, half float64) {
	x.check()
	if len(dst) != x.Cols {
		panic("kernels: length of dst is not the number of columns")
	}
	if len(beta) != x.Cols {
		panic("kernels: length of beta is not the number of columns")
	}
	if y != nil && len(y) != x.Rows {
		panic("kernels: length of y is not the number of rows")
	}
	if w != nil && len(w) != x.Rows {
		panic("kernels: length of w is not the number of rows")
	}
	checkShift(shift, x.Cols)
	const most = 8 * PanelRows // whose sums lie on the stack
	for lo := 0; lo < x.Rows; lo += most {
		hi := min(lo+most, x.Rows)
		var sums [most / PanelRows * 2 * UpdateRows]float64
		squares(dst, sums[:], x.Slice(lo, hi), shift, beta, alpha, part(y, lo, hi), part(w, lo, hi))
		for panel := range (hi - lo + PanelRows - 1) / PanelRows {
			lanes := sums[panel*2*UpdateRows:]
			sum += ref.Fold(lanes)
			half += ref.Fold(lanes[UpdateRows:])
		}
	}
	return sum, half
}

// squares adds to the 16 lanes of every panel.
func squares[T Float](dst, sums []float64, x Matrix[T], shift []T, beta []float64, alpha float64, y []T, w []float64) {
	first := 0
	if x.Cols > 0 && x.Cols <= updateColumns {
		step := squaresPerCall(x.Cols)
		for whole := x.Rows &^ (UpdateRows - 1); first < whole; first += step {
			last := min(first+step, whole)
			leastSquares(dst, sums[first/PanelRows*2*UpdateRows:], x.Slice(first, last), shift, beta, alpha, part(y, first, last), part(w, first, last))
		}
		first = min(first, x.Rows&^(UpdateRows-1))
	}
	// Rows that are too long for a call, or too few.
	for ; first < x.Rows; first += UpdateRows {
		last := min(first+UpdateRows, x.Rows)
		var e [UpdateRows]float64
		group, rows := e[:last-first], x.Slice(first, last)
		Dots(group, rows, shift, beta)
		ref.Residuals(group, sums[first/PanelRows*2*UpdateRows:], alpha, part(y, first, last), part(w, first, last))
		Update(dst, rows, shift, group)
	}
}

// squaresPerCall is how many rows of p columns a call takes: whole panels, or a
// part of one that is a power of two.
func squaresPerCall(p int) int {
	rows := rowsPerCall(p)
	if rows >= PanelRows {
		return rows / PanelRows * PanelRows
	}
	step := UpdateRows
	for 2*step <= rows {
		step *= 2
	}
	return step
}
