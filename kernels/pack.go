package kernels

// Pack copies a matrix row by row, centered and scaled on the way,
//
//	dst[i,j] = d[i]·(X[i,j] − shift[j]).
//
// dst has the shape of x. shift is nil or has X.Cols elements, d is nil or has
// X.Rows. The weight, the difference and the product are rounded to T.
func Pack[T Float](dst, x Matrix[T], shift []T, d []float64) {
	empty := x.check()
	dst.check()
	if dst.Rows != x.Rows || dst.Cols != x.Cols {
		panic("kernels: matrices of different shapes")
	}
	checkShift(shift, x.Cols)
	if d != nil && len(d) != x.Rows {
		panic("kernels: length of d is not the number of rows")
	}
	if empty {
		return
	}
	if oneCall(x) {
		pack(dst, x, shift, d)
		return
	}
	for left := 0; left < x.Cols; left += panel {
		right := min(left+panel, x.Cols)
		step := rowsPerCall(right - left)
		for lo := 0; lo < x.Rows; lo += step {
			hi := min(lo+step, x.Rows)
			pack(dst.Slice(lo, hi).columns(left, right), x.Slice(lo, hi).columns(left, right),
				part(shift, left, right), part(d, lo, hi))
		}
	}
}
