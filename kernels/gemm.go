package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

// GemmDepth is the most columns of A that a call of [Gemm] takes: a product
// whose calls take that many, and the rest in the last, has the same bits
// however its rows and columns are divided.
const GemmDepth = ref.GemmDepth

// gemmColumns is the most columns a call takes, so that it takes microseconds.
const gemmColumns = 240

// Gemm computes a strip of a matrix product, rows × columns entries of C, from n
// columns of A:
//
//	c[i,j] = fma(alpha, Σ_l a[i,l]·b[l,j], beta·c[i,j])
//
// Entry (i, l) of A is a[i·ars+l·acs], entry (i, j) of C is c[i·ldc+j]. B lies in
// panels as wide as [GemmShape] says, step elements from one to the next, row l
// of a panel at l·ldb in it; so step is the width of a panel for a B that is
// row-major. The sum is one chain of fused multiply-adds in T. If beta is
// zero, C is not read. C overlaps neither A nor B. |error| ≤ (n + 3)·ε·(|alpha|·Σ_l |a[i,l]|·|b[l,j]| + |beta·c[i,j]|).
func Gemm[T Float](c []T, ldc int, a []T, ars, acs int, b []T, ldb, step, n, rows, columns int, alpha, beta T) {
	height, width, _ := GemmShape[T]()
	if n < 1 || rows < 1 || columns < 1 {
		panic("kernels: empty product")
	}
	if n > GemmDepth || rows > height {
		panic("kernels: strip of a product too large")
	}
	last := 0
	if columns > width { // a division takes longer than some products
		last = (columns - 1) / width
	}
	if ars < 0 || acs < 0 || ldb < 0 || step < 0 || ldc < columns ||
		len(c) < (rows-1)*ldc+columns || len(a) < (rows-1)*ars+(n-1)*acs+1 || len(b) < last*step+(n-1)*ldb+columns-last*width {
		panic("kernels: operand of a product shorter than its shape")
	}
	for columns > gemmColumns {
		gemm(&c[0], ldc, &a[0], ars, acs, &b[0], ldb, step, n, rows, gemmColumns, alpha, beta)
		columns -= gemmColumns
		c, b = c[gemmColumns:], b[gemmColumns/width*step:]
	}
	gemm(&c[0], ldc, &a[0], ars, acs, &b[0], ldb, step, n, rows, columns, alpha, beta)
}

// GemmShape is how many rows a strip of [Gemm] has at most, how many columns a
// panel of B has, and how many of those a vector; each divides 240.
func GemmShape[T Float]() (rows, columns, vector int) { return gemmShape[T]() }

// Merge is fma(alpha, sum, beta·c), or fma(alpha, sum, +0) if beta is zero: what
// [Gemm] makes of the end of a chain.
func Merge[T Float](alpha, sum, beta, c T) T { return ref.Merge(alpha, sum, beta, c) }

// FMA is x·y + z, rounded once to T.
func FMA[T Float](x, y, z T) T { return ref.FMA(x, y, z) }
