package kernels

// Dots computes one dot product a row,
//
//	dst[i] = Σ_j (X[i,j] − shift[j])·beta[j],
//
// that is η = Xβ. dst has X.Rows elements and is overwritten, beta has X.Cols,
// shift is nil or has X.Cols. The difference is rounded to T, all else is
// float64: |error| ≤ (p/8 + 12)·ε·Σ_j |X[i,j] − shift[j]|·|beta[j]| beyond the
// rounding of the differences.
func Dots[T Float](dst []float64, x Matrix[T], shift []T, beta []float64) {
	empty := x.check()
	if len(dst) != x.Rows {
		panic("kernels: length of dst is not the number of rows")
	}
	if len(beta) != x.Cols {
		panic("kernels: length of beta is not the number of columns")
	}
	checkShift(shift, x.Cols)
	if empty {
		clear(dst)
		return
	}
	switch {
	case oneCall(x):
		dots(dst, x, shift, beta)
		return
	case x.Cols > panel:
		longDots(dst, x, shift, beta)
		return
	}
	step := rowsPerCall(x.Cols)
	for lo := 0; lo < x.Rows; lo += step {
		hi := min(lo+step, x.Rows)
		dots(dst[lo:hi], x.Slice(lo, hi), shift, beta)
	}
}

// longDots adds the dot products of panels of columns from left to right.
func longDots[T Float](dst []float64, x Matrix[T], shift []T, beta []float64) {
	for i := range dst {
		row := x.Slice(i, i+1)
		var sum float64
		for lo := 0; lo < x.Cols; lo += panel {
			hi := min(lo+panel, x.Cols)
			dots(dst[i:i+1], row.columns(lo, hi), part(shift, lo, hi), beta[lo:hi])
			sum += dst[i]
		}
		dst[i] = sum
	}
}

// part is s[lo:hi], or nil if s is.
func part[T Float](s []T, lo, hi int) []T {
	if s == nil {
		return nil
	}
	return s[lo:hi]
}
