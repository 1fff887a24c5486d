//go:build !purego

package kernels

import (
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/avx2"
	"github.com/seed-0327bdf7/hesse/internal/avx512"
	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// Here, and only here, a kernel meets its implementations: a static switch on
// the level and on the size of the data's type, which lets no slice escape.
// Arguments are checked and not empty by now. Every switch names every level,
// so that a new one cannot run as another unseen. Vectors come in any length, and
// small operands as pointers, because with a function more between a short vector
// and its kernel the way would take longer than the work.

const noLevel = "kernels: no implementation for this level"

func absSum[T Float](x []T) T {
	switch level := cpu.Active(); {
	case len(x) <= 8:
		return shortAbsSum(x)
	case len(x) > panel:
		return longAbsSum(x)
	case level == cpu.AVX512 && is64[T]():
		return T(avx512.AbsSum64(f64(x), len(x)))
	case level == cpu.AVX512:
		return T(avx512.AbsSum32(f32(x), len(x)))
	case level == cpu.AVX2 && is64[T]():
		return T(avx2.AbsSum64(f64(x), len(x)))
	case level == cpu.AVX2:
		return T(avx2.AbsSum32(f32(x), len(x)))
	case level == cpu.Generic:
		return ref.AbsSum(x)
	default:
		panic(noLevel)
	}
}

func axpy[T Float](dst []T, a T, x []T) {
	switch level := cpu.Active(); {
	case len(x) < 8 && is64[T]():
		shortAxpy(dst, a, x)
	case len(x) > panel:
		longAxpy(dst, a, x)
	case level == cpu.AVX512 && is64[T]():
		avx512.Axpy64(f64(dst), float64(a), f64(x), len(x))
	case level == cpu.AVX512:
		avx512.Axpy32(f32(dst), float32(a), f32(x), len(x))
	case level == cpu.AVX2 && is64[T]():
		avx2.Axpy64(f64(dst), float64(a), f64(x), len(x))
	case level == cpu.AVX2:
		avx2.Axpy32(f32(dst), float32(a), f32(x), len(x))
	case level == cpu.Generic:
		ref.Axpy(dst, a, x)
	default:
		panic(noLevel)
	}
}

func dot[T Float](x, y []T) T {
	switch level := cpu.Active(); {
	case len(x) <= 8:
		return shortDot(x, y)
	case len(x) > panel:
		return longDot(x, y)
	case level == cpu.AVX512 && is64[T]():
		return T(avx512.Dot64(f64(x), f64(y), len(x)))
	case level == cpu.AVX512:
		return T(avx512.Dot32(f32(x), f32(y), len(x)))
	case level == cpu.AVX2 && is64[T]():
		return T(avx2.Dot64(f64(x), f64(y), len(x)))
	case level == cpu.AVX2:
		return T(avx2.Dot32(f32(x), f32(y), len(x)))
	case level == cpu.Generic:
		return ref.Dot(x, y)
	default:
		panic(noLevel)
	}
}

func center(dst, mean []float64, x Matrix[float64], y []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Center(&dst[0], &mean[0], &x.Data[0], &y[0], x.Rows, x.Cols, x.Stride)
	case cpu.AVX2:
		avx2.Center(&dst[0], &mean[0], &x.Data[0], &y[0], x.Rows, x.Cols, x.Stride)
	case cpu.Generic:
		ref.Center(dst, mean, x.Data, y, x.Rows, x.Cols, x.Stride)
	default:
		panic(noLevel)
	}
}

func relativeGram(dst, shift, gram, x, y []float64, n, p, stride int, ahead *float64, step int) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.RelativeGram(&dst[0], &shift[0], &gram[0], &x[0], &y[0], n, p, stride, ahead, step)
	case cpu.AVX2:
		avx2.RelativeGram(&dst[0], &shift[0], &gram[0], &x[0], &y[0], n, p, stride, ahead, step)
	case cpu.Generic:
		ref.RelativeGram(dst, shift, gram, x, y, n, p, stride)
	default:
		panic(noLevel)
	}
}

func rowSquares(x []float64, n int, v []float64) float64 {
	switch cpu.Active() {
	case cpu.AVX512:
		return avx512.RowSquares(&x[0], n, &v[0])
	case cpu.AVX2:
		return avx2.RowSquares(&x[0], n, &v[0])
	case cpu.Generic:
		return ref.RowSquares(x, n, v)
	default:
		panic(noLevel)
	}
}

