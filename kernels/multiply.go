package kernels

// Multiply multiplies element by element, dst[i] = dst[i]·x[i], each product
// rounded once. dst and x have the same length; they may be the same slice.
func Multiply(dst, x []float64) {
	sameLength(dst, x)
	for lo := 0; lo < len(x); lo += panel {
		hi := min(lo+panel, len(x))
		multiply(dst[lo:hi], x[lo:hi])
	}
}
