package blas

import "gonum.org/v1/gonum/blas"

// Dsymv computes y = alpha·A·x + beta·y, where A is symmetric and one triangle
// of it is read, once: row by row, alpha times its dot product with x is added
// to one element of y, and it times alpha·x[i] to others.
func (Implementation) Dsymv(ul blas.Uplo, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	symv(ul, n, alpha, a, lda, x, incX, beta, y, incY)
}

// Ssymv is Dsymv for float32.
func (Implementation) Ssymv(ul blas.Uplo, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	symv(ul, n, alpha, a, lda, x, incX, beta, y, incY)
}

func symv[T float](ul blas.Uplo, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) {
	isLower := lower(ul)
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
	checkLength(len(a), n, n, lda, shortA)
	checkVector(len(x), n, incX, shortX)
	checkVector(len(y), n, incY, shortY)
	if beta != 1 {
		scalOf(n, beta, y, max(incY, -incY))
	}
	if alpha == 0 {
		return
	}
	xs, ys := newLine(x, n, incX), newLine(y, n, incY)
	for i, v := range xs.data {
		lo, hi := i, n
		if isLower {
			lo, hi = 0, i+1
		}
		row := a[i*lda+lo : i*lda+hi]
		ys.data[i] = merge(alpha, dot(row, xs.data[lo:hi]), 1, ys.data[i])
		if isLower {
			axpy(ys.data[:i], alpha*v, row[:i])
		} else {
			axpy(ys.data[i+1:], alpha*v, row[1:])
		}
	}
	xs.release()
	ys.store(y, n, incY)
}
