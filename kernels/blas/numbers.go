package blas

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// merge is fma(alpha, sum, beta·c), as [kernels.Gemm] has it.
func merge[T float](alpha, sum, beta, c T) T {
	if elementBytes[T]() == 8 {
		old := 0.0
		if beta != 0 {
			old = float64(float64(beta) * float64(c))
		}
		return T(math.FMA(float64(alpha), float64(sum), old))
	}
	return kernels.Merge(alpha, sum, beta, c)
}

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
