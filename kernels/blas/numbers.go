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

// chain is Σ_l a[l·da]·b[l·db] over n terms, in a chain from +0.
func chain[T float](a []T, da int, b []T, db, n int) T {
	if unsafe.Sizeof(a[0]) == 8 {
		var sum float64
		for l := range n {
			sum = math.FMA(float64(a[l*da]), float64(b[l*db]), sum)
		}
		return T(sum)
	}
	var sum T
	for l := range n {
		sum = kernels.FMA(a[l*da], b[l*db], sum)
	}
	return sum
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
