package blas

import "github.com/seed-0327bdf7/hesse/kernels"

// Ddot is Σ_i x[i]·y[i], in the order of kernels.Dot.
func (Implementation) Ddot(n int, x []float64, incX int, y []float64, incY int) float64 {
	return dotOf(n, x, incX, y, incY)
}

// Sdot is Ddot for float32.
func (Implementation) Sdot(n int, x []float32, incX int, y []float32, incY int) float32 {
	return dotOf(n, x, incX, y, incY)
}

// Daxpy adds alpha·x to y, each element fused.
func (Implementation) Daxpy(n int, alpha float64, x []float64, incX int, y []float64, incY int) {
	axpyOf(n, alpha, x, incX, y, incY)
}

// Saxpy is Daxpy for float32.
func (Implementation) Saxpy(n int, alpha float32, x []float32, incX int, y []float32, incY int) {
	axpyOf(n, alpha, x, incX, y, incY)
}

// Dscal multiplies x by alpha; zero overwrites. It does nothing if incX is
// negative.
func (Implementation) Dscal(n int, alpha float64, x []float64, incX int) {
	scalOf(n, alpha, x, incX)
}

// Sscal is Dscal for float32.
func (Implementation) Sscal(n int, alpha float32, x []float32, incX int) {
	scalOf(n, alpha, x, incX)
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

func dotOf[T float](n int, x []T, incX int, y []T, incY int) T {
	if !checkPair(n, len(x), incX, len(y), incY) {
		return 0
	}
	if incX == 1 && incY == 1 {
		return dot(x[:n], y[:n])
	}
	xs, ys := newLine(x, n, incX), newLine(y, n, incY)
	sum := dot(xs.data, ys.data)
	xs.release()
	ys.release()
	return sum
}

func axpyOf[T float](n int, alpha T, x []T, incX int, y []T, incY int) {
	if !checkPair(n, len(x), incX, len(y), incY) || alpha == 0 {
		return
	}
	if incX == 1 && incY == 1 {
		axpy(y[:n], alpha, x[:n])
		return
	}
	ix, iy := place(0, n, incX), place(0, n, incY)
	for range n {
		y[iy] = merge(alpha, x[ix], 1, y[iy])
		ix += incX
		iy += incY
	}
}

func scalOf[T float](n int, alpha T, x []T, incX int) {
	if incX < 1 {
		if incX == 0 {
			panic(zeroIncX)
		}
		return
	}
	if n < 0 {
		panic(nLT0)
	}
	if n == 0 {
		return
	}
	checkVector(len(x), n, incX, shortX)
	switch {
	case incX == 1 && alpha == 0:
		clear(x[:n])
	case incX == 1 && n > 7:
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
