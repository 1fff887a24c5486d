package blas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dger adds alpha·x·yᵀ to A, m×n: products of x and y are rounded, and alpha
// times them is added, fused.
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
	xs, ys := newLine(x, m, incX), newLine(y, n, incY)
	addOuter(whole, m, n, alpha, xs.data, ys.data, a, lda)
	xs.release()
	ys.release()
}

// addOuter adds alpha·x·yᵀ to a region of A: a product with one column of A.
func addOuter[T float](r region, m, n int, alpha T, x, y, a []T, lda int) {
	if r == whole && m*n < parallelMatrix {
		height, width, _ := kernels.GemmShape[T]()
		for i := 0; i < m; i += height {
			kernels.Gemm(a[i*lda:], lda, x[i:], 1, 1, y, n, width, 1, min(height, m-i), n, alpha, 1)
		}
		return
	}
	p := product[T]{m: m, n: n, k: 1, alpha: alpha, beta: 1, a: view(x, 1, false), b: view(y, n, false), c: a, ldc: lda, region: r}
	p.run()
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
	xs, ys := newLine(x, n, incX), newLine(y, n, incY)
	addOuter(region, n, n, alpha, xs.data, ys.data, a, lda)
	addOuter(region, n, n, alpha, ys.data, xs.data, a, lda)
	xs.release()
	ys.release()
}
