package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

// stripBytes is the most bytes that a row of B has in a call of [GemmStrip].
const stripBytes = gemmColumns * 8

// GemmStrip is [Gemm] of a strip that has all its rows and of panels that have
// all their columns, up to 240 of float64 or twice as many of float32. If ldb is
// not zero, B is row-major, ldb from row to row, and copied to panels, row after
// row and panel after panel. If ldb is zero, B is such panels: then panels is not
// used, and rows of next are fetched into the second-level cache, as many as
// [GemmStripFetches] says, which leaves no trace. C and panels overlap nothing else.
func GemmStrip[T Float](c []T, ldc int, a []T, ars, acs int, b []T, ldb int, panels []T, n, columns int, alpha, beta T, next Matrix[T]) {
	height, width, _ := GemmShape[T]()
	if n < 1 || columns < 1 {
		panic("kernels: empty product")
	}
	if columns%width != 0 {
		panic("kernels: part of a panel")
	}
	if n > GemmDepth || columns*elementBytes[T]() > stripBytes {
		panic("kernels: strip of a product too large")
	}
	copied := b
	if ldb != 0 {
		copied = panels
	}
	if ars < 0 || acs < 0 || ldc < columns || len(c) < (height-1)*ldc+columns || len(a) < (height-1)*ars+(n-1)*acs+1 ||
		len(copied) < n*columns || ldb != 0 && (ldb < columns || len(b) < (n-1)*ldb+columns) {
		panic("kernels: operand of a product shorter than its shape")
	}
	ahead, stride, advance, back := &a[0], 0, 0, 0 // nothing but what is in cache
	if !next.check() {
		ahead, stride = &next.Data[0], next.Stride*elementBytes[T]()
		advance = (next.Cols*elementBytes[T]() + n - 1) / n
		back = ref.GemmFetchedRows*stride - n*advance
	}
	gemmStrip(&c[0], ldc, &a[0], ars, acs, &b[0], ldb, &copied[0], n, columns, alpha, beta, ahead, stride, advance, back)
}

// GemmStripFetches is how many rows a call of [GemmStrip] with so many columns
// fetches.
func GemmStripFetches[T Float](columns int) int {
	_, width, _ := GemmShape[T]()
	return columns / width * ref.GemmFetchedRows
}

// gemmStripInGo is the call for the kernel in Go.
func gemmStripInGo[T Float](c *T, ldc int, a *T, ars, acs int, b *T, ldb int, panels *T, n, columns int, alpha, beta T) {
	if ldb == 0 {
		b = panels
	}
	ref.GemmStrip(span(c, ref.GemmRows, ldc, columns, columns), ldc, span(a, ref.GemmRows, ars, 1, (n-1)*acs+1), ars, acs,
		span(b, n, max(ldb, columns), columns, columns), ldb, span(panels, n, columns, columns, columns), n, columns, alpha, beta)
}
