package blas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dger adds alpha·x·yᵀ to A, m×n: products of alpha and x are rounded, and y times
// them is added, fused, but to up to 16 numbers rounded.
func (i Implementation) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	if incX == 1 && incY == 1 && alpha != 0 && plainMatrix(m, n, len(x), len(y), len(a), lda) {
		if m*n <= fewNumbers {
			fewAdd(alpha, x[:m], y[:n], a, lda)
			return
		}
		kernels.RowAxpys(a, lda, y, 0, alpha, x[:m], n, 0)
		return
	}
	ger(i.Threads, m, n, alpha, x, incX, y, incY, a, lda)
}

// Sger is Dger for float32.
func (i Implementation) Sger(m, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	if incX == 1 && incY == 1 && alpha != 0 && plainMatrix(m, n, len(x), len(y), len(a), lda) {
		if m*n <= fewNumbers {
			fewAdd(alpha, x[:m], y[:n], a, lda)
			return
		}
		kernels.RowAxpys(a, lda, y, 0, alpha, x[:m], n, 0)
		return
	}
	ger(i.Threads, m, n, alpha, x, incX, y, incY, a, lda)
}

// Dsyr adds alpha·x·xᵀ to a triangle of A, as Dger does; of up to ten rows,
// products of alpha·x and x are rounded.
func (i Implementation) Dsyr(ul blas.Uplo, n int, alpha float64, x []float64, incX int, a []float64, lda int) {
	if incX == 1 && n <= fewest && alpha != 0 && plainPair(ul, n, len(x), len(x), len(a), lda) {
		fewAddOuter(ul == blas.Lower, alpha, x[:n], a, lda)
		return
	}
	syr(i.Threads, ul, n, alpha, x, incX, a, lda)
}

// Ssyr is Dsyr for float32.
func (i Implementation) Ssyr(ul blas.Uplo, n int, alpha float32, x []float32, incX int, a []float32, lda int) {
	if incX == 1 && n <= fewest && alpha != 0 && plainPair(ul, n, len(x), len(x), len(a), lda) {
		fewAddOuter(ul == blas.Lower, alpha, x[:n], a, lda)
		return
	}
	syr(i.Threads, ul, n, alpha, x, incX, a, lda)
}

// Dsyr2 adds alpha·x·yᵀ to a triangle of A, then alpha·y·xᵀ, as Dger does. Up to
// ten rows get the sum of both, whose products are rounded.
func (i Implementation) Dsyr2(ul blas.Uplo, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	if incX == 1 && incY == 1 && n <= fewest && alpha != 0 && plainPair(ul, n, len(x), len(y), len(a), lda) {
		fewAddBoth(ul == blas.Lower, alpha, x[:n], y[:n], a, lda)
		return
	}
	syr2(i.Threads, ul, n, alpha, x, incX, y, incY, a, lda)
}

// Ssyr2 is Dsyr2 for float32.
func (i Implementation) Ssyr2(ul blas.Uplo, n int, alpha float32, x []float32, incX int, y []float32, incY int, a []float32, lda int) {
	if incX == 1 && incY == 1 && n <= fewest && alpha != 0 && plainPair(ul, n, len(x), len(y), len(a), lda) {
		fewAddBoth(ul == blas.Lower, alpha, x[:n], y[:n], a, lda)
		return
	}
	syr2(i.Threads, ul, n, alpha, x, incX, y, incY, a, lda)
}

func ger[T float](threads int, m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
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
		addOuter(threads, whole, m, n, alpha, x[:m], y[:n], a, lda)
		return
	}
	xs, ys := newLine(x, m, incX), newLine(y, n, incY)
	addOuter(threads, whole, m, n, alpha, xs.data, ys.data, a, lda)
	xs.release()
	ys.release()
}

// fewest is up to how many rows a triangle is updated number by number, with every
// product and every sum rounded.
const fewest = 10

// fewNumbers is up to how many numbers of a matrix that is the same.
const fewNumbers = 16

func fewAdd[T float](alpha T, x, y, a []T, lda int) {
	for i, v := range x {
		v, row := T(alpha*v), a[i*lda:][:len(y)]
		for j, w := range y {
			row[j] += T(v * w)
		}
	}
}

func fewAddOuter[T float](isLower bool, alpha T, x, a []T, lda int) {
	for i, v := range x {
		from, to := i, len(x)
		if isLower {
			from, to = 0, i+1
		}
		v, row, x := T(alpha*v), a[i*lda+from:i*lda+to], x[from:to]
		x = x[:len(row)]
		for j := range row {
			row[j] += T(v * x[j])
		}
	}
}

func fewAddBoth[T float](isLower bool, alpha T, x, y, a []T, lda int) {
	y = y[:len(x)]
	for i := range x {
		from, to := i, len(x)
		if isLower {
			from, to = 0, i+1
		}
		v, w, row, x, y := T(alpha*x[i]), T(alpha*y[i]), a[i*lda+from:i*lda+to], x[from:to], y[from:to]
		x, y = x[:len(row)], y[:len(row)]
		for j := range row {
			row[j] += T(v*y[j]) + T(w*x[j])
		}
	}
}

// addOuter adds alpha·x·yᵀ to a region of A, on as many goroutines as it is worth.
func addOuter[T float](threads int, r region, m, n int, alpha T, x, y, a []T, lda int) {
	switch {
	case r == whole && m*n <= fewNumbers:
		fewAdd(alpha, x, y, a, lda)
		return
	case r != whole && n <= fewest:
		fewAddOuter(r == below, alpha, x, a, lda)
		return
	}
	var o outer[T]
	o.region, o.m, o.n, o.alpha, o.a, o.lda = r, m, n, alpha, a, lda
	if m*n < parallelMatrix || crew(threads) == 1 {
		o.rows(0, m, x, y)
		return
	}
	shared := o // so that one that is not shared does not escape
	threads = crew(threads)
	step := divide(m, claims*threads, 8)
	share(threads, (m+step-1)/step, func(task int) { shared.rows(task*step, min((task+1)*step, m), x, y) })
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

func syr[T float](threads int, ul blas.Uplo, n int, alpha T, x []T, incX int, a []T, lda int) {
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
		addOuter(threads, region, n, n, alpha, x[:n], x[:n], a, lda)
		return
	}
	xs := newLine(x, n, incX)
	addOuter(threads, region, n, n, alpha, xs.data, xs.data, a, lda)
	xs.release()
}

func syr2[T float](threads int, ul blas.Uplo, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
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
		addBoth(threads, region, n, alpha, x[:n], y[:n], a, lda)
		return
	}
	xs, ys := newLine(x, n, incX), newLine(y, n, incY)
	addBoth(threads, region, n, alpha, xs.data, ys.data, a, lda)
	xs.release()
	ys.release()
}

// addBoth adds alpha·x·yᵀ to a triangle, then alpha·y·xᵀ.
func addBoth[T float](threads int, r region, n int, alpha T, x, y, a []T, lda int) {
	if n <= fewest {
		fewAddBoth(r == below, alpha, x, y, a, lda)
		return
	}
	var o outer[T]
	o.region, o.m, o.n, o.alpha, o.a, o.lda = r, n, n, alpha, a, lda
	if n*n < parallelMatrix || crew(threads) == 1 {
		o.both(0, n, x, y)
		return
	}
	shared := o
	threads = crew(threads)
	step := divide(n, claims*threads, 8)
	share(threads, (n+step-1)/step, func(task int) { shared.both(task*step, min((task+1)*step, n), x, y) })
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
