package blas

import (
	"runtime"

	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dger adds alpha·x·yᵀ to A, m×n: products of alpha and x are rounded, and y times
// them is added, fused.
func (Implementation) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	ger(m, n, alpha, x, incX, y, incY, a, lda)
}

// Sger is Dger for float32.
func (Implementation) Sger(m, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	ger(m, n, alpha, x, incX, y, incY, a, lda)
}

// Dsyr adds alpha·x·xᵀ to a triangle of A, as Dger does.
func (Implementation) Dsyr(ul blas.Uplo, n int, alpha float64, x []float64, incX int, a []float64, lda int) {
	syr(ul, n, alpha, x, incX, a, lda)
}

// Ssyr is Dsyr for float32.
func (Implementation) Ssyr(ul blas.Uplo, n int, alpha float32, x []float32, incX int, a []float32, lda int) {
	syr(ul, n, alpha, x, incX, a, lda)
}

// Dsyr2 adds alpha·x·yᵀ to a triangle of A, then alpha·y·xᵀ.
func (Implementation) Dsyr2(ul blas.Uplo, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	syr2(ul, n, alpha, x, incX, y, incY, a, lda)
}

// Ssyr2 is Dsyr2 for float32.
func (Implementation) Ssyr2(ul blas.Uplo, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	syr2(ul, n, alpha, x, incX, y, incY, a, lda)
}

func ger[T float](m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
	checkDimensions(m, n)
	checkStride(lda, n, badLdA)
	if incX == 0 {
		panic(zeroIncX)
	}
	if incY == 0 {
		panic(zeroIncY)
	}
	if m == 0 || n == 0 {
		return
	}
	checkVector(len(x), m, incX, shortX)
	checkVector(len(y), n, incY, shortY)
	checkLength(len(a), m, n, lda, shortA)
	if alpha == 0 {
		return
	}
	if incX == 1 && incY == 1 {
		addOuter(whole, m, n, alpha, x[:m], y[:n], a, lda)
		return
	}
	xs, ys := newLine(x, m, incX), newLine(y, n, incY)
	addOuter(whole, m, n, alpha, xs.data, ys.data, a, lda)
	xs.release()
	ys.release()
}

// addOuter adds alpha·x·yᵀ to a region of A, on as many goroutines as it is worth.
func addOuter[T float](r region, m, n int, alpha T, x, y, a []T, lda int) {
	var o outer[T]
	o.region, o.m, o.n, o.alpha, o.a, o.lda = r, m, n, alpha, a, lda
	if m*n < parallelMatrix || alone() {
		o.rows(0, m, x, y)
		return
	}
	shared := o // so that one that is not shared does not escape
	step := divide(m, 3*runtime.GOMAXPROCS(0), 8)
	share((m+step-1)/step, func(task int) { shared.rows(task*step, min((task+1)*step, m), x, y) })
}

type outer[T float] struct {
	region region
	m, n   int
	alpha  T
	a      []T
	lda    int
}

// rows does rows lo to hi of A.
func (o *outer[T]) rows(lo, hi int, x, y []T) {
	switch o.region {
	case upper:
		kernels.RowAxpys(o.a[lo*o.lda+lo:], o.lda+1, y[lo:], 1, o.alpha, x[lo:hi], o.n-lo, -1)
	case below:
		kernels.RowAxpys(o.a[lo*o.lda:], o.lda, y, 0, o.alpha, x[lo:hi], lo+1, 1)
	default:
		kernels.RowAxpys(o.a[lo*o.lda:], o.lda, y, 0, o.alpha, x[lo:hi], o.n, 0)
	}
}

func syr[T float](ul blas.Uplo, n int, alpha T, x []T, incX int, a []T, lda int) {
	region := triangleOf(ul)
	if n < 0 {
		panic(nLT0)
	}
	checkStride(lda, n, badLdA)
	if incX == 0 {
		panic(zeroIncX)
	}
	if n == 0 {
		return
	}
	checkVector(len(x), n, incX, shortX)
	checkLength(len(a), n, n, lda, shortA)
	if alpha == 0 {
		return
	}
	if incX == 1 {
		addOuter(region, n, n, alpha, x[:n], x[:n], a, lda)
		return
	}
	xs := newLine(x, n, incX)
	addOuter(region, n, n, alpha, xs.data, xs.data, a, lda)
	xs.release()
}

func syr2[T float](ul blas.Uplo, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
	region := triangleOf(ul)
	if n < 0 {
		panic(nLT0)
	}
	checkStride(lda, n, badLdA)
	if incX == 0 {
		panic(zeroIncX)
	}
	if incY == 0 {
		panic(zeroIncY)
	}
	if n == 0 {
		return
	}
	checkVector(len(x), n, incX, shortX)
	checkVector(len(y), n, incY, shortY)
	checkLength(len(a), n, n, lda, shortA)
	if alpha == 0 {
		return
	}
	if incX == 1 && incY == 1 {
		addBoth(region, n, alpha, x[:n], y[:n], a, lda)
		return
	}
	xs, ys := newLine(x, n, incX), newLine(y, n, incY)
	addBoth(region, n, alpha, xs.data, ys.data, a, lda)
	xs.release()
	ys.release()
}

// addBoth adds alpha·x·yᵀ to a triangle, then alpha·y·xᵀ.
func addBoth[T float](r region, n int, alpha T, x, y, a []T, lda int) {
	var o outer[T]
	o.region, o.m, o.n, o.alpha, o.a, o.lda = r, n, n, alpha, a, lda
	if n*n < parallelMatrix || alone() {
		o.both(0, n, x, y)
		return
	}
	shared := o
	step := divide(n, 3*runtime.GOMAXPROCS(0), 8)
	share((n+step-1)/step, func(task int) { shared.both(task*step, min((task+1)*step, n), x, y) })
}

// both does rows lo to hi, some at a time that stay in the first-level cache.
func (o *outer[T]) both(lo, hi int, x, y []T) {
	some := max(1<<11/o.n, 1)
	for ; lo < hi; lo += some {
		end := min(lo+some, hi)
		o.rows(lo, end, x, y)
		o.rows(lo, end, y, x)
	}
}
