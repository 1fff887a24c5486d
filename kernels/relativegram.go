package kernels

// RelativeGram copies up to PanelRows rows and their targets as [Center] does, but
// less the first of them, whose numbers shift is set to, with −1 before them. It
// sets the upper triangle of the Gram matrix of the rows of dst,
//
//	gram[CenterWidth·i + j] = Σ_r dst[r,i]·dst[r,j] for i ≤ X.Cols and i ≤ j ≤ X.Cols + 1,
//
// all but the last row of it: the bits of [Gram]. The square of a column about its
// mean is at least the X.Rows-th part of that about any of its rows.
//
// gram has CenterWidth numbers for each of X.Cols + 1 rows; those that are not of
// the triangle are lost. next is memory that the caller reads next: it is fetched
// meanwhile, and may be nil. X is not changed; it is a pointer since to copy it
// would cost as much as some rows.
func RelativeGram(dst, shift, gram []float64, x *Matrix[float64], y, next []float64) {
	n, p, stride := x.Rows, x.Cols, x.Stride
	if !x.Valid() {
		panic(tooLong)
	}
	switch {
	case n < 1 || n > PanelRows || p > CenterColumns:
		panic("kernels: rows or columns of RelativeGram")
	case len(dst) != n*CenterWidth || len(shift) != CenterWidth || len(gram) != (p+1)*CenterWidth:
		panic("kernels: length of a result of RelativeGram")
	case len(y) != n:
		panic("kernels: length of y is not the number of rows")
	}
	data := y // nothing of it is read without a column
	if p > 0 {
		data = x.Data
	} else {
		stride = 0
	}
	ahead, step := &dst[0], 0
	switch {
	case len(next) == 0:
	case len(next) == n*stride: // rows of the same matrix
		ahead, step = &next[0], 8*stride
	default:
		ahead, step = &next[0], 8*len(next)/n
	}
	relativeGram(dst, shift, gram, data, y, n, p, stride, ahead, step)
}

// RowSquares is the sum of squares of the products of rows with a vector,
//
//	Σ_i e[i]², e[i] = Σ_j x[CenterWidth·i + j]·v[j],
//
// for rows and a v of CenterWidth numbers: the bits of [Dots] and [Dot]. The error
// of e[i] is at most 5·ε·Σ_j |x[CenterWidth·i+j]·v[j]|, that of the sum of squares
// (n/32 + 16)·ε of it.
func RowSquares(x, v []float64) float64 {
	const most = panel / CenterWidth
	n := len(x) / CenterWidth
	if n*CenterWidth != len(x) || n > most {
		panic("kernels: rows of RowSquares")
	}
	if len(v) != CenterWidth {
		panic("kernels: vectors of different lengths")
	}
	if n == 0 {
		return 0
	}
	return rowSquares(x, n, v)
}
