package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

// UpdateRows is how many rows of a group [Update] adds up before it adds them
// to dst: calls that divide the rows of a matrix at multiples of it return
// the bits of a single call.
const UpdateRows = ref.UpdateRows

// updateColumns is how many columns a call takes at most, so that it takes
// whole groups.
const updateColumns = panel / UpdateRows

// Update adds a transposed product,
//
//	dst[j] += Σ_i (X[i,j] − shift[j])·r[i],
//
// that is g += Xᵀr. dst has X.Cols elements, r has X.Rows, shift is nil or has
// X.Cols. The difference is rounded to T, all else is float64:
// |error| ≤ (n/8 + 9)·ε·(|dst[j]| + Σ_i |X[i,j] − shift[j]|·|r[i]|) beyond the
// rounding of the differences.
func Update[T Float](dst []float64, x Matrix[T], shift []T, r []float64) {
	empty := x.check()
	if len(dst) != x.Cols {
		panic("kernels: length of dst is not the number of columns")
	}
	if len(r) != x.Rows {
		panic("kernels: length of r is not the number of rows")
	}
	checkShift(shift, x.Cols)
	if empty {
		return
	}
	if x.Cols <= updateColumns && oneCall(x) {
		update(dst, x, shift, r)
		return
	}
	for left := 0; left < x.Cols; left += updateColumns {
		right := min(left+updateColumns, x.Cols)
		step := rowsPerCall(right - left)
		for lo := 0; lo < x.Rows; lo += step {
			hi := min(lo+step, x.Rows)
			update(dst[left:right], x.Slice(lo, hi).columns(left, right), part(shift, left, right), r[lo:hi])
		}
	}
}
