package blas

import "gonum.org/v1/gonum/blas"

// Dtrmv computes x = op(A)·x, where A is triangular: by dot products of rows, or
// for Aᵀ by adding rows.
func (Implementation) Dtrmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	triangularVector(false, ul, tA, d, n, a, lda, x, incX)
}

// Strmv is Dtrmv for float32.
func (Implementation) Strmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float32, lda int, x []float32, incX int) {
	triangularVector(false, ul, tA, d, n, a, lda, x, incX)
}

// Dtrsv solves op(A)·x = b, where A is triangular and x holds b: by dot products
// of rows, or for Aᵀ by subtracting rows. Whether A is singular is not looked at.
func (Implementation) Dtrsv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	triangularVector(true, ul, tA, d, n, a, lda, x, incX)
}

// Strsv is Dtrsv for float32.
func (Implementation) Strsv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float32, lda int, x []float32, incX int) {
	triangularVector(true, ul, tA, d, n, a, lda, x, incX)
}

func triangularVector[T float](solve bool, ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []T, lda int, x []T, incX int) {
	isLower, trans, isUnit := lower(ul), transposed(tA), unit(d)
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
	checkLength(len(a), n, n, lda, shortA)
	checkVector(len(x), n, incX, shortX)
	xs := newLine(x, n, incX)
	// A row of an upper triangle is multiplied before what it needs changes,
	// which is below; a solution needs what is below first. A transpose and a
	// lower triangle turn this around.
	backward := (isLower != trans) != solve
	for step := range n {
		i := step
		if backward {
			i = n - 1 - step
		}
		row, others := a[i*lda+i+1:i*lda+n], xs.data[i+1:]
		if isLower {
			row, others = a[i*lda:i*lda+i], xs.data[:i]
		}
		v, own := xs.data[i], T(1)
		if !isUnit {
			own = a[i*lda+i]
		}
		switch {
		case solve && trans:
			v /= own
			axpy(others, -v, row)
		case solve:
			v = (v - dot(row, others)) / own
		case trans:
			axpy(others, v, row)
			v = T(v * own)
		default:
			v = T(v*own) + dot(row, others)
		}
		xs.data[i] = v
	}
	xs.store(x, n, incX)
}
