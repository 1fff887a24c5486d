package kernels

import "unsafe"

// RowDots computes a dot product a row, as [Dot] does, and merges it,
//
//	dst[i] = fma(alpha, Σ_j a[i·stride+j]·x[i·shift+j], beta·dst[i])
//
// for every i of dst, with j below columns + i·step: rows of a matrix with
// step = shift = 0, of a lower triangle with step = 1, of an upper one with step
// = −1 and shift = 1. If beta is zero, dst is not read. dst[i] may be an element of
// x that no later row reads.
func RowDots[T Float](dst []T, alpha, beta T, a []T, stride, columns, step int, x []T, shift int) {
	n := len(dst)
	if n == 0 {
		return
	}
	widest := checkRows(n, columns, step, len(a), stride, len(x), shift)
	if n*widest > panel {
		longRowDots(dst, alpha, beta, a, stride, columns, step, widest, x, shift)
		return
	}
	rowDots(unsafe.SliceData(dst), alpha, beta, unsafe.SliceData(a), n, stride, columns, step, unsafe.SliceData(x), shift)
}

func longRowDots[T Float](dst []T, alpha, beta T, a []T, stride, columns, step, widest int, x []T, shift int) {
	if widest > panel {
		for i := range dst {
			end := columns + i*step
			dst[i] = Merge(alpha, Dot(a[i*stride:][:end], x[i*shift:][:end]), beta, dst[i])
		}
		return
	}
	n, rows := len(dst), panel/widest
	for lo := 0; lo < n; lo += rows {
		rowDots(&dst[lo], alpha, beta, unsafe.SliceData(a[lo*stride:]), min(rows, n-lo), stride, columns+lo*step, step, unsafe.SliceData(x[lo*shift:]), shift)
	}
}

// RowAxpys adds multiples of rows to rows,
//
//	dst[i·ldd+j] = fma(alpha·w[i], x[i·ldx+j], dst[i·ldd+j])
//
// for every i of w, one row after the other, with j below columns + i·step;
// alpha·w[i] is rounded. With ldd = 0 all are added to one row, with ldx = 0 one
// to all. dst overlaps neither x nor w.
func RowAxpys[T Float](dst []T, ldd int, x []T, ldx int, alpha T, w []T, columns, step int) {
	n := len(w)
	if n == 0 {
		return
	}
	widest := checkRows(n, columns, step, len(dst), ldd, len(x), ldx)
	if n*widest > panel/2 {
		longRowAxpys(dst, ldd, x, ldx, alpha, w, columns, step, widest)
		return
	}
	rowAxpys(unsafe.SliceData(dst), ldd, unsafe.SliceData(x), ldx, alpha, unsafe.SliceData(w), n, columns, step)
}

func longRowAxpys[T Float](dst []T, ldd int, x []T, ldx int, alpha T, w []T, columns, step, widest int) {
	if widest > panel/2 {
		for i, v := range w {
			end := columns + i*step
			Axpy(dst[i*ldd:][:end], T(alpha*v), x[i*ldx:][:end])
		}
		return
	}
	n, rows := len(w), panel/2/widest
	for lo := 0; lo < n; lo += rows {
		rowAxpys(unsafe.SliceData(dst[lo*ldd:]), ldd, unsafe.SliceData(x[lo*ldx:]), ldx, alpha, &w[lo], min(rows, n-lo), columns+lo*step, step)
	}
}

// span is n rows, a stride apart, from a pointer on, for kernels in Go. The
// first or the last reaches farthest.
func span[T Float](p *T, n, stride, first, last int) []T {
	return unsafe.Slice(p, max(first, (n-1)*stride+last))
}

// checkRows panics unless n rows, whose lengths change by step, lie within two
// slices with a stride each. It is how long the longest is.
func checkRows(n, columns, step, lengthA, strideA, lengthB, strideB int) (widest int) {
	last := columns + (n-1)*step
	if columns < 0 || last < 0 || strideA < 0 || strideB < 0 {
		panic("kernels: negative dimension")
	}
	if lengthA < columns || lengthA < (n-1)*strideA+last || lengthB < columns || lengthB < (n-1)*strideB+last {
		panic("kernels: rows longer than their data")
	}
	return max(columns, last)
}
