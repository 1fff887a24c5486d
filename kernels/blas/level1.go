package blas

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// A call whose vectors lie side by side and are long enough goes straight to its
// kernel; everything else is looked at by a function for both types.

// Ddot is Σ_i x[i]·y[i], in the order of kernels.Dot.
func (Implementation) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	if incX == 1 && incY == 1 && uint(n) <= uint(len(x)) && uint(n) <= uint(len(y)) {
		return kernels.Dot(x[:n], y[:n])
	}
	if besides(n, len(x), incX, len(y), incY) {
		return stridedDot(n, x, 0, incX, y, 0, incY)
	}
	return dotOf(n, x, incX, y, incY)
}

// Sdot is Ddot for float32.
func (Implementation) Sdot(n int, x []float32, incX int, y []float32, incY int) float32 {
	if incX == 1 && incY == 1 && uint(n) <= uint(len(x)) && uint(n) <= uint(len(y)) {
		return kernels.Dot(x[:n], y[:n])
	}
	if besides(n, len(x), incX, len(y), incY) {
		return stridedDot(n, x, 0, incX, y, 0, incY)
	}
	return dotOf(n, x, incX, y, incY)
}

// Daxpy adds alpha·x to y, each element fused.
func (Implementation) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	if incX == 1 && incY == 1 && uint(n) <= uint(len(x)) && uint(n) <= uint(len(y)) && alpha != 0 {
		kernels.Axpy(y[:n], alpha, x[:n])
		return
	}
	axpyOf(n, alpha, x, incX, y, incY)
}

// Saxpy is Daxpy for float32.
func (Implementation) Saxpy(n int, alpha float32, x []float32, incX int, y []float32, incY int) {
	if incX == 1 && incY == 1 && uint(n) <= uint(len(x)) && uint(n) <= uint(len(y)) && alpha != 0 {
		kernels.Axpy(y[:n], alpha, x[:n])
		return
	}
	axpyOf(n, alpha, x, incX, y, incY)
}

// Dscal multiplies x by alpha; zero overwrites. It does nothing if incX is
// negative.
func (Implementation) Dscal(n int, alpha float64, x []float64, incX int) {
	if incX == 1 && uint(n) <= uint(len(x)) && alpha != 0 {
		if x = x[:n]; n > 10 {
			kernels.Scal(x, alpha)
			return
		}
		for i := range x {
			x[i] *= alpha
		}
		return
	}
	scalOf(n, alpha, x, incX)
}

// Sscal is Dscal for float32.
func (Implementation) Sscal(n int, alpha float32, x []float32, incX int) {
	if incX == 1 && uint(n) <= uint(len(x)) && alpha != 0 {
		if x = x[:n]; n > 10 {
			kernels.Scal(x, alpha)
			return
		}
		for i := range x {
			x[i] *= alpha
		}
		return
	}
	scalOf(n, alpha, x, incX)
}

// Dnrm2 is √Σ_i x[i]², as kernels.Norm has it, and 0 if incX is negative.
func (Implementation) Dnrm2(n int, x []float64, incX int) float64 {
	if incX == 1 && n > 1 && n <= len(x) {
		return kernels.Norm(x[:n])
	}
	return norm(n, x, incX)
}

// Snrm2 is Dnrm2 for float32.
func (Implementation) Snrm2(n int, x []float32, incX int) float32 {
	if incX == 1 && n > 1 && n <= len(x) {
		return kernels.Norm(x[:n])
	}
	return norm(n, x, incX)
}

// Dasum is Σ_i |x[i]|, as kernels.AbsSum has it, or from the first on where there
// is an increment, and 0 if it is negative.
func (Implementation) Dasum(n int, x []float64, incX int) float64 {
	if incX == 1 && uint(n) <= uint(len(x)) {
		return kernels.AbsSum(x[:n])
	}
	if n > 0 && incX > 0 && (n-1)*incX < len(x) {
		return stridedAbsSum(n, x, incX)
	}
	return absSum(n, x, incX)
}

// Sasum is Dasum for float32.
func (Implementation) Sasum(n int, x []float32, incX int) float32 {
	if incX == 1 && uint(n) <= uint(len(x)) {
		return kernels.AbsSum(x[:n])
	}
	if n > 0 && incX > 0 && (n-1)*incX < len(x) {
		return stridedAbsSum(n, x, incX)
	}
	return absSum(n, x, incX)
}