func dots[T Float](dst []float64, x Matrix[T], shift []T, beta []float64) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.Dots64(&dst[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &beta[0])
	case level == cpu.AVX512:
		avx512.Dots32(&dst[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &beta[0])
	case level == cpu.AVX2 && is64[T]():
		avx2.Dots64(&dst[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &beta[0])
	case level == cpu.AVX2:
		avx2.Dots32(&dst[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &beta[0])
	case level == cpu.Generic:
		ref.Dots(dst, x.Data, x.Rows, x.Cols, x.Stride, shift, beta)
	default:
		panic(noLevel)
	}
}

func exactPack[T Float](panel, squares, rest []float64, x Matrix[T], shift, w []float64) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.ExactPack64(&panel[0], &squares[0], &rest[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), f64(w))
	case level == cpu.AVX512:
		avx512.ExactPack32(&panel[0], &squares[0], &rest[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), f64(w))
	case level == cpu.AVX2 && is64[T]():
		avx2.ExactPack64(&panel[0], &squares[0], &rest[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), f64(w))
	case level == cpu.AVX2:
		avx2.ExactPack32(&panel[0], &squares[0], &rest[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), f64(w))
	case level == cpu.Generic:
		ref.ExactPack(panel, squares, rest, x.Data, x.Rows, x.Cols, x.Stride, shift, w)
	default:
		panic(noLevel)
	}
}

func exactTile(chi, clo []float64, ldc int, a, b, top, left []float64, n, rows, pairs int) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.ExactTile(&chi[0], &clo[0], ldc, &a[0], &b[0], &top[0], &left[0], n, rows, pairs)
	case cpu.AVX2:
		avx2.ExactTile(&chi[0], &clo[0], ldc, &a[0], &b[0], &top[0], &left[0], n, rows, pairs)
	case cpu.Generic:
		ref.ExactTile(chi, clo, ldc, a, b, top, left, n, rows, pairs)
	default:
		panic(noLevel)
	}
}

func exactDots(hi, lo, panel []float64, strips, pairs int, betaHi, betaLo []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.ExactDots(&hi[0], &lo[0], &panel[0], len(hi), strips, pairs, &betaHi[0], &betaLo[0])
	case cpu.AVX2:
		avx2.ExactDots(&hi[0], &lo[0], &panel[0], len(hi), strips, pairs, &betaHi[0], &betaLo[0])
	case cpu.Generic:
		ref.ExactDots(hi, lo, panel, len(hi), strips, pairs, betaHi, betaLo)
	default:
		panic(noLevel)
	}
}

func exp(dst, x []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Exp(&dst[0], &x[0], len(x))
	case cpu.AVX2:
		avx2.Exp(&dst[0], &x[0], len(x))
	case cpu.Generic:
		ref.Exp(dst, x)
	default:
		panic(noLevel)
	}
}

func expm1(dst, x []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Expm1(&dst[0], &x[0], len(x))
	case cpu.AVX2:
		avx2.Expm1(&dst[0], &x[0], len(x))
	case cpu.Generic:
		ref.Expm1(dst, x)
	default:
		panic(noLevel)
	}
}

func gather[T Float](dst, x Matrix[T], index, ahead []int) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.Gather64(f64(dst.Data), dst.Stride, f64(x.Data), x.Stride, &index[0], &ahead[0], dst.Rows, dst.Cols)
	case level == cpu.AVX512:
		avx512.Gather32(f32(dst.Data), dst.Stride, f32(x.Data), x.Stride, &index[0], &ahead[0], dst.Rows, dst.Cols)
	case level == cpu.AVX2 && is64[T]():
		avx2.Gather64(f64(dst.Data), dst.Stride, f64(x.Data), x.Stride, &index[0], &ahead[0], dst.Rows, dst.Cols)
	case level == cpu.AVX2:
		avx2.Gather32(f32(dst.Data), dst.Stride, f32(x.Data), x.Stride, &index[0], &ahead[0], dst.Rows, dst.Cols)
	case level == cpu.Generic:
		ref.Gather(dst.Data, dst.Stride, x.Data, x.Stride, index, dst.Rows, dst.Cols)
	default:
		panic(noLevel)
	}
}

func gemm[T Float](c *T, ldc int, a *T, ars, acs int, b *T, ldb, step, n, rows, columns int, alpha, beta T) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.Gemm64(p64(c), ldc, p64(a), ars, acs, p64(b), ldb, step, n, rows, columns, float64(alpha), float64(beta))
	case level == cpu.AVX512:
		avx512.Gemm32(p32(c), ldc, p32(a), ars, acs, p32(b), ldb, step, n, rows, columns, float32(alpha), float32(beta))
	case level == cpu.AVX2 && is64[T]():
		avx2.Gemm64(p64(c), ldc, p64(a), ars, acs, p64(b), ldb, step, n, rows, columns, float64(alpha), float64(beta))
	case level == cpu.AVX2:
		avx2.Gemm32(p32(c), ldc, p32(a), ars, acs, p32(b), ldb, step, n, rows, columns, float32(alpha), float32(beta))
	case level == cpu.Generic:
		last := (columns - 1) / ref.GemmColumns
		ref.Gemm(span(c, rows, ldc, columns, columns), ldc, span(a, rows, ars, 1, (n-1)*acs+1), ars, acs,
			span(b, n, ldb, 1, last*step+columns-last*ref.GemmColumns), ldb, step, n, rows, columns, alpha, beta)
	default:
		panic(noLevel)
	}
}

