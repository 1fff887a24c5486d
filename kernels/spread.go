package kernels

// Spread adds what one read of some rows tells of the gradient and of the spread of
// their columns. With t = X[i,j] − shift[j] and p = X.Cols,
//
//	dst[j] += Σ_i t·r[i],   dst[p+j] += Σ_i t·d[i],   dst[2p+j] += Σ_i t²·d[i].
//
// dst has 3p elements, r and d have X.Rows, shift is nil or has p. The difference is
// rounded to T, all else is float64. Each is a sum as in [Update], with its error;
// that of a square adds a rounding. Calls that divide the rows at multiples of
// [UpdateRows] return the bits of a single call.
func Spread[T Float](dst []float64, x Matrix[T], shift []T, r, d []float64) {
	empty := x.check()
	if len(dst) != 3*x.Cols {
		panic("kernels: length of dst is not three times the number of columns")
	}
	if len(r) != x.Rows || len(d) != x.Rows {
		panic("kernels: length of r or d is not the number of rows")
	}
	checkShift(shift, x.Cols)
	if empty {
		return
	}
	if x.Rows == 1 {
		x.Stride = x.Cols // of one row it may be anything, and the kernel looks ahead by it
	}
	for left := 0; left < x.Cols; left += updateColumns {
		right := min(left+updateColumns, x.Cols)
		step := rowsPerCall(right - left)
		for lo := 0; lo < x.Rows; lo += step {
			hi := min(lo+step, x.Rows)
			spread(dst[left:], x.Cols, x.Slice(lo, hi).columns(left, right), part(shift, left, right), r[lo:hi], d[lo:hi])
		}
	}
}