// Idamax is the first index of the largest |x[i]|, and -1 if there is none or incX
// is negative. NaN is passed over, but at the first index it is what is found.
func (Implementation) Idamax(n int, x []float64, incX int) int {
	if incX == 1 && n > 0 && n <= len(x) {
		if x = x[:n]; n > 8 {
			return kernels.IndexMax(x)
		}
		return shortIndexMax(x)
	}
	return indexMax(n, x, incX)
}

// Isamax is Idamax for float32.
func (Implementation) Isamax(n int, x []float32, incX int) int {
	if incX == 1 && n > 0 && n <= len(x) {
		if x = x[:n]; n > 8 {
			return kernels.IndexMax(x)
		}
		return shortIndexMax(x)
	}
	return indexMax(n, x, incX)
}

// Dswap exchanges x and y.
func (Implementation) Dswap(n int, x []float64, incX int, y []float64, incY int) {
	if incX == 1 && incY == 1 && n > 0 && n <= len(x) && n <= len(y) {
		if x, y = x[:n], y[:n]; n > 8 {
			kernels.Swap(x, y)
			return
		}
		for i, v := range x {
			x[i], y[i] = y[i], v
		}
		return
	}
	swap(n, x, incX, y, incY)
}

// Sswap is Dswap for float32.
func (Implementation) Sswap(n int, x []float32, incX int, y []float32, incY int) {
	if incX == 1 && incY == 1 && n > 0 && n <= len(x) && n <= len(y) {
		if x, y = x[:n], y[:n]; n > 8 {
			kernels.Swap(x, y)
			return
		}
		for i, v := range x {
			x[i], y[i] = y[i], v
		}
		return
	}
	swap(n, x, incX, y, incY)
}

// Drot rotates pairs: x[i] becomes c·x[i] + s·y[i] and y[i] becomes
// c·y[i] − s·x[i], products with c fused.
func (Implementation) Drot(n int, x []float64, incX int, y []float64, incY int, c, s float64) {
	if incX == 1 && incY == 1 && n > 1 && n <= len(x) && n <= len(y) {
		kernels.Rot(x[:n], y[:n], c, s)
		return
	}
	rot(n, x, incX, y, incY, c, s)
}

// Srot is Drot for float32.
func (Implementation) Srot(n int, x []float32, incX int, y []float32, incY int, c, s float32) {
	if incX == 1 && incY == 1 && n > 1 && n <= len(x) && n <= len(y) {
		kernels.Rot(x[:n], y[:n], c, s)
		return
	}
	rot(n, x, incX, y, incY, c, s)
}

// checkPair says whether there is anything to do with two vectors.
func checkPair(n, lengthX, incX, lengthY, incY int) bool {
	if incX == 0 {
		panic(zeroIncX)
	}
	if incY == 0 {
		panic(zeroIncY)
	}
	if n < 0 {
		panic(nLT0)
	}
	if n == 0 {
		return false
	}
	checkVector(lengthX, n, incX, shortX)
	checkVector(lengthY, n, incY, shortY)
	return true
}

// checkOne says whether there is anything to do with a vector of which negative
// increments make nothing.
func checkOne(n, length, inc int) bool {
	if inc == 0 {
		panic(zeroIncX)
	}
	if inc < 0 {
		return false
	}
	if n < 0 {
		panic(nLT0)
	}
	if n == 0 {
		return false
	}
	checkVector(length, n, inc, shortX)
	return true
}

// besides says that two vectors have elements and nothing to complain about, and
// go forward.
func besides(n, lengthX, incX, lengthY, incY int) bool {
	return n > 0 && incX > 0 && incY > 0 && (n-1)*incX < lengthX && (n-1)*incY < lengthY
}

func dotOf[T float](n int, x []T, incX int, y []T, incY int) T {
	if !checkPair(n, len(x), incX, len(y), incY) {
		return 0
	}
	return stridedDot(n, x, place(0, n, incX), incX, y, place(0, n, incY), incY)
}