func gemmStrip[T Float](c *T, ldc int, a *T, ars, acs int, b *T, ldb int, panels *T, n, columns int, alpha, beta T, ahead *T, stride, advance, back int) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.GemmStrip64(p64(c), ldc, p64(a), ars, acs, p64(b), ldb, p64(panels), n, columns, float64(alpha), float64(beta), p64(ahead), stride, advance, back)
	case level == cpu.AVX512:
		avx512.GemmStrip32(p32(c), ldc, p32(a), ars, acs, p32(b), ldb, p32(panels), n, columns, float32(alpha), float32(beta), p32(ahead), stride, advance, back)
	case level == cpu.AVX2 && is64[T]():
		avx2.GemmStrip64(p64(c), ldc, p64(a), ars, acs, p64(b), ldb, p64(panels), n, columns, float64(alpha), float64(beta), p64(ahead), stride, advance, back)
	case level == cpu.AVX2:
		avx2.GemmStrip32(p32(c), ldc, p32(a), ars, acs, p32(b), ldb, p32(panels), n, columns, float32(alpha), float32(beta), p32(ahead), stride, advance, back)
	case level == cpu.Generic:
		gemmStripInGo(c, ldc, a, ars, acs, b, ldb, panels, n, columns, alpha, beta)
	default:
		panic(noLevel)
	}
}

func gemmShape[T Float]() (rows, columns, vector int) {
	if cpu.Active() == cpu.Generic {
		return ref.GemmRows, ref.GemmColumns, ref.GemmRows
	}
	return tileShape[T]()
}

func indexMax[T Float](x []T, above T) int {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		return avx512.IndexMax64(f64(x), len(x), float64(above))
	case level == cpu.AVX512:
		return avx512.IndexMax32(f32(x), len(x), float32(above))
	case level == cpu.AVX2 && is64[T]():
		return avx2.IndexMax64(f64(x), len(x), float64(above))
	case level == cpu.AVX2:
		return avx2.IndexMax32(f32(x), len(x), float32(above))
	case level == cpu.Generic:
		return ref.IndexMax(x, above)
	default:
		panic(noLevel)
	}
}

func leastSquares[T Float](g, sums []float64, x Matrix[T], shift []T, beta []float64, alpha float64, y []T, w []float64, ahead *T, step int) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.LeastSquares64(&g[0], &sums[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &beta[0], alpha, f64(y), f64(w), p64(ahead), step)
	case level == cpu.AVX512:
		avx512.LeastSquares32(&g[0], &sums[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &beta[0], alpha, f32(y), f64(w), p32(ahead), step)
	case level == cpu.AVX2 && is64[T]():
		avx2.LeastSquares64(&g[0], &sums[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &beta[0], alpha, f64(y), f64(w), p64(ahead), step)
	case level == cpu.AVX2:
		avx2.LeastSquares32(&g[0], &sums[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &beta[0], alpha, f32(y), f64(w), p32(ahead), step)
	case level == cpu.Generic:
		ref.LeastSquares(g, sums, x.Data, x.Rows, x.Cols, x.Stride, shift, beta, alpha, y, w)
	default:
		panic(noLevel)
	}
}

func logisticRegression[T Float](g, sums []float64, x Matrix[T], shift []T, beta []float64, alpha float64, y []T, w, d []float64, ahead *T, step int) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.LogisticRegression64(&g[0], &sums[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &beta[0], alpha, f64(y), f64(w), f64(d), p64(ahead), step)
	case level == cpu.AVX512:
		avx512.LogisticRegression32(&g[0], &sums[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &beta[0], alpha, f32(y), f64(w), f64(d), p32(ahead), step)
	case level == cpu.AVX2 && is64[T]():
		avx2.LogisticRegression64(&g[0], &sums[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &beta[0], alpha, f64(y), f64(w), f64(d), p64(ahead), step)
	case level == cpu.AVX2:
		avx2.LogisticRegression32(&g[0], &sums[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &beta[0], alpha, f32(y), f64(w), f64(d), p32(ahead), step)
	case level == cpu.Generic:
		ref.LogisticRegression(g, sums, x.Data, x.Rows, x.Cols, x.Stride, shift, beta, alpha, y, w, d)
	default:
		panic(noLevel)
	}
}

func log(dst, x []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Log(&dst[0], &x[0], len(x))
	case cpu.AVX2:
		avx2.Log(&dst[0], &x[0], len(x))
	case cpu.Generic:
		ref.Log(dst, x)
	default:
		panic(noLevel)
	}
}

func log1p(dst, x []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Log1p(&dst[0], &x[0], len(x))
	case cpu.AVX2:
		avx2.Log1p(&dst[0], &x[0], len(x))
	case cpu.Generic:
		ref.Log1p(dst, x)
	default:
		panic(noLevel)
	}
}

func logistic(value, r, d, eta, y, w []float64) (low, high float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		return avx512.Logistic(&value[0], &r[0], &d[0], &eta[0], &y[0], f64(w), len(eta))
	case cpu.AVX2:
		return avx2.Logistic(&value[0], &r[0], &d[0], &eta[0], &y[0], f64(w), len(eta))
	case cpu.Generic:
		return ref.Logistic(value, r, d, eta, y, w)
	default:
		panic(noLevel)
	}
}

func multiply(dst, x []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Multiply(&dst[0], &x[0], len(x))
	case cpu.AVX2:
		avx2.Multiply(&dst[0], &x[0], len(x))
	case cpu.Generic:
		ref.Multiply(dst, x)
	default:
		panic(noLevel)
	}
}

