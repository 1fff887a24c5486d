package blas

import "gonum.org/v1/gonum/blas"

// Dsyrk computes a triangle of C = alpha·A·Aᵀ + beta·C, where A is n×k, or of
// C = alpha·Aᵀ·A + beta·C, where A is k×n.
func (i Implementation) Dsyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	syrk(i.Threads, ul, tA, n, k, alpha, a, lda, beta, c, ldc)
}

// Ssyrk is Dsyrk for float32.
func (i Implementation) Ssyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float32, a []float32, lda int, beta float32, c []float32, ldc int) {
	syrk(i.Threads, ul, tA, n, k, alpha, a, lda, beta, c, ldc)
}

// Dsyr2k computes a triangle of C = alpha·(A·Bᵀ + B·Aᵀ) + beta·C, where A and B
// are n×k, or of C = alpha·(Aᵀ·B + Bᵀ·A) + beta·C, where they are k×n: the first
// product, then the second.
func (i Implementation) Dsyr2k(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	syr2k(i.Threads, ul, tA, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Ssyr2k is Dsyr2k for float32.
func (i Implementation) Ssyr2k(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	syr2k(i.Threads, ul, tA, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

func syrk[T float](threads int, ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int) {
	region, trans := triangleOf(ul), transposed(tA)
	rows, columns := checkRankK(n, k, trans)
	checkStride(lda, columns, badLdA)
	checkStride(ldc, n, badLdC)
	if n == 0 {
		return
	}
	checkLength(len(a), rows, columns, lda, shortA)
	checkLength(len(c), n, n, ldc, shortC)
	if tinyRank(n, k, alpha) {
		addTinyRank(region, trans, n, k, alpha, a, lda, a, lda, beta, c, ldc)
		return
	}
	var p product[T]
	p.threads, p.m, p.n, p.k, p.alpha, p.beta, p.c, p.ldc, p.region = threads, n, n, k, alpha, beta, c, ldc, region
	p.a.set(a, lda, trans)
	p.b.set(a, lda, !trans)
	p.run()
}

func syr2k[T float](threads int, ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	region, trans := triangleOf(ul), transposed(tA)
	rows, columns := checkRankK(n, k, trans)
	checkStride(lda, columns, badLdA)
	checkStride(ldb, columns, badLdB)
	checkStride(ldc, n, badLdC)
	if n == 0 {
		return
	}
	checkLength(len(a), rows, columns, lda, shortA)
	checkLength(len(b), rows, columns, ldb, shortB)
	checkLength(len(c), n, n, ldc, shortC)
	if tinyRank(n, k, alpha) {
		addTinyRank(region, trans, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		addTinyRank(region, trans, n, k, alpha, b, ldb, a, lda, 1, c, ldc)
		return
	}
	var p product[T]
	p.threads, p.m, p.n, p.k, p.alpha, p.beta, p.c, p.ldc, p.region = threads, n, n, k, alpha, beta, c, ldc, region
	p.a.set(a, lda, trans)
	p.b.set(b, ldb, !trans)
	p.run()
	if alpha == 0 || k == 0 {
		return
	}
	p.a.set(b, ldb, trans)
	p.b.set(a, lda, !trans)
	p.beta = 1
	p.run()
}

func triangleOf(ul blas.Uplo) region {
	if lower(ul) {
		return below
	}
	return upper
}

// checkRankK is the shape in memory of a matrix of a rank-k operation.
func checkRankK(n, k int, trans bool) (rows, columns int) {
	if n < 0 {
		panic(nLT0)
	}
	if k < 0 {
		panic(kLT0)
	}
	if trans {
		return k, n
	}
	return n, k
}
