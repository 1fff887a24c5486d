package blas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dtrmv computes x = op(A)·x, where A is triangular: by kernels.RowDots, or for Aᵀ
// eight rows at a time, within them number by number, beside them by
// kernels.Gemm. Up to four rows are done number by number.
func (Implementation) Dtrmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	if incX == 1 && (n <= 4 || n <= lastBlock && tA == blas.Trans) && plainTriangle(ul, tA, d, n, len(x), len(a), lda) {
		triangleBlock(false, ul, tA, d, a, lda, x[:n])
		return
	}
	triangularVector(false, ul, tA, d, n, a, lda, x, incX)
}

// Strmv is Dtrmv for float32.
func (Implementation) Strmv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float32, lda int, x []float32, incX int) {
	if incX == 1 && (n <= 4 || n <= lastBlock && tA == blas.Trans) && plainTriangle(ul, tA, d, n, len(x), len(a), lda) {
		triangleBlock(false, ul, tA, d, a, lda, x[:n])
		return
	}
	triangularVector(false, ul, tA, d, n, a, lda, x, incX)
}

// Dtrsv solves op(A)·x = b, where A is triangular and x holds b: eight rows at a
// time, within them number by number, beside them by
// kernels.RowDots or kernels.Gemm. Whether A is singular is not looked at.
func (Implementation) Dtrsv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float64, lda int, x []float64, incX int) {
	if incX == 1 && n <= lastBlock && plainTriangle(ul, tA, d, n, len(x), len(a), lda) {
		triangleBlock(true, ul, tA, d, a, lda, x[:n])
		return
	}
	triangularVector(true, ul, tA, d, n, a, lda, x, incX)
}

// Strsv is Dtrsv for float32.
func (Implementation) Strsv(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []float32, lda int, x []float32, incX int) {
	if incX == 1 && n <= lastBlock && plainTriangle(ul, tA, d, n, len(x), len(a), lda) {
		triangleBlock(true, ul, tA, d, a, lda, x[:n])
		return
	}
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
	t.uplo, t.transpose, t.diag = ul, tA, d
	t.solve, t.lower, t.trans, t.unit, t.a, t.lda = solve, isLower, trans, isUnit, a, lda
	if incX == 1 {
		t.apply(n, x[:n])
		return
	}
	xs := newLine(x, n, incX)
	t.apply(n, xs.data)
	xs.store(x, n, incX)
}

// lastBlock is the most rows of a triangle or a symmetric matrix that are done
// number by number with a vector. There are eight in each block but the last.
const lastBlock = 12

// blockEnd is where the block of rows ends that begins at lo.
func blockEnd(lo, n int) int {
	if n-lo <= lastBlock {
		return n
	}
	return lo + base
}

// A vectorTriangle takes x to op(A)·x or to the solution of op(A)·y = x.
type vectorTriangle[T float] struct {
	uplo                      blas.Uplo
	transpose                 blas.Transpose
	diag                      blas.Diag
	solve, lower, trans, unit bool
	a                         []T
	lda                       int
}

func (t *vectorTriangle[T]) apply(n int, x []T) {
	// A row of an upper triangle is multiplied before what it needs changes,
	// which is below; a solution needs what is below first. A transpose and a
	// lower triangle turn this around.
	forward := (t.lower != t.trans) == t.solve
	if !t.solve && !t.trans && n > 4 { // fewer take less time than a call
		t.multiply(n, x)
		return
	}
	end := 0
	for done := 0; done < n; done = end {
		end = blockEnd(done, n)
		lo, hi := done, end
		if !forward {
			lo, hi = n-hi, n-lo
		}
		if t.solve && t.trans {
			triangleBlock(t.solve, t.uplo, t.transpose, t.diag, t.a[lo*(t.lda+1):], t.lda, x[lo:hi])
			t.beside(lo, hi, n, x)
		} else { // what is beside needs the old x, or the block what is beside
			t.beside(lo, hi, n, x)
			triangleBlock(t.solve, t.uplo, t.transpose, t.diag, t.a[lo*(t.lda+1):], t.lda, x[lo:hi])
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
		addRows(others, sign, own, rows, t.lda, 1)
	default:
		kernels.RowDots(own, sign, 1, rows, t.lda, len(others), 0, others, 0)
	}
}

// triangleBlock does a triangle op(A), number by number. What changes x comes last
// to x: nothing then waits for all of a sum.
func triangleBlock[T float](solve bool, ul blas.Uplo, tA blas.Transpose, d blas.Diag, a []T, lda int, x []T) {
	n, isLower, rs, cs := len(x), ul == blas.Lower, lda, 1
	if tA != blas.NoTrans {
		isLower, rs, cs = !isLower, 1, lda
	}
	for step := range n {
		i := step
		if isLower != solve {
			i = n - 1 - step
		}
		at, v, others := i*rs, x[i], x[:i]
		if !isLower {
			at, others = i*(rs+cs)+cs, x[i+1:]
		}
		own := T(1)
		if d == blas.NonUnit {
			own = a[i*(lda+1)]
		}
		switch {
		case !solve:
			v = T(v * own)
			for _, w := range others {
				v += T(a[at] * w)
				at += cs
			}
		case isLower:
			for _, w := range others {
				v -= T(a[at] * w)
				at += cs
			}
			v /= own
		default:
			at += len(others) * cs
			for j := len(others) - 1; j >= 0; j-- {
				at -= cs
				v -= T(a[at] * others[j])
			}
			v /= own
		}
		x[i] = v
	}
}
