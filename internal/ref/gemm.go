package ref

// GemmDepth is K of matrix products: how many columns of A a chain runs over
// before its end is added to C.
const GemmDepth = 256

// GemmFetchedRows is how many rows of memory GemmStrip in assembly fetches while it
// computes a tile, each a few bytes further with every row of B.
const GemmFetchedRows = 3

// GemmRows and GemmColumns are the strip and the panel of Gemm in pure Go.
const (
	GemmRows    = 8
	GemmColumns = 24
)

// Gemm computes a strip of a matrix product:
//
//	c[i,j] = fma(alpha, Σ_l a[i,l]·b[l,j], beta·c[i,j])
//
// An entry is one chain of fused multiply-adds in T, from +0 over the n
// columns of a in their order. The product with beta is rounded; if beta is
// zero, c is not read and +0 stands for it. Columns of b are in panels of
// GemmColumns, step elements from one to the next.
func Gemm[T Float](c []T, ldc int, a []T, ars, acs int, b []T, ldb, step, n, rows, columns int, alpha, beta T) {
	for ; columns > 0; columns -= GemmColumns {
		width := min(columns, GemmColumns)
		for i := range rows {
			to := c[i*ldc:][:width]
			j := 0
			for ; j+4 <= width; j += 4 {
				var s0, s1, s2, s3 T
				for l := range n {
					v, w := a[i*ars+l*acs], b[l*ldb+j:][:4:4]
					s0 = fma(v, w[0], s0)
					s1 = fma(v, w[1], s1)
					s2 = fma(v, w[2], s2)
					s3 = fma(v, w[3], s3)
				}
				to[j] = Merge(alpha, s0, beta, to[j])
				to[j+1] = Merge(alpha, s1, beta, to[j+1])
				to[j+2] = Merge(alpha, s2, beta, to[j+2])
				to[j+3] = Merge(alpha, s3, beta, to[j+3])
			}
			for ; j < width; j++ {
				var s T
				for l := range n {
					s = fma(a[i*ars+l*acs], b[l*ldb+j], s)
				}
				to[j] = Merge(alpha, s, beta, to[j])
			}
		}
		if columns > GemmColumns {
			b, c = b[step:], c[GemmColumns:]
		}
	}
}

// Merge is fma(alpha, sum, beta·c), or fma(alpha, sum, +0) if beta is zero.
func Merge[T Float](alpha, sum, beta, c T) T {
	if beta == 0 {
		return fma(alpha, sum, 0)
	}
	return fma(alpha, sum, T(beta*c))
}

// FMA is x·y + z, rounded once to T.
func FMA[T Float](x, y, z T) T { return fma(x, y, z) }

// GemmStrip is Gemm of GemmRows rows and a multiple of GemmColumns columns. If
// ldb is zero, b is panels without gaps; else it is row-major and copied to
// panels on the way.
func GemmStrip[T Float](c []T, ldc int, a []T, ars, acs int, b []T, ldb int, panels []T, n, columns int, alpha, beta T) {
	for from := 0; ldb != 0 && from < columns; from += GemmColumns {
		for l := range n {
			copy(panels[from*n+l*GemmColumns:][:GemmColumns], b[l*ldb+from:])
		}
	}
	Gemm(c, ldc, a, ars, acs, panels, GemmColumns, n*GemmColumns, n, GemmRows, columns, alpha, beta)
}