func pack[T Float](dst []T, ldd int, x []T, n, p, stride int, shift []T, d []float64) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.Pack64(f64(dst), ldd, f64(x), n, p, stride, f64(shift), f64(d))
	case level == cpu.AVX512:
		avx512.Pack32(f32(dst), ldd, f32(x), n, p, stride, f32(shift), f64(d))
	case level == cpu.AVX2 && is64[T]():
		avx2.Pack64(f64(dst), ldd, f64(x), n, p, stride, f64(shift), f64(d))
	case level == cpu.AVX2:
		avx2.Pack32(f32(dst), ldd, f32(x), n, p, stride, f32(shift), f64(d))
	case level == cpu.Generic:
		ref.Pack(dst, ldd, x, n, p, stride, shift, d)
	default:
		panic(noLevel)
	}
}

func rot[T Float](x, y []T, c, s T) {
	switch level := cpu.Active(); {
	case len(x) > panel/2:
		longRot(x, y, c, s)
	case level == cpu.AVX512 && is64[T]():
		avx512.Rot64(f64(x), f64(y), float64(c), float64(s), len(x))
	case level == cpu.AVX512:
		avx512.Rot32(f32(x), f32(y), float32(c), float32(s), len(x))
	case level == cpu.AVX2 && is64[T]():
		avx2.Rot64(f64(x), f64(y), float64(c), float64(s), len(x))
	case level == cpu.AVX2:
		avx2.Rot32(f32(x), f32(y), float32(c), float32(s), len(x))
	case level == cpu.Generic:
		ref.Rot(x, y, c, s)
	default:
		panic(noLevel)
	}
}

func rowAxpys[T Float](dst *T, ldd int, x *T, ldx int, alpha T, w *T, n, p, step int) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.RowAxpys64(p64(dst), ldd, p64(x), ldx, float64(alpha), p64(w), n, p, step)
	case level == cpu.AVX512:
		avx512.RowAxpys32(p32(dst), ldd, p32(x), ldx, float32(alpha), p32(w), n, p, step)
	case level == cpu.AVX2 && is64[T]():
		avx2.RowAxpys64(p64(dst), ldd, p64(x), ldx, float64(alpha), p64(w), n, p, step)
	case level == cpu.AVX2:
		avx2.RowAxpys32(p32(dst), ldd, p32(x), ldx, float32(alpha), p32(w), n, p, step)
	case level == cpu.Generic:
		last := p + (n-1)*step
		ref.RowAxpys(span(dst, n, ldd, p, last), ldd, span(x, n, ldx, p, last), ldx, alpha, unsafe.Slice(w, n), n, p, step)
	default:
		panic(noLevel)
	}
}

func rowDots[T Float](dst *T, alpha, beta T, a *T, n, stride, p, step int, x *T, shift int) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.RowDots64(p64(dst), float64(alpha), float64(beta), p64(a), n, stride, p, step, p64(x), shift)
	case level == cpu.AVX512:
		avx512.RowDots32(p32(dst), float32(alpha), float32(beta), p32(a), n, stride, p, step, p32(x), shift)
	case level == cpu.AVX2 && is64[T]():
		avx2.RowDots64(p64(dst), float64(alpha), float64(beta), p64(a), n, stride, p, step, p64(x), shift)
	case level == cpu.AVX2:
		avx2.RowDots32(p32(dst), float32(alpha), float32(beta), p32(a), n, stride, p, step, p32(x), shift)
	case level == cpu.Generic:
		last := p + (n-1)*step
		ref.RowDots(unsafe.Slice(dst, n), alpha, beta, span(a, n, stride, p, last), n, stride, p, step, span(x, n, shift, p, last), shift)
	default:
		panic(noLevel)
	}
}

