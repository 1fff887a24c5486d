package blas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dgemv computes y = alpha·A·x + beta·y or y = alpha·Aᵀ·x + beta·y, where A is
// m×n. With A, an element is a dot product of a row, times alpha, added to
// beta·y, fused. With Aᵀ, up to 32 rows are a chain of fused
// multiply-adds, whose end times alpha is added to y, fused; more rows are taken
// in groups of eight. Products with up to 16 numbers of Aᵀ are rounded.
func (i Implementation) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	if incX == 1 && incY == 1 && alpha != 0 {
		switch {
		case tA == blas.NoTrans && plainMatrix(m, n, len(y), len(x), len(a), lda):
			kernels.RowDots(y[:m], alpha, beta, a, lda, n, 0, x, 0)
			return
		case tA == blas.Trans && m <= fewRows && plainMatrix(m, n, len(x), len(y), len(a), lda):
			if m*n <= fewNumbers {
				fewColumns(y[:n], alpha, x[:m], a, lda, beta)
				return
			}
			addRows(y[:n], alpha, x[:m], a, lda, beta)
			return
		}
	}
	gemv(i.Threads, tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
}

// Sgemv is Dgemv for float32.
func (i Implementation) Sgemv(tA blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	if incX == 1 && incY == 1 && alpha != 0 {
		switch {
		case tA == blas.NoTrans && plainMatrix(m, n, len(y), len(x), len(a), lda):
			kernels.RowDots(y[:m], alpha, beta, a, lda, n, 0, x, 0)
			return
		case tA == blas.Trans && m <= fewRows && plainMatrix(m, n, len(x), len(y), len(a), lda):
			if m*n <= fewNumbers {
				fewColumns(y[:n], alpha, x[:m], a, lda, beta)
				return
			}
			addRows(y[:n], alpha, x[:m], a, lda, beta)
			return
		}
	}
	gemv(i.Threads, tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
}

func gemv[T float](threads int, tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) {
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
	xs, ys := newLine(x, lenX, incX), newLine(y, lenY, incY)
	p := vectorProduct[T]{m, n, alpha, beta, a, lda, xs.data, ys.data}
	switch {
	case m*n < parallelMatrix || crew(threads) == 1:
		p.part(trans, 0, lenY)
	default:
		p.parallel(crew(threads), trans, lenY)
	}
	xs.release()
	ys.store(y, lenY, incY)
}

// parallelMatrix is from how many elements of A on more than one goroutine read
// them: 2¹⁸, of a cache, take no longer than to wake another goroutine.
const parallelMatrix = 1 << 19

// fewRows is up to how many rows of Aᵀ are one chain: more would be read in pieces
// that lie far apart.
const fewRows = 32

// A vectorProduct is y = alpha·op(A)·x + beta·y.
type vectorProduct[T float] struct {
	m, n        int
	alpha, beta T
	a           []T
	lda         int
	x, y        []T
}

// parallel divides y. A part of Aᵀ is a part of every row of A, and kernels ask for memory
// ahead in a row: there each goroutine has one part, as long as can be.
func (p *vectorProduct[T]) parallel(threads int, trans bool, n int) {
	q := *p
	parts := claims * threads
	if trans {
		parts = threads
	}
	step := divide(n, parts, 96)
	share(threads, (n+step-1)/step, func(task int) { q.part(trans, task*step, min((task+1)*step, n)) })
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
	if p.m*p.n <= fewNumbers {
		fewColumns(y, p.alpha, p.x, p.a, p.lda, beta)
		return
	}
	step := base
	if p.m <= fewRows {
		step = p.m
	}
	for i := 0; i < p.m; i += step {
		end := min(i+step, p.m)
		addRows(y, p.alpha, p.x[i:end], p.a[i*p.lda+lo:], p.lda, beta)
		beta = 1
	}
}

// fewColumns is Aᵀ·x number by number, with every product rounded.
func fewColumns[T float](y []T, alpha T, x, a []T, lda int, beta T) {
	for j := range y {
		var sum T
		at := j
		for _, v := range x {
			sum += T(v * a[at])
			at += lda
		}
		old := T(0)
		if beta != 0 {
			old = T(beta * y[j])
		}
		y[j] = T(alpha*sum) + old
	}
}

// addRows sets y to alpha times the sum of up to GemmDepth rows, row i times w[i],
// plus beta times y.
func addRows[T float](y []T, alpha T, w, rows []T, ld int, beta T) {
	_, width, _ := kernels.GemmShape[T]()
	kernels.Gemm(y, len(y), w, 0, 1, rows, ld, width, len(w), 1, len(y), alpha, beta)
}
