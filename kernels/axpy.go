package kernels

import "math"

// Axpy adds a multiple of a vector, dst[i] += a·x[i], one fused multiply-add
// an element. dst and x have the same length; they may be the same slice.
func Axpy[T Float](dst []T, a T, x []T) {
	if len(dst) != len(x) {
		panic("kernels: vectors of different lengths")
	}
	axpy(dst, a, x)
}

// shortAxpy is for what is less work than a call.
func shortAxpy[T Float](dst []T, a T, x []T) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = T(math.FMA(float64(a), float64(v), float64(dst[i])))
	}
}

func longAxpy[T Float](dst []T, a T, x []T) {
	for lo := 0; lo < len(x); lo += panel {
		hi := min(lo+panel, len(x))
		axpy(dst[lo:hi], a, x[lo:hi])
	}
}
