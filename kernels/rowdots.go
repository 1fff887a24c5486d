package kernels

// RowDots computes one dot product a row in the data's own type, dst[i] =
// Σ_j A[i,j]·x[j]. dst has A.Rows elements and is overwritten, x has A.Cols.
// |error| ≤ (p/32 + 16)·ε·Σ_j |A[i,j]|·|x[j]| with T's ε.
func RowDots[T Float](dst []T, a Matrix[T], x []T) {
	empty := a.check()
	if len(dst) != a.Rows {
		panic("kernels: length of dst is not the number of rows")
	}
	if len(x) != a.Cols {
		panic("kernels: length of x is not the number of columns")
	}
	if empty {
		clear(dst)
		return
	}
	if a.Cols > panel {
		for i := range dst {
			dst[i] = Dot(a.Row(i), x)
		}
		return
	}
	step := rowsPerCall(a.Cols)
	for lo := 0; lo < a.Rows; lo += step {
		hi := min(lo+step, a.Rows)
		rowDots(dst[lo:hi], a.Data[lo*a.Stride:], hi-lo, a.Cols, a.Stride, x)
	}
}

// Dot is Σ_i x[i]·y[i] in T, as [RowDots] has it; panels of 16384 elements are
// added from left to right. x and y have the same length.
func Dot[T Float](x, y []T) T {
	if len(x) != len(y) {
		panic("kernels: vectors of different lengths")
	}
	var total [1]T
	if len(x) == 0 {
		return 0
	}
	if len(x) <= panel {
		rowDots(total[:], x, 1, len(x), len(x), y)
		return total[0]
	}
	var sum T
	for lo := 0; lo < len(x); lo += panel {
		hi := min(lo+panel, len(x))
		rowDots(total[:], x[lo:hi], 1, hi-lo, hi-lo, y[lo:hi])
		sum += total[0]
	}
	return sum
}
