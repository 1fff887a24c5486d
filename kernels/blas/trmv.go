package blas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dtrmv computes x = op(A)·x, where A is triangular: by kernels.RowDots, or for Aᵀ
// sixteen rows at a time, within them number by number, beside them by
// kernels.Gemm. Up to four rows are done number by number.
func (Implementation) Dtrmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	triangularVector(false, ul, tA, d, n, a, lda, x, incX)
}

// Strmv is Dtrmv for float32.
func (Implementation) Strmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float32, lda int, x []float32, incX int) {
	triangularVector(false, ul, tA, d, n, a, lda, x, incX)
}

// Dtrsv solves op(A)·x = b, where A is triangular and x holds b: eight rows at a
// time, for Aᵀ sixteen, within them number by number, beside them by
// kernels.RowDots or kernels.Gemm. Whether A is singular is not looked at.
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
	var t vectorTriangle[T]
	t.solve, t.lower, t.trans, t.unit, t.a, t.lda = solve, isLower, trans, isUnit, a, lda
	if incX == 1 {
		t.apply(n, x[:n])
		return
	}
	xs := newLine(x, n, incX)
	t.apply(n, xs.data)
	xs.store(x, n, incX)
}

// vectorBase is how many rows of a transposed triangle or a symmetric matrix are
// done number by number with a vector.
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
	size := base
	if t.trans {
		size = vectorBase
	}
	switch {
	case !t.solve && !t.trans && n > 4: // fewer take less time than a call
		t.multiply(n, x)
		return
	case n <= size:
		t.block(0, n, forward, x)
		return
	}
	for done := 0; done < n; done += size {
		lo, hi := done, min(done+size, n)
		if !forward {
			lo, hi = n-hi, n-lo
		}
		if t.solve && t.trans {
			t.block(lo, hi, forward, x)
			t.beside(lo, hi, n, x)
		} else { // what is beside needs the old x, or the block what is beside
			t.beside(lo, hi, n, x)
			t.block(lo, hi, forward, x)
		}
	}
}

// multiply takes x to A·x by dot products of whole rows.
func (t *vectorTriangle[T]) multiply(n int, x []T) {
	switch {
	case !t.lower && !t.unit:
		kernels.RowDots(x, 1, 0, t.a, t.lda+1, n, -1, x, 1)
		return
	case !t.lower:
		kernels.RowDots(x[:n-1], 1, 1, t.a[1:], t.lda+1, n-1, -1, x[1:], 1)
		return
	}
	// A row needs what is above, which changes after it: some rows at a time, the
	// last ones first.
	var some [32]T
	for hi := n; hi > 0; hi -= len(some) {
		lo := max(hi-len(some), 0)
		to := some[:copy(some[:], x[lo:hi])]
		if t.unit {
			kernels.RowDots(to, 1, 1, t.a[lo*t.lda:], t.lda, lo, 1, x, 0)
		} else {
			kernels.RowDots(to, 1, 0, t.a[lo*t.lda:], t.lda, lo+1, 1, x, 0)
		}
		copy(x[lo:hi], to)
	}
}

// beside adds what is beside the diagonal in rows lo to hi of A, or subtracts it
// for a solution.
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