func scal[T Float](x []T, a T) {
	switch level := cpu.Active(); {
	case len(x) < 8: // less work than a call
		ref.Scal(x, a)
	case len(x) > panel:
		longScal(x, a)
	case level == cpu.AVX512 && is64[T]():
		avx512.Scal64(f64(x), float64(a), len(x))
	case level == cpu.AVX512:
		avx512.Scal32(f32(x), float32(a), len(x))
	case level == cpu.AVX2 && is64[T]():
		avx2.Scal64(f64(x), float64(a), len(x))
	case level == cpu.AVX2:
		avx2.Scal32(f32(x), float32(a), len(x))
	case level == cpu.Generic:
		ref.Scal(x, a)
	default:
		panic(noLevel)
	}
}

func solveTriangle[T Float](b *T, ldb int, t *T, n, columns int, alpha T) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.SolveTriangle64(p64(b), ldb, p64(t), n, columns, float64(alpha))
	case level == cpu.AVX512:
		avx512.SolveTriangle32(p32(b), ldb, p32(t), n, columns, float32(alpha))
	case level == cpu.AVX2 && is64[T]():
		avx2.SolveTriangle64(p64(b), ldb, p64(t), n, columns, float64(alpha))
	case level == cpu.AVX2:
		avx2.SolveTriangle32(p32(b), ldb, p32(t), n, columns, float32(alpha))
	case level == cpu.Generic:
		rows, at := rowsFrom(b, ldb, n, columns)
		ref.SolveTriangle(rows, at, ldb, unsafe.Slice(t, (n-1)*(TriangleRows+1)+1), n, columns, alpha)
	default:
		panic(noLevel)
	}
}

func multiplyTriangle[T Float](b *T, ldb int, t *T, n, columns int, alpha T) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.MultiplyTriangle64(p64(b), ldb, p64(t), n, columns, float64(alpha))
	case level == cpu.AVX512:
		avx512.MultiplyTriangle32(p32(b), ldb, p32(t), n, columns, float32(alpha))
	case level == cpu.AVX2 && is64[T]():
		avx2.MultiplyTriangle64(p64(b), ldb, p64(t), n, columns, float64(alpha))
	case level == cpu.AVX2:
		avx2.MultiplyTriangle32(p32(b), ldb, p32(t), n, columns, float32(alpha))
	case level == cpu.Generic:
		rows, at := rowsFrom(b, ldb, n, columns)
		ref.MultiplyTriangle(rows, at, ldb, unsafe.Slice(t, (n-1)*(TriangleRows+1)+1), n, columns, alpha)
	default:
		panic(noLevel)
	}
}

func sigmoid(dst, x []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Sigmoid(&dst[0], &x[0], len(x))
	case cpu.AVX2:
		avx2.Sigmoid(&dst[0], &x[0], len(x))
	case cpu.Generic:
		ref.Sigmoid(dst, x)
	default:
		panic(noLevel)
	}
}

func softplus(dst, x []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Softplus(&dst[0], &x[0], len(x))
	case cpu.AVX2:
		avx2.Softplus(&dst[0], &x[0], len(x))
	case cpu.Generic:
		ref.Softplus(dst, x)
	default:
		panic(noLevel)
	}
}

func squared(value, r, d, eta, y []float64) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Squared(&value[0], &r[0], &d[0], &eta[0], &y[0], len(eta))
	case cpu.AVX2:
		avx2.Squared(&value[0], &r[0], &d[0], &eta[0], &y[0], len(eta))
	case cpu.Generic:
		ref.Squared(value, r, d, eta, y)
	default:
		panic(noLevel)
	}
}

func sum(x []float64) float64 {
	switch cpu.Active() {
	case cpu.AVX512:
		return avx512.Sum64(&x[0], len(x))
	case cpu.AVX2:
		return avx2.Sum64(&x[0], len(x))
	case cpu.Generic:
		return ref.Sum(x)
	default:
		panic(noLevel)
	}
}

func swap[T Float](x, y []T) {
	switch level := cpu.Active(); {
	case len(x) > panel/2:
		longSwap(x, y)
	case level == cpu.AVX512 && is64[T]():
		avx512.Swap64(f64(x), f64(y), len(x))
	case level == cpu.AVX512:
		avx512.Swap32(f32(x), f32(y), len(x))
	case level == cpu.AVX2 && is64[T]():
		avx2.Swap64(f64(x), f64(y), len(x))
	case level == cpu.AVX2:
		avx2.Swap32(f32(x), f32(y), len(x))
	case level == cpu.Generic:
		ref.Swap(x, y)
	default:
		panic(noLevel)
	}
}

// systemForward and systemBackward do some rows of a system.
func systemForward(a, inverse []float64, stride, lo, hi int) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.SystemForward(&a[0], &inverse[0], stride, lo, hi)
	case cpu.AVX2:
		avx2.SystemForward(&a[0], &inverse[0], stride, lo, hi)
	case cpu.Generic:
		ref.SystemForward(a, inverse, stride, lo, hi)
	default:
		panic(noLevel)
	}
}

