package blas

import "gonum.org/v1/gonum/blas"

// Dgemm computes C = alpha·op(A)·op(B) + beta·C, where op(A) is m×k, op(B) is
// k×n, and op(X) is X or its transpose.
func (i Implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	gemm(i.Threads, tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Sgemm is Dgemm for float32.
func (i Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	gemm(i.Threads, tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func gemm[T float](threads int, tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	aTrans, bTrans := transposed(tA), transposed(tB)
	checkDimensions(m, n)
	if k < 0 {
		panic(kLT0)
	}
	aRows, aColumns, bRows, bColumns := m, k, k, n
	if aTrans {
		aRows, aColumns = k, m
	}
	if bTrans {
		bRows, bColumns = n, k
	}
	checkStride(lda, aColumns, badLdA)
	checkStride(ldb, bColumns, badLdB)
	checkStride(ldc, n, badLdC)
	if m == 0 || n == 0 {
		return
	}
	checkLength(len(a), aRows, aColumns, lda, shortA)
	checkLength(len(b), bRows, bColumns, ldb, shortB)
	checkLength(len(c), m, n, ldc, shortC)
	var p product[T]
	p.threads, p.m, p.n, p.k, p.alpha, p.beta, p.c, p.ldc = threads, m, n, k, alpha, beta, c, ldc
	p.a.set(a, lda, aTrans)
	p.b.set(b, ldb, bTrans)
	p.run()
}
