package blas

import (
	"gonum.org/v1/gonum/blas"
)

// Dsymm computes C = alpha·A·B + beta·C or C = alpha·B·A + beta·C, where A is
// symmetric and one triangle of it is read. C is m×n.
func (i Implementation) Dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	symm(i.Threads, s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Ssymm is Dsymm for float32.
func (i Implementation) Ssymm(s blas.Side, ul blas.Uplo, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	symm(i.Threads, s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}

func symm[T float](threads int, s blas.Side, ul blas.Uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	isLeft, isLower := left(s), lower(ul)
	checkDimensions(m, n)
	k := n
	if isLeft {
		k = m
	}
	checkStride(lda, k, badLdA)
	checkStride(ldb, n, badLdB)
	checkStride(ldc, n, badLdC)
	if m == 0 || n == 0 {
		return
	}
	checkLength(len(a), k, k, lda, shortA)
	checkLength(len(b), m, n, ldb, shortB)
	checkLength(len(c), m, n, ldc, shortC)
	symmetric := matrix[T]{data: a, rs: lda, cs: 1, mirror: fromUpper}
	if isLower {
		symmetric.mirror = fromLower
	}
	if alpha != 0 && few[T](m*n*k, tinyWork) {
		for i := range m {
			for j := range n {
				var sum T
				for l := range k {
					if isLeft {
						sum = fma(symmetric.mirrored(i, l), b[l*ldb+j], sum)
					} else {
						sum = fma(b[i*ldb+l], symmetric.mirrored(l, j), sum)
					}
				}
				c[i*ldc+j] = merge(alpha, sum, beta, c[i*ldc+j])
			}
		}
		return
	}
	var whole product[T]
	whole.threads, whole.m, whole.n, whole.k, whole.alpha, whole.beta, whole.c, whole.ldc = threads, m, n, k, alpha, beta, c, ldc
	if alpha == 0 {
		whole.scale()
		return
	}
	if m <= small && n <= small {
		var all [small * small]T
		symmetric.expand(all[:], k)
		var p product[T] // not the one that goroutines may share
		p.m, p.n, p.k, p.alpha, p.beta, p.c, p.ldc = m, n, k, alpha, beta, c, ldc
		if isLeft {
			p.a.data, p.a.rs, p.a.cs = all[:], k, 1 // set would take it to the heap
			p.strip(c, ldc, b, ldb, beta)
		} else {
			p.a.data, p.a.rs, p.a.cs = b, ldb, 1
			p.strip(c, ldc, all[:], k, beta)
		}
		return
	}
	var room *scratch[T]
	if k <= small { // as it lies, so that the other matrix need not be copied
		room = getScratch[T]()
		symmetric.expand(room.block, k)
		symmetric.set(room.block, k, false)
		symmetric.mirror = plain
	}
	whole.a.set(b, ldb, false)
	whole.b = symmetric
	if isLeft {
		whole.a, whole.b = symmetric, whole.a
	}
	whole.run()
	if room != nil {
		putScratch(room)
	}
}