func systemBackward(a, inverse, x, variance []float64, stride, lo, hi int) {
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.SystemBackward(&a[0], &inverse[0], &x[0], &variance[0], len(x), stride, lo, hi)
	case cpu.AVX2:
		avx2.SystemBackward(&a[0], &inverse[0], &x[0], &variance[0], len(x), stride, lo, hi)
	case cpu.Generic:
		ref.SystemBackward(a, inverse, x, variance, stride, lo, hi)
	default:
		panic(noLevel)
	}
}

// systems solves four systems at a time where vectors are that long.
func systems(a, inverse, x, variance, along, v []float64, m, stride int) {
	const half = ref.SystemLanes / 2
	switch cpu.Active() {
	case cpu.AVX512:
		avx512.Systems(&a[0], &inverse[0], &x[0], &variance[0], &along[0], &v[0], m, stride)
	case cpu.AVX2:
		avx2.Systems(&a[0], &inverse[0], &x[0], &variance[0], &along[0], &v[0], m, stride)
		avx2.Systems(&a[half], &inverse[half], &x[half], &variance[half], &along[half], &v[half], m, stride)
	case cpu.Generic:
		ref.Systems(a, inverse, x, variance, along, v, m, stride)
	default:
		panic(noLevel)
	}
}

// tileShape is the widest tile of the active level, and the tallest of those, and the
// width of its vectors.
func tileShape[T Float]() (rows, columns, vector int) {
	var t T
	size := int(unsafe.Sizeof(t))
	switch cpu.Active() {
	case cpu.AVX512:
		vector = avx512.VectorBytes / size
		return avx512.TileRows, avx512.TileVectors * vector, vector
	case cpu.AVX2:
		vector = avx2.VectorBytes / size
		return avx2.TileRows, avx2.TileVectors * vector, vector
	case cpu.Generic:
		return ref.TileRows, ref.TileColumns, 1
	default:
		panic(noLevel)
	}
}

// tileHeights are how many rows a tile may have, from the most on, if these times its
// vectors are no more than those of the widest tile.
func tileHeights() []int {
	switch cpu.Active() {
	case cpu.AVX512:
		return avx512.TileHeights
	case cpu.AVX2:
		return avx2.TileHeights
	case cpu.Generic:
		return ref.TileHeights
	default:
		panic(noLevel)
	}
}

// narrowColumns is up to how many columns narrow takes. It also takes those of a tile.
func narrowColumns[T Float]() int {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		return avx512.NarrowColumns64
	case level == cpu.AVX512:
		return avx512.NarrowColumns32
	case level == cpu.AVX2 && is64[T]():
		return avx2.NarrowColumns64
	case level == cpu.AVX2:
		return avx2.NarrowColumns32
	case level == cpu.Generic:
		return ref.TileColumns
	default:
		panic(noLevel)
	}
}

func narrow[T Float](c []float64, ldc int, x Matrix[T], d []float64, ahead *T, step int) {
	fetched := unsafe.Pointer(ahead)
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && narrowRotates[T](x.Cols, x.Stride, d != nil):
		narrowRotated(c, ldc, x, d, ahead, step)
	case level == cpu.AVX512 && cpu.ActiveUnits() == cpu.Halves && x.Stride*elementBytes[T]() <= avx512.NarrowHalvesBytes:
		narrowHalves(c, ldc, x, d, ahead, step)
	case level == cpu.AVX512 && is64[T]() && d == nil:
		avx512.Narrow64(&c[0], ldc, f64(x.Data), x.Stride, x.Rows, x.Cols, (*float64)(fetched), step)
	case level == cpu.AVX512 && is64[T]():
		avx512.NarrowWeighted64(&c[0], ldc, f64(x.Data), x.Stride, &d[0], x.Rows, x.Cols, (*float64)(fetched), step)
	case level == cpu.AVX512 && d == nil:
		avx512.Narrow32(&c[0], ldc, f32(x.Data), x.Stride, x.Rows, x.Cols, (*float32)(fetched), step)
	case level == cpu.AVX512:
		avx512.NarrowWeighted32(&c[0], ldc, f32(x.Data), x.Stride, &d[0], x.Rows, x.Cols, (*float32)(fetched), step)
	case level == cpu.AVX2 && is64[T]() && d == nil:
		avx2.Narrow64(&c[0], ldc, f64(x.Data), x.Stride, x.Rows, x.Cols, (*float64)(fetched), step)
	case level == cpu.AVX2 && is64[T]():
		avx2.NarrowWeighted64(&c[0], ldc, f64(x.Data), x.Stride, &d[0], x.Rows, x.Cols, (*float64)(fetched), step)
	case level == cpu.AVX2 && d == nil:
		avx2.Narrow32(&c[0], ldc, f32(x.Data), x.Stride, x.Rows, x.Cols, (*float32)(fetched), step)
	case level == cpu.AVX2:
		avx2.NarrowWeighted32(&c[0], ldc, f32(x.Data), x.Stride, &d[0], x.Rows, x.Cols, (*float32)(fetched), step)
	case level == cpu.Generic:
		ref.Narrow(c, ldc, x.Data, x.Stride, d, x.Rows, x.Cols)
	default:
		panic(noLevel)
	}
}

