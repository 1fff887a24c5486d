package kernels

// Axpy adds a multiple of a vector, dst[i] += a·x[i], one fused multiply-add
// an element. dst and x have the same length; they may be the same slice.
func Axpy[T Float](dst []T, a T, x []T) {
	if len(dst) != len(x) {
		panic("kernels: vectors of different lengths")
	}
	for lo := 0; lo < len(x); lo += panel {
		hi := min(lo+panel, len(x))
		axpy(dst[lo:hi], a, x[lo:hi])
	}
}
