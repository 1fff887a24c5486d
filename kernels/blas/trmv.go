package blas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dtrmv computes x = op(A)·x, where A is triangular: sixteen elements of x at a time,
// within them number by number, with the others by kernels.RowDots, or for Aᵀ by
// kernels.Gemm.
func (Implementation) Dtrmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	triangularVector(false, ul, tA, d, n, a, lda, x, incX)
}

// Strmv is Dtrmv for float32.
func (Implementation) Strmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float32, lda int, x []float32, incX int) {
	triangularVector(false, ul, tA, d, n, a, lda, x, incX)
}

// Dtrsv solves op(A)·x = b, where A is triangular and x holds b, in the parts of
// Dtrmv. Whether A is singular is not looked at.
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
	t := vectorTriangle[T]{solve, isLower, trans, isUnit, a, lda}
	if incX == 1 {
		t.apply(n, x[:n])
		return
	}
	xs := newLine(x, n, incX)
	t.apply(n, xs.data)
	xs.store(x, n, incX)
}

// vectorBase is how many rows of a triangle are done number by number with a
// vector.
const vectorBase = 16

// A vectorTriangle takes x to op(A)·x or to the solution of op(A)·y = x.
type vectorTriangle[T float] struct {
	solve, lower, trans, unit bool
	a                         []T
	lda                       int
}

func (t *vectorTriangle[T]) apply(n int, x []T) {
	// A row of an upper triangle is multiplied before what it needs changes,
	// which is below; a solution needs what is below first. A transpose and a
	// lower triangle turn this around.
	forward := (t.lower != t.trans) == t.solve
	if n <= vectorBase {
		t.block(0, n, forward, x)
		return
	}
	for done := 0; done < n; done += vectorBase {
		lo, hi := done, min(done+vectorBase, n)
		if !forward {
			lo, hi = n-hi, n-lo
		}
		first := t.solve != t.trans // what is beside the block comes first
		if first {
			t.beside(lo, hi, n, x)
		}
		t.block(lo, hi, forward, x)
		if !first {
			t.beside(lo, hi, n, x)
		}
	}
}

// beside does what is beside the diagonal in rows lo to hi of A.
func (t *vectorTriangle[T]) beside(lo, hi, n int, x []T) {
	own, others, rows := x[lo:hi], x[hi:], t.a[min(lo*t.lda+hi, len(t.a)):]
	if t.lower {
		others, rows = x[:lo], t.a[lo*t.lda:]
	}
	sign := T(1)
	if t.solve {
		sign = -1
	}
	switch {
	case len(others) == 0:
	case t.trans:
		addRows(others, sign, own, rows, t.lda)
	default:
		kernels.RowDots(own, sign, 1, rows, t.lda, len(others), 0, others, 0)
	}
}

// addRows adds alpha times the sum of up to GemmDepth rows, row i times w[i], to y.
func addRows[T float](y []T, alpha T, w, rows []T, ld int) {
	_, width, _ := kernels.GemmShape[T]()
	kernels.Gemm(y, len(y), w, 0, 1, rows, ld, width, len(w), 1, len(y), alpha, 1)
}

// block does the block on the diagonal, number by number.
func (t *vectorTriangle[T]) block(lo, hi int, forward bool, x []T) {
	for step := range hi - lo {
		i := lo + step
		if !forward {
			i = hi - 1 - step
		}
		from, to := i+1, hi
		if t.lower {
			from, to = lo, i
		}
		row := t.a[i*t.lda+from : i*t.lda+to]
		others, v, own := x[from:to], x[i], T(1)
		if !t.unit {
			own = t.a[i*t.lda+i]
		}
		switch {
		case t.trans && t.solve:
			v /= own
			for j, r := range row {
				others[j] -= T(v * r)
			}
		case t.trans:
			for j, r := range row {
				others[j] += T(v * r)
			}
			v = T(v * own)
		case t.solve:
			v = (v - kernels.Dot(row, others)) / own
		default:
			v = T(v*own) + kernels.Dot(row, others)
		}
		x[i] = v
	}
}
