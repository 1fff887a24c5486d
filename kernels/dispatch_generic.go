//go:build !amd64 || purego

package kernels

import (
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

func absSum[T Float](x []T) T {
	switch {
	case len(x) <= 8:
		return shortAbsSum(x)
	case len(x) > panel:
		return longAbsSum(x)
	}
	return ref.AbsSum(x)
}

func axpy[T Float](dst []T, a T, x []T) {
	switch {
	case len(x) < 8 && elementBytes[T]() == 8:
		shortAxpy(dst, a, x)
	case len(x) > panel:
		longAxpy(dst, a, x)
	default:
		ref.Axpy(dst, a, x)
	}
}

func dot[T Float](x, y []T) T {
	switch {
	case len(x) <= 8:
		return shortDot(x, y)
	case len(x) > panel:
		return longDot(x, y)
	}
	return ref.Dot(x, y)
}

func center(dst, mean []float64, x Matrix[float64], y []float64) {
	ref.Center(dst, mean, x.Data, y, x.Rows, x.Cols, x.Stride)
}

func relativeGram(dst, shift, gram, x, y []float64, n, p, stride int, _ *float64, _ int) {
	ref.RelativeGram(dst, shift, gram, x, y, n, p, stride)
}

func rowSquares(x []float64, n int, v []float64) float64 { return ref.RowSquares(x, n, v) }

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

func gather[T Float](dst, x Matrix[T], index, _ []int) {
	ref.Gather(dst.Data, dst.Stride, x.Data, x.Stride, index, dst.Rows, dst.Cols)
}

func gemm[T Float](c *T, ldc int, a *T, ars, acs int, b *T, ldb, step, n, rows, columns int, alpha, beta T) {
	last := (columns - 1) / ref.GemmColumns
	ref.Gemm(span(c, rows, ldc, columns, columns), ldc, span(a, rows, ars, 1, (n-1)*acs+1), ars, acs,
		span(b, n, ldb, 1, last*step+columns-last*ref.GemmColumns), ldb, step, n, rows, columns, alpha, beta)
}

func gemmStrip[T Float](c *T, ldc int, a *T, ars, acs int, b *T, ldb int, panels *T, n, columns int, alpha, beta T, _ *T, _, _, _ int) {
	gemmStripInGo(c, ldc, a, ars, acs, b, ldb, panels, n, columns, alpha, beta)
}

func gemmShape[T Float]() (rows, columns, vector int) {
	return ref.GemmRows, ref.GemmColumns, ref.GemmRows
}

func indexMax[T Float](x []T, above T) int { return ref.IndexMax(x, above) }

func logisticRegression[T Float](g, sums []float64, x Matrix[T], shift []T, beta []float64, alpha float64, y []T, w, d []float64, _ *T, _ int) {
	ref.LogisticRegression(g, sums, x.Data, x.Rows, x.Cols, x.Stride, shift, beta, alpha, y, w, d)
}

func leastSquares[T Float](g, sums []float64, x Matrix[T], shift []T, beta []float64, alpha float64, y []T, w []float64, _ *T, _ int) {
	ref.LeastSquares(g, sums, x.Data, x.Rows, x.Cols, x.Stride, shift, beta, alpha, y, w)
}

func log(dst, x []float64) { ref.Log(dst, x) }

func log1p(dst, x []float64) { ref.Log1p(dst, x) }

func logistic(value, r, d, eta, y, w []float64) (low, high float64) {
	return ref.Logistic(value, r, d, eta, y, w)
}

func multiply(dst, x []float64) { ref.Multiply(dst, x) }

func pack[T Float](dst []T, ldd int, x []T, n, p, stride int, shift []T, d []float64) {
	ref.Pack(dst, ldd, x, n, p, stride, shift, d)
}

func rot[T Float](x, y []T, c, s T) {
	if len(x) > panel/2 {
		longRot(x, y, c, s)
		return
	}
	ref.Rot(x, y, c, s)
}

func rowAxpys[T Float](dst *T, ldd int, x *T, ldx int, alpha T, w *T, n, p, step int) {
	last := p + (n-1)*step
	ref.RowAxpys(span(dst, n, ldd, p, last), ldd, span(x, n, ldx, p, last), ldx, alpha, unsafe.Slice(w, n), n, p, step)
}

func rowDots[T Float](dst *T, alpha, beta T, a *T, n, stride, p, step int, x *T, shift int) {
	last := p + (n-1)*step
	ref.RowDots(unsafe.Slice(dst, n), alpha, beta, span(a, n, stride, p, last), n, stride, p, step, span(x, n, shift, p, last), shift)
}

func scal[T Float](x []T, a T) {
	if len(x) > panel {
		longScal(x, a)
		return
	}
	ref.Scal(x, a)
}

func solveTriangle[T Float](b *T, ldb int, t *T, n, columns int, alpha T) {
	rows, at := rowsFrom(b, ldb, n, columns)
	ref.SolveTriangle(rows, at, ldb, unsafe.Slice(t, (n-1)*(TriangleRows+1)+1), n, columns, alpha)
}

func multiplyTriangle[T Float](b *T, ldb int, t *T, n, columns int, alpha T) {
	rows, at := rowsFrom(b, ldb, n, columns)
	ref.MultiplyTriangle(rows, at, ldb, unsafe.Slice(t, (n-1)*(TriangleRows+1)+1), n, columns, alpha)
}

func sigmoid(dst, x []float64) { ref.Sigmoid(dst, x) }

func softplus(dst, x []float64) { ref.Softplus(dst, x) }

func squared(value, r, d, eta, y []float64) { ref.Squared(value, r, d, eta, y) }

func systemForward(a, inverse []float64, stride, lo, hi int) {
	ref.SystemForward(a, inverse, stride, lo, hi)
}

func systemBackward(a, inverse, x, variance []float64, stride, lo, hi int) {
	ref.SystemBackward(a, inverse, x, variance, stride, lo, hi)
}

func systems(a, inverse, x, variance, along, v []float64, m, stride int) {
	ref.Systems(a, inverse, x, variance, along, v, m, stride)
}

func sum(x []float64) float64 { return ref.Sum(x) }

func swap[T Float](x, y []T) {
	if len(x) > panel/2 {
		longSwap(x, y)
		return
	}
	ref.Swap(x, y)
}

func tileShape[T Float]() (rows, columns, vector int) { return ref.TileRows, ref.TileColumns, 1 }

func tileHeights() []int { return ref.TileHeights }

func narrowColumns[T Float]() int { return ref.TileColumns }

func narrow[T Float](c []float64, ldc int, x Matrix[T], d []float64, _ *T, _ int) {
	ref.Narrow(c, ldc, x.Data, x.Stride, d, x.Rows, x.Cols)
}

func tile[T Float](c []float64, ldc int, a, b operand[T], n, rows, columns, tiles int, _ *T, _ int) {
	ref.Tile(c, ldc, a.data, a.stride, b.data, b.stride, n, rows*tiles, columns)
}

func tileWeighted[T Float](c []float64, ldc int, a, b operand[T], d []float64, scaled []T, n, columns int, _ *T, _ int) {
	ref.TileWeighted(c, ldc, a.data, a.stride, b.data, b.stride, d, scaled, n, columns)
}

func transpose[T Float](dst []T, ldd int, src Matrix[T]) {
	ref.Transpose(dst, ldd, src.Data, src.Stride, src.Cols, src.Rows)
}

func spread[T Float](dst []float64, ldd int, x Matrix[T], shift []T, r, d []float64) {
	ref.Spread(dst, ldd, x.Data, x.Rows, x.Cols, x.Stride, shift, r, d)
}

func update[T Float](dst []float64, x Matrix[T], shift []T, r []float64) {
	ref.Update(dst, x.Data, x.Rows, x.Cols, x.Stride, shift, r)
}
