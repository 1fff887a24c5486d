package blas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dsymv computes y = alpha·A·x + beta·y, where A is symmetric and one triangle
// of it is read, once: eight rows at a time, the block on the diagonal number by
// number, what is beside it as kernels.RowDots and, transposed, kernels.Gemm.
func (Implementation) Dsymv(ul blas.Uplo, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	if incX == 1 && incY == 1 && n <= lastBlock && alpha != 0 && plainPair(ul, n, len(x), len(y), len(a), lda) {
		scaleBy(beta, y[:n])
		symmetricBlock(ul == blas.Lower, alpha, a, lda, x[:n], y[:n])
		return
	}
	symv(ul, n, alpha, a, lda, x, incX, beta, y, incY)
}

// Ssymv is Dsymv for float32.
func (Implementation) Ssymv(ul blas.Uplo, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	if incX == 1 && incY == 1 && n <= lastBlock && alpha != 0 && plainPair(ul, n, len(x), len(y), len(a), lda) {
		scaleBy(beta, y[:n])
		symmetricBlock(ul == blas.Lower, alpha, a, lda, x[:n], y[:n])
		return
	}
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
	switch {
	case incY == 1:
		scaleBy(beta, y[:n])
	case beta != 1:
		scalOf(n, beta, y, max(incY, -incY))
	}
	if alpha == 0 {
		return
	}
	if incX == 1 && incY == 1 {
		addSymmetric(isLower, n, alpha, a, lda, x[:n], y[:n])
		return
	}
	xs, ys := newLine(x, n, incX), newLine(y, n, incY)
	addSymmetric(isLower, n, alpha, a, lda, xs.data, ys.data)
	xs.release()
	ys.store(y, n, incY)
}

// addSymmetric adds alpha·A·x to y.
func addSymmetric[T float](isLower bool, n int, alpha T, a []T, lda int, x, y []T) {
	hi := 0
	for lo := 0; lo < n; lo = hi {
		hi = blockEnd(lo, n)
		symmetricBlock(isLower, alpha, a[lo*(lda+1):], lda, x[lo:hi], y[lo:hi])
		from, to := hi, n
		if isLower {
			from, to = 0, lo
		}
		if from < to {
			rows := a[lo*lda+from:]
			kernels.RowDots(y[lo:hi], alpha, 1, rows, lda, to-from, 0, x[from:to], 0)
			addRows(y[from:to], alpha, x[lo:hi], rows, lda, 1)
		}
	}
}

// symmetricBlock is addSymmetric number by number.
func symmetricBlock[T float](isLower bool, alpha T, a []T, lda int, x, y []T) {
	y = y[:len(x)]
	for i, own := range x {
		from, to := i+1, len(x)
		if isLower {
			from, to = 0, i
		}
		row, with, into := a[i*lda+from:i*lda+to], x[from:to], y[from:to]
		with, into = with[:len(row)], into[:len(row)]
		v, sum := T(alpha*own), T(a[i*lda+i]*own)
		for j, r := range row {
			sum += T(r * with[j])
			into[j] += T(v * r)
		}
		y[i] += T(alpha * sum)
	}
}
