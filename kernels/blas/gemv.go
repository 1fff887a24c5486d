package blas

import (
	"runtime"

	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dgemv computes y = alpha·A·x + beta·y or y = alpha·Aᵀ·x + beta·y, where A is
// m×n. With A, an element is a dot product of a row, times alpha, added to
// beta·y, fused. With Aᵀ, rows are taken in groups of eight, each a chain of
// fused multiply-adds, whose end times alpha is added to y, fused.
func (Implementation) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	gemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
}

// Sgemv is Dgemv for float32.
func (Implementation) Sgemv(tA blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	gemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
}

func gemv[T float](tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) {
	trans := transposed(tA)
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
	lenX, lenY := n, m
	if trans {
		lenX, lenY = m, n
	}
	checkVector(len(x), lenX, incX, shortX)
	checkVector(len(y), lenY, incY, shortY)
	checkLength(len(a), m, n, lda, shortA)
	if alpha == 0 {
		if beta != 1 {
			scalOf(lenY, beta, y, max(incY, -incY))
		}
		return
	}
	if incX == 1 && incY == 1 && m*n < parallelMatrix {
		switch {
		case trans:
			var p vectorProduct[T]
			p.m, p.n, p.alpha, p.beta, p.a, p.lda, p.x, p.y = m, n, alpha, beta, a, lda, x, y
			p.columns(0, n)
		case n <= 4 && m <= 4:
			for i := range y[:m] {
				y[i] = merge(alpha, kernels.Dot(a[i*lda:][:n], x[:n]), beta, y[i])
			}
		default:
			kernels.RowDots(y[:m], alpha, beta, a, lda, n, 0, x, 0)
		}
		return
	}
	xs, ys := newLine(x, lenX, incX), newLine(y, lenY, incY)
	p := vectorProduct[T]{m, n, alpha, beta, a, lda, xs.data, ys.data}
	switch {
	case m*n < parallelMatrix || alone():
		p.part(trans, 0, lenY)
	default:
		p.parallel(trans, lenY)
	}
	xs.release()
	ys.store(y, lenY, incY)
}

// parallelMatrix is from how many elements of A on more than one goroutine read
// them.
const parallelMatrix = 1 << 18

// A vectorProduct is y = alpha·op(A)·x + beta·y.
type vectorProduct[T float] struct {
	m, n        int
	alpha, beta T
	a           []T
	lda         int
	x, y        []T
}

func (p *vectorProduct[T]) parallel(trans bool, n int) {
	q := *p
	step := divide(n, 3*runtime.GOMAXPROCS(0), 96)
	share((n+step-1)/step, func(task int) { q.part(trans, task*step, min((task+1)*step, n)) })
}

// part computes elements lo to hi of y.
func (p *vectorProduct[T]) part(trans bool, lo, hi int) {
	if trans {
		p.columns(lo, hi)
		return
	}
	kernels.RowDots(p.y[lo:hi], p.alpha, p.beta, p.a[lo*p.lda:], p.lda, p.n, 0, p.x, 0)
}

func (p *vectorProduct[T]) columns(lo, hi int) {
	y, beta := p.y[lo:hi], p.beta
	_, width, _ := kernels.GemmShape[T]()
	for i := 0; i < p.m; i += base {
		rows := min(base, p.m-i)
		kernels.Gemm(y, len(y), p.x[i:], 0, 1, p.a[i*p.lda+lo:], p.lda, width, rows, 1, len(y), p.alpha, beta)
		beta = 1
	}
}
