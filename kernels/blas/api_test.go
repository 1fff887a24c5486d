package blas_test

import (
	gonumblas "gonum.org/v1/gonum/blas"
)

type float interface{ float32 | float64 }

type (
	transpose = gonumblas.Transpose
	uplo      = gonumblas.Uplo
	side      = gonumblas.Side
	diag      = gonumblas.Diag
)

const (
	noTrans = gonumblas.NoTrans
	trans   = gonumblas.Trans
	upper   = gonumblas.Upper
	lower   = gonumblas.Lower
	onLeft  = gonumblas.Left
	onRight = gonumblas.Right
	unit    = gonumblas.Unit
	nonUnit = gonumblas.NonUnit
)

// An api is a BLAS for one type, so that a test is written once for both.
type api[T float] struct {
	gemm  func(tA, tB transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	syrk  func(ul uplo, tA transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int)
	syr2k func(ul uplo, tA transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	symm  func(s side, ul uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	trmm  func(s side, ul uplo, tA transpose, d diag, m, n int, alpha T, a []T, lda int, b []T, ldb int)
	trsm  func(s side, ul uplo, tA transpose, d diag, m, n int, alpha T, a []T, lda int, b []T, ldb int)

	gemv func(tA transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	ger  func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int)
	symv func(ul uplo, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	syr  func(ul uplo, n int, alpha T, x []T, incX int, a []T, lda int)
	syr2 func(ul uplo, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int)
	trmv func(ul uplo, tA transpose, d diag, n int, a []T, lda int, x []T, incX int)
	trsv func(ul uplo, tA transpose, d diag, n int, a []T, lda int, x []T, incX int)

	dot        func(n int, x []T, incX int, y []T, incY int) T
	axpy       func(n int, alpha T, x []T, incX int, y []T, incY int)
	scal       func(n int, alpha T, x []T, incX int)
	copy, swap func(n int, x []T, incX int, y []T, incY int)
	nrm2, asum func(n int, x []T, incX int) T
	iamax      func(n int, x []T, incX int) int
	rot        func(n int, x []T, incX int, y []T, incY int, c, s T)
}

func doubles(i gonumblas.Float64) api[float64] {
	return api[float64]{
		i.Dgemm, i.Dsyrk, i.Dsyr2k, i.Dsymm, i.Dtrmm, i.Dtrsm,
		i.Dgemv, i.Dger, i.Dsymv, i.Dsyr, i.Dsyr2, i.Dtrmv, i.Dtrsv,
		i.Ddot, i.Daxpy, i.Dscal, i.Dcopy, i.Dswap, i.Dnrm2, i.Dasum, i.Idamax, i.Drot,
	}
}

func singles(i gonumblas.Float32) api[float32] {
	return api[float32]{
		i.Sgemm, i.Ssyrk, i.Ssyr2k, i.Ssymm, i.Strmm, i.Strsm,
		i.Sgemv, i.Sger, i.Ssymv, i.Ssyr, i.Ssyr2, i.Strmv, i.Strsv,
		i.Sdot, i.Saxpy, i.Sscal, i.Scopy, i.Sswap, i.Snrm2, i.Sasum, i.Isamax, i.Srot,
	}
}