// narrowRotates says where vectors are rotated: where the processor shuffles beside two
// multiplications, and where it takes 512 bits in halves and that is faster than halves, or
// rows are too far apart for them.
func narrowRotates[T Float](columns, stride int, weighted bool) bool {
	least, short := avx512.NarrowRotatedColumns32, uint64(avx512.NarrowRotatedShort32)
	if is64[T]() {
		least, short = avx512.NarrowRotatedColumns64, avx512.NarrowRotatedShort64
	}
	switch {
	case cpu.ActiveUnits() == cpu.Apart:
		return columns >= least && (is64[T]() || !weighted)
	case cpu.ActiveUnits() == cpu.Halves && !weighted:
		return short>>columns&1 != 0 || columns >= least && stride*elementBytes[T]() > avx512.NarrowHalvesBytes
	}
	return false
}

func narrowRotated[T Float](c []float64, ldc int, x Matrix[T], d []float64, ahead *T, step int) {
	fetched := unsafe.Pointer(ahead)
	switch {
	case d != nil:
		avx512.NarrowRotatedWeighted64(&c[0], ldc, f64(x.Data), x.Stride, &d[0], x.Rows, x.Cols, (*float64)(fetched), step)
	case is64[T]():
		avx512.NarrowRotated64(&c[0], ldc, f64(x.Data), x.Stride, x.Rows, x.Cols, (*float64)(fetched), step)
	default:
		avx512.NarrowRotated32(&c[0], ldc, f32(x.Data), x.Stride, x.Rows, x.Cols, (*float32)(fetched), step)
	}
}

func narrowHalves[T Float](c []float64, ldc int, x Matrix[T], d []float64, ahead *T, step int) {
	fetched := unsafe.Pointer(ahead)
	switch {
	case is64[T]() && d == nil:
		avx512.NarrowHalves64(&c[0], ldc, f64(x.Data), x.Stride, x.Rows, x.Cols, (*float64)(fetched), step)
	case is64[T]():
		avx512.NarrowHalvesWeighted64(&c[0], ldc, f64(x.Data), x.Stride, &d[0], x.Rows, x.Cols, (*float64)(fetched), step)
	case d == nil:
		avx512.NarrowHalves32(&c[0], ldc, f32(x.Data), x.Stride, x.Rows, x.Cols, (*float32)(fetched), step)
	default:
		avx512.NarrowHalvesWeighted32(&c[0], ldc, f32(x.Data), x.Stride, &d[0], x.Rows, x.Cols, (*float32)(fetched), step)
	}
}

func tile[T Float](c []float64, ldc int, a, b operand[T], n, rows, columns, tiles int, ahead *T, step int) {
	fetched := unsafe.Pointer(ahead)
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.Tile64(&c[0], ldc, f64(a.data), a.stride, f64(b.data), b.stride, n, rows, columns, tiles, (*float64)(fetched), step)
	case level == cpu.AVX512:
		avx512.Tile32(&c[0], ldc, f32(a.data), a.stride, f32(b.data), b.stride, n, rows, columns, tiles, (*float32)(fetched), step)
	case level == cpu.AVX2 && is64[T]():
		avx2.Tile64(&c[0], ldc, f64(a.data), a.stride, f64(b.data), b.stride, n, rows, columns, tiles, (*float64)(fetched), step)
	case level == cpu.AVX2:
		avx2.Tile32(&c[0], ldc, f32(a.data), a.stride, f32(b.data), b.stride, n, rows, columns, tiles, (*float32)(fetched), step)
	case level == cpu.Generic:
		ref.Tile(c, ldc, a.data, a.stride, b.data, b.stride, n, rows*tiles, columns)
	default:
		panic(noLevel)
	}
}

