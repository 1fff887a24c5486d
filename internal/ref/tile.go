package ref

import "unsafe"

// TileRows and TileColumns are the size of tiles in pure Go, and TileColumns that
// of the widest triangle that Narrow is given there.
const (
	TileRows    = 8
	TileColumns = 64
)

// TileHeights are how many rows a tile may have.
var TileHeights = []int{8, 4, 2, 1}

// PanelRows is K of the products of two panels: how many rows a chain in the
// data's type runs over before its end is added, in float64, to the result.
const PanelRows = 128

// AbreastColumns is up to how many columns kernels without weights sum some panels at
// the same time, and add their ends one after the other: it leaves no trace in the
// bits, and says how far ahead memory is to be fetched.
const AbreastColumns = 2

// PanelsAbreast is how many panels of up to AbreastColumns columns those are: as many
// as lie in one page of memory, whose prefetchers lose their way among more places,
// but four at least.
func PanelsAbreast[T Float](columns int) int {
	var element T
	return max(4, 4096/PanelRows/int(unsafe.Sizeof(element))/columns)
}

// Tile adds a product of two panels of n rows to some rows of c:
//
//	c[i,j] += Σ_r a[r,i]·b[r,j]
//
// An entry is one chain of multiply-adds in T, fused, from +0 over the rows
// in their order; its end is added to c[i,j] in float64.
func Tile[T Float](c []float64, ldc int, a []T, lda int, b []T, ldb int, n, rows, columns int) {
	for i := range rows {
		j := 0
		for ; j+4 <= columns; j += 4 {
			chains(c[i*ldc+j:], a[i:], lda, b[j:], ldb, n, 0, 4)
		}
		for ; j < columns; j++ {
			var s T
			for r := range n {
				s = fma(a[r*lda+i], b[r*ldb+j], s)
			}
			c[i*ldc+j] += float64(s)
		}
	}
}

// chains adds the products of a column of a with four of b to c, from the first
// on that counts to the last.
func chains[T Float](c []float64, a []T, lda int, b []T, ldb int, n, from, to int) {
	var s0, s1, s2, s3 T
	for r := range n {
		v, w := a[r*lda], b[r*ldb:][:4:4]
		s0 = fma(v, w[0], s0)
		s1 = fma(v, w[1], s1)
		s2 = fma(v, w[2], s2)
		s3 = fma(v, w[3], s3)
	}
	for l, s := range [...]T{s0, s1, s2, s3} {
		if from <= l && l < to {
			c[l] += float64(s)
		}
	}
}

// TileWeighted is Tile with columns of b that are multiplied by a weight of their
// row, rounded to T as the product is: they go to scaled, rows TileColumns apart.
func TileWeighted[T Float](c []float64, ldc int, a []T, lda int, b []T, ldb int, d []float64, scaled []T, n, columns int) {
	for r := range n {
		to := scaled[r*TileColumns:][:columns]
		for j, v := range b[r*ldb:][:columns] {
			to[j] = T(v * T(d[r]))
		}
	}
	Tile(c, ldc, a, lda, scaled, TileColumns, n, TileRows, columns)
}
