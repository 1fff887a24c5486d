package blas

import (
	"math"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// scaleBy multiplies x by beta; zero overwrites.
func scaleBy[T float](beta T, x []T) {
	switch beta {
	case 1:
	case 0:
		clear(x)
	default:
		for i := range x {
			x[i] *= beta
		}
	}
}

// fma is x·y + z, rounded once.
func fma[T float](x, y, z T) T {
	if unsafe.Sizeof(z) == 4 {
		return kernels.FMA(x, y, z)
	}
	return T(math.FMA(float64(x), float64(y), float64(z)))
}

// merge is what a kernel makes of the end of a chain.
func merge[T float](alpha, sum, beta, c T) T {
	if unsafe.Sizeof(c) == 4 {
		return kernels.Merge(alpha, sum, beta, c)
	}
	old := 0.0
	if beta != 0 {
		old = float64(T(beta * c))
	}
	return T(math.FMA(float64(alpha), float64(sum), old))
}