// tileWeighted is the first tile of columns that are multiplied by weights: the next
// ones take them from scaled.
func tileWeighted[T Float](c []float64, ldc int, a, b operand[T], d []float64, scaled []T, n, columns int, ahead *T, step int) {
	fetched, to := unsafe.Pointer(ahead), unsafe.Pointer(&scaled[0])
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.TileWeighted64(&c[0], ldc, f64(a.data), a.stride, f64(b.data), b.stride, &d[0], (*float64)(to), n, columns, (*float64)(fetched), step)
	case level == cpu.AVX512:
		avx512.TileWeighted32(&c[0], ldc, f32(a.data), a.stride, f32(b.data), b.stride, &d[0], (*float32)(to), n, columns, (*float32)(fetched), step)
	case level == cpu.AVX2 && is64[T]():
		avx2.TileWeighted64(&c[0], ldc, f64(a.data), a.stride, f64(b.data), b.stride, &d[0], (*float64)(to), n, columns, (*float64)(fetched), step)
	case level == cpu.AVX2:
		avx2.TileWeighted32(&c[0], ldc, f32(a.data), a.stride, f32(b.data), b.stride, &d[0], (*float32)(to), n, columns, (*float32)(fetched), step)
	case level == cpu.Generic:
		ref.TileWeighted(c, ldc, a.data, a.stride, b.data, b.stride, d, scaled, n, columns)
	default:
		panic(noLevel)
	}
}

func transpose[T Float](dst []T, ldd int, src Matrix[T]) {
	group, step := 32/elementBytes[T](), 16/elementBytes[T]()
	groups, steps := src.Rows/group, src.Cols/step
	switch level := cpu.Active(); {
	case level == cpu.Generic:
		ref.Transpose(dst, ldd, src.Data, src.Stride, src.Cols, src.Rows)
		return
	case groups == 0 || steps == 0:
	case level == cpu.AVX512 && is64[T]():
		avx512.Transpose64(f64(dst), ldd, f64(src.Data), src.Stride, steps, groups)
	case level == cpu.AVX512:
		avx512.Transpose32(f32(dst), ldd, f32(src.Data), src.Stride, steps, groups)
	case level == cpu.AVX2 && is64[T]():
		avx2.Transpose64(f64(dst), ldd, f64(src.Data), src.Stride, steps, groups)
	case level == cpu.AVX2:
		avx2.Transpose32(f32(dst), ldd, f32(src.Data), src.Stride, steps, groups)
	default:
		panic(noLevel)
	}
	// What is left by groups of rows and steps of columns.
	rows, columns := groups*group, steps*step
	if steps == 0 {
		rows = 0
	}
	if columns < src.Cols && rows > 0 {
		rest := src.Slice(0, rows).columns(columns, src.Cols)
		ref.Transpose(dst[columns*ldd:], ldd, rest.Data, rest.Stride, rest.Cols, rest.Rows)
	}
	if rows < src.Rows {
		rest := src.Slice(rows, src.Rows)
		ref.Transpose(dst[rows:], ldd, rest.Data, rest.Stride, rest.Cols, rest.Rows)
	}
}

func spread[T Float](dst []float64, ldd int, x Matrix[T], shift []T, r, d []float64) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.Spread64(&dst[0], ldd, f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &r[0], &d[0])
	case level == cpu.AVX512:
		avx512.Spread32(&dst[0], ldd, f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &r[0], &d[0])
	case level == cpu.AVX2 && is64[T]():
		avx2.Spread64(&dst[0], ldd, f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &r[0], &d[0])
	case level == cpu.AVX2:
		avx2.Spread32(&dst[0], ldd, f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &r[0], &d[0])
	case level == cpu.Generic:
		ref.Spread(dst, ldd, x.Data, x.Rows, x.Cols, x.Stride, shift, r, d)
	default:
		panic(noLevel)
	}
}

func update[T Float](dst []float64, x Matrix[T], shift []T, r []float64) {
	switch level := cpu.Active(); {
	case level == cpu.AVX512 && is64[T]():
		avx512.Update64(&dst[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &r[0])
	case level == cpu.AVX512:
		avx512.Update32(&dst[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &r[0])
	case level == cpu.AVX2 && is64[T]():
		avx2.Update64(&dst[0], f64(x.Data), x.Rows, x.Cols, x.Stride, f64(shift), &r[0])
	case level == cpu.AVX2:
		avx2.Update32(&dst[0], f32(x.Data), x.Rows, x.Cols, x.Stride, f32(shift), &r[0])
	case level == cpu.Generic:
		ref.Update(dst, x.Data, x.Rows, x.Cols, x.Stride, shift, r)
	default:
		panic(noLevel)
	}
}

func is64[T Float]() bool {
	var t T
	return unsafe.Sizeof(t) == 8
}

// f64 and f32 are the address of the first element of a slice whose type is
// known by now; nil if the slice is.
func f64[T Float](s []T) *float64 { return (*float64)(unsafe.Pointer(unsafe.SliceData(s))) }
func p64[T Float](p *T) *float64  { return (*float64)(unsafe.Pointer(p)) }
func p32[T Float](p *T) *float32  { return (*float32)(unsafe.Pointer(p)) }
func f32[T Float](s []T) *float32 { return (*float32)(unsafe.Pointer(unsafe.SliceData(s))) }
