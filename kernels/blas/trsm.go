package blas

import "gonum.org/v1/gonum/blas"

// Dtrsm solves op(A)·X = alpha·B or X·op(A) = alpha·B for X, which takes the
// place of B, m×n. A is triangular; whether it is singular is not looked at.
func (i Implementation) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	triangularMatrix(i.Threads, true, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

// Strsm is Dtrsm for float32.
func (i Implementation) Strsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	triangularMatrix(i.Threads, true, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

// Dtrmm computes B = alpha·op(A)·B or B = alpha·B·op(A), where A is triangular
// and B m×n.
func (i Implementation) Dtrmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	triangularMatrix(i.Threads, false, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

// Strmm is Dtrmm for float32.
func (i Implementation) Strmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int) {
	triangularMatrix(i.Threads, false, s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
}

func triangularMatrix[T float](threads int, solve bool, s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int) {
	var p triangular[T]
	p.left, p.solve, p.ldb, p.threads = left(s), solve, ldb, threads
	isLower, trans, isUnit := lower(ul), transposed(tA), unit(d)
	checkDimensions(m, n)
	k, lines := n, m
	if p.left {
		k, lines = m, n
	}
	checkStride(lda, k, badLdA)
	checkStride(ldb, n, badLdB)
	if m == 0 || n == 0 {
		return
	}
	checkLength(len(a), k, k, lda, shortA)
	checkLength(len(b), m, n, ldb, shortB)
	if alpha == 0 {
		for i := range m {
			clear(b[i*ldb:][:n])
		}
		return
	}
	var t triangle[T]
	t.set(a, lda, trans)
	t.lower, t.unit = isLower != trans, isUnit
	if k <= base && lines <= fewLines {
		p.direct(&t, k, alpha, b, lines)
		return
	}
	p.run(&t, k, alpha, b, lines)
}
