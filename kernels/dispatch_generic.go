//go:build !amd64 || purego

package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

func axpy[T Float](dst []T, a T, x []T) { ref.Axpy(dst, a, x) }

func center(dst, mean []float64, x Matrix[float64], y []float64) {
	ref.Center(dst, mean, x.Data, y, x.Rows, x.Cols, x.Stride)
}

func dots[T Float](dst []float64, x Matrix[T], shift []T, beta []float64) {
	ref.Dots(dst, x.Data, x.Rows, x.Cols, x.Stride, shift, beta)
}

func exactPack[T Float](panel, squares, rest []float64, x Matrix[T], shift, w []float64) {
	ref.ExactPack(panel, squares, rest, x.Data, x.Rows, x.Cols, x.Stride, shift, w)
}

func exactTile(chi, clo []float64, ldc int, a, b, top, left []float64, n, rows, pairs int) {
	ref.ExactTile(chi, clo, ldc, a, b, top, left, n, rows, pairs)
}

func exactDots(hi, lo, panel []float64, strips, pairs int, betaHi, betaLo []float64) {
	ref.ExactDots(hi, lo, panel, len(hi), strips, pairs, betaHi, betaLo)
}

func exp(dst, x []float64) { ref.Exp(dst, x) }

func expm1(dst, x []float64) { ref.Expm1(dst, x) }

func gemm[T Float](c []T, ldc int, a []T, ars, acs int, b []T, ldb, step, n, rows, columns int, alpha, beta T) {
	ref.Gemm(c, ldc, a, ars, acs, b, ldb, step, n, rows, columns, alpha, beta)
}

func gemmShape[T Float]() (rows, columns, vector int) {
	return ref.GemmRows, ref.GemmColumns, ref.GemmRows
}

func log(dst, x []float64) { ref.Log(dst, x) }

func log1p(dst, x []float64) { ref.Log1p(dst, x) }

func logistic(value, r, d, eta, y, w []float64) (low, high float64) {
	return ref.Logistic(value, r, d, eta, y, w)
}

func multiply(dst, x []float64) { ref.Multiply(dst, x) }

func pack[T Float](dst, x Matrix[T], shift []T, d []float64) {
	ref.Pack(dst.Data, dst.Stride, x.Data, x.Rows, x.Cols, x.Stride, shift, d)
}

func rowDots[T Float](dst, a []T, n, p, stride int, x []T) {
	ref.RowDots(dst, a, n, p, stride, x)
}

func scal[T Float](x []T, a T) { ref.Scal(x, a) }

func sigmoid(dst, x []float64) { ref.Sigmoid(dst, x) }

func softplus(dst, x []float64) { ref.Softplus(dst, x) }

func squared(value, r, d, eta, y []float64) { ref.Squared(value, r, d, eta, y) }

func systems(a, inverse, x, variance, along, v []float64, m int) {
	ref.Systems(a, inverse, x, variance, along, v, m)
}

func sum(x []float64) float64 { return ref.Sum(x) }

func tileShape[T Float]() (rows, columns, vector int) { return ref.TileRows, ref.TileColumns, 1 }

func narrowColumns[T Float]() (most, every int) { return 0, 0 }

func narrow[T Float]([]float64, int, Matrix[T], []float64, *T, int) {
	panic("kernels: narrow has no definition of its own")
}

func tile[T Float](c []float64, ldc int, a, b operand[T], n, rows, columns int, diagonal bool, _ *T, _ int) {
	ref.Tile(c, ldc, a.data, a.stride, b.data, b.stride, n, rows, columns, diagonal)
}

func transpose[T Float](dst []T, ldd int, src Matrix[T]) {
	ref.Transpose(dst, ldd, src.Data, src.Stride, src.Cols, src.Rows)
}

func update[T Float](dst []float64, x Matrix[T], shift []T, r []float64) {
	ref.Update(dst, x.Data, x.Rows, x.Cols, x.Stride, shift, r)
}