// stridedDot adds products from x[ix] and y[iy] on, in four chains, i modulo 4,
// that are joined as (0+1) + (2+3).
func stridedDot[T float](n int, x []T, ix, incX int, y []T, iy, incY int) T {
	var s0, s1, s2, s3 T
	for ; n >= 4; n -= 4 {
		s0 += T(x[ix] * y[iy])
		s1 += T(x[ix+incX] * y[iy+incY])
		s2 += T(x[ix+2*incX] * y[iy+2*incY])
		s3 += T(x[ix+3*incX] * y[iy+3*incY])
		ix += 4 * incX
		iy += 4 * incY
	}
	for ; n > 0; n-- {
		s0 += T(x[ix] * y[iy])
		ix += incX
		iy += incY
	}
	return (s0 + s1) + (s2 + s3)
}

func axpyOf[T float](n int, alpha T, x []T, incX int, y []T, incY int) {
	if !besides(n, len(x), incX, len(y), incY) && !checkPair(n, len(x), incX, len(y), incY) || alpha == 0 {
		return
	}
	ix, iy := place(0, n, incX), place(0, n, incY)
	for range n {
		y[iy] = fma(alpha, x[ix], y[iy])
		ix += incX
		iy += incY
	}
}

func scalOf[T float](n int, alpha T, x []T, incX int) {
	if !checkOne(n, len(x), incX) {
		return
	}
	switch {
	case incX == 1 && alpha == 0:
		clear(x[:n])
	case incX == 1:
		kernels.Scal(x[:n], alpha)
	case alpha == 0:
		for i := range n {
			x[i*incX] = 0
		}
	default:
		for i := range n {
			x[i*incX] *= alpha
		}
	}
}

func norm[T float](n int, x []T, incX int) T {
	if !checkOne(n, len(x), incX) {
		return 0
	}
	if n == 1 {
		return T(math.Abs(float64(x[0])))
	}
	// Between these limits no square that counts has been lost.
	if sum := stridedDot(n, x, 0, incX, x, 0, incX); sum > 0x1p-80 && sum < 0x1p120 {
		return T(math.Sqrt(float64(sum)))
	}
	xs := newLine(x, n, incX)
	sum := kernels.Norm(xs.data)
	xs.release()
	return sum
}

func absSum[T float](n int, x []T, incX int) T {
	if n < 0 { // gonum looks at n first
		panic(nLT0)
	}
	if !checkOne(n, len(x), incX) {
		return 0
	}
	return stridedAbsSum(n, x, incX)
}

func stridedAbsSum[T float](n int, x []T, incX int) T {
	var sum T
	for i := 0; n > 0; n-- {
		sum += T(math.Abs(float64(x[i])))
		i += incX
	}
	return sum
}

func indexMax[T float](n int, x []T, incX int) int {
	if !checkOne(n, len(x), incX) {
		return -1
	}
	index, largest, at := 0, T(math.Abs(float64(x[0]))), 0
	for i := range n {
		if v := T(math.Abs(float64(x[at]))); v > largest {
			index, largest = i, v
		}
		at += incX
	}
	return index
}

func shortIndexMax[T float](x []T) int {
	index, largest := 0, T(math.Abs(float64(x[0])))
	for i, v := range x {
		if v = T(math.Abs(float64(v))); v > largest {
			index, largest = i, v
		}
	}
	return index
}

func swap[T float](n int, x []T, incX int, y []T, incY int) {
	if !besides(n, len(x), incX, len(y), incY) && !checkPair(n, len(x), incX, len(y), incY) {
		return
	}
	ix, iy := place(0, n, incX), place(0, n, incY)
	for range n {
		x[ix], y[iy] = y[iy], x[ix]
		ix += incX
		iy += incY
	}
}

func rot[T float](n int, x []T, incX int, y []T, incY int, c, s T) {
	if !besides(n, len(x), incX, len(y), incY) && !checkPair(n, len(x), incX, len(y), incY) {
		return
	}
	ix, iy := place(0, n, incX), place(0, n, incY)
	for range n {
		v, w := x[ix], y[iy]
		if elementBytes[T]() == 8 {
			x[ix] = T(math.FMA(float64(c), float64(v), float64(s*w)))
			y[iy] = T(math.FMA(float64(c), float64(w), -float64(s*v)))
		} else {
			x[ix], y[iy] = kernels.FMA(c, v, T(s*w)), kernels.FMA(c, w, -T(s*v))
		}
		ix += incX
		iy += incY
	}
}
