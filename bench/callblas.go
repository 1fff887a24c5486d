package bench

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// level23 is what calls need of a BLAS that is written in Go.
type level23[T kernels.Float] interface {
	gemm(tA, tB blas.Transpose, m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int)
	syrk(n, k int, a []T, lda int, c []T, ldc int)
	symm(m, n int, a []T, lda int, b []T, ldb int, c []T, ldc int)
	trmm(m, n int, a []T, lda int, b []T, ldb int)
	trsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, m, n int, a []T, lda int, b []T, ldb int)
	gemv(tA blas.Transpose, m, n int, a []T, lda int, x, y []T)
	ger(m, n int, x, y, a []T, lda int)
}

// callsOf makes calls of such a BLAS.
func callsOf[T kernels.Float](f level23[T]) func(Call, *Operands[T]) {
	return func(c Call, o *Operands[T]) {
		m, n, k := c.M, c.N, c.K
		switch c.Routine {
		case "gemm":
			f.gemm(blas.NoTrans, blas.NoTrans, m, n, k, o.A, k, o.B, n, o.C, n)
		case "gemmTN":
			f.gemm(blas.Trans, blas.NoTrans, m, n, k, o.A, m, o.B, n, o.C, n)
		case "gemmNT":
			f.gemm(blas.NoTrans, blas.Trans, m, n, k, o.A, k, o.B, k, o.C, n)
		case "syrk":
			f.syrk(n, k, o.A, n, o.C, n)
		case "symm":
			f.symm(m, n, o.A, m, o.B, n, o.C, n)
		case "trmm":
			f.trmm(m, n, o.A, m, o.B, n)
		case "trsm":
			f.trsm(blas.Left, blas.Upper, blas.NoTrans, m, n, o.A, m, o.B, n)
		case "trsmR":
			f.trsm(blas.Right, blas.Lower, blas.Trans, m, n, o.A, n, o.B, n)
		case "gemv":
			f.gemv(blas.NoTrans, m, n, o.A, n, o.B, o.C)
		case "gemvT":
			f.gemv(blas.Trans, m, n, o.A, n, o.B, o.C)
		case "ger":
			f.ger(m, n, o.A, o.B, o.C, n)
		}
	}
}

// GerAlpha is what ger multiplies with: so little that A stays as it is however
// often it is called.
const GerAlpha = 1e-30

type double struct{ f blas.Float64 }

func (d double) gemm(tA, tB blas.Transpose, m, n, k int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	d.f.Dgemm(tA, tB, m, n, k, 1, a, lda, b, ldb, 0, c, ldc)
}
func (d double) syrk(n, k int, a []float64, lda int, c []float64, ldc int) {
	d.f.Dsyrk(blas.Upper, blas.Trans, n, k, 1, a, lda, 0, c, ldc)
}
func (d double) symm(m, n int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	d.f.Dsymm(blas.Left, blas.Upper, m, n, 1, a, lda, b, ldb, 0, c, ldc)
}
func (d double) trmm(m, n int, a []float64, lda int, b []float64, ldb int) {
	d.f.Dtrmm(blas.Left, blas.Upper, blas.NoTrans, blas.NonUnit, m, n, 1, a, lda, b, ldb)
}
func (d double) trsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, m, n int, a []float64, lda int, b []float64, ldb int) {
	d.f.Dtrsm(s, ul, tA, blas.NonUnit, m, n, 1, a, lda, b, ldb)
}
func (d double) gemv(tA blas.Transpose, m, n int, a []float64, lda int, x, y []float64) {
	d.f.Dgemv(tA, m, n, 1, a, lda, x, 1, 0, y, 1)
}
func (d double) ger(m, n int, x, y, a []float64, lda int) {
	d.f.Dger(m, n, GerAlpha, x, 1, y, 1, a, lda)
}

type single struct{ f blas.Float32 }

func (s single) gemm(tA, tB blas.Transpose, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	s.f.Sgemm(tA, tB, m, n, k, 1, a, lda, b, ldb, 0, c, ldc)
}
func (s single) syrk(n, k int, a []float32, lda int, c []float32, ldc int) {
	s.f.Ssyrk(blas.Upper, blas.Trans, n, k, 1, a, lda, 0, c, ldc)
}
func (s single) symm(m, n int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int) {
	s.f.Ssymm(blas.Left, blas.Upper, m, n, 1, a, lda, b, ldb, 0, c, ldc)
}
func (s single) trmm(m, n int, a []float32, lda int, b []float32, ldb int) {
	s.f.Strmm(blas.Left, blas.Upper, blas.NoTrans, blas.NonUnit, m, n, 1, a, lda, b, ldb)
}
func (s single) trsm(side blas.Side, ul blas.Uplo, tA blas.Transpose, m, n int, a []float32, lda int, b []float32, ldb int) {
	s.f.Strsm(side, ul, tA, blas.NonUnit, m, n, 1, a, lda, b, ldb)
}
func (s single) gemv(tA blas.Transpose, m, n int, a []float32, lda int, x, y []float32) {
	s.f.Sgemv(tA, m, n, 1, a, lda, x, 1, 0, y, 1)
}
func (s single) ger(m, n int, x, y, a []float32, lda int) {
	s.f.Sger(m, n, GerAlpha, x, 1, y, 1, a, lda)
}
