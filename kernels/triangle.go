package kernels

import (
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// TriangleRows is the most rows that [SolveTriangle] and [MultiplyTriangle] take,
// and the stride of their t.
const TriangleRows = ref.TriangleRows

// triangleColumns is the most columns a call takes.
const triangleColumns = panel / TriangleRows

// SolveTriangle solves T·X = alpha·B for n rows of B, whose place X takes:
//
//	b[i,j] = (alpha·b[i,j] − Σ_l t[i,l]·b[l,j])·t[i,i]
//
// over l < i. So T is lower, row-major with the stride TriangleRows, and has the
// inverse of every entry on its diagonal. With backward the last row of b is the
// first. The sum is one chain of fused multiply-adds in T; products and the
// difference are rounded. b and t do not overlap.
func SolveTriangle[T Float](b []T, ldb int, backward bool, t []T, n, columns int, alpha T) {
	first, stride := checkSmallTriangle(len(b), ldb, backward, len(t), n, columns)
	for ; columns > triangleColumns; columns -= triangleColumns {
		solveTriangle(&b[first], stride, &t[0], n, triangleColumns, alpha)
		b = b[triangleColumns:]
	}
	if columns > 0 {
		solveTriangle(&b[first], stride, &t[0], n, columns, alpha)
	}
}

// MultiplyTriangle takes B to alpha·T·B,
//
//	b[i,j] = fma(alpha, Σ_l t[i,l]·b[l,j], t[i,i]·b[i,j])
//
// over l > i. So T is upper, and its diagonal has been multiplied with alpha;
// all else is as in [SolveTriangle].
func MultiplyTriangle[T Float](b []T, ldb int, backward bool, t []T, n, columns int, alpha T) {
	first, stride := checkSmallTriangle(len(b), ldb, backward, len(t), n, columns)
	for ; columns > triangleColumns; columns -= triangleColumns {
		multiplyTriangle(&b[first], stride, &t[0], n, triangleColumns, alpha)
		b = b[triangleColumns:]
	}
	if columns > 0 {
		multiplyTriangle(&b[first], stride, &t[0], n, columns, alpha)
	}
}

// checkSmallTriangle is where the first row is and how far the next one is from it.
func checkSmallTriangle(lengthB, ldb int, backward bool, lengthT, n, columns int) (first, stride int) {
	if n < 1 || n > TriangleRows || columns < 0 {
		panic("kernels: triangle of no size, or too large")
	}
	if ldb < columns || columns > 0 && lengthB < (n-1)*ldb+columns || lengthT < (n-1)*(TriangleRows+1)+1 {
		panic("kernels: operand of a triangle shorter than its shape")
	}
	if backward {
		return (n - 1) * ldb, -ldb
	}
	return 0, ldb
}

// rowsFrom is n rows of so many columns whose first is at b, as kernels in Go take
// them, and where in them that is.
func rowsFrom[T Float](b *T, ldb, n, columns int) (rows []T, at int) {
	if ldb >= 0 {
		return unsafe.Slice(b, (n-1)*ldb+columns), 0
	}
	at = (1 - n) * ldb
	return unsafe.Slice((*T)(unsafe.Add(unsafe.Pointer(b), -at*elementBytes[T]())), at+columns), at
}
