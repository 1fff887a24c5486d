package kernels

// Exp computes the exponential function, dst[i] = exp(x[i]), within 0.75 units
// in the last place, or 1 where the result is subnormal. It is 0 below −745.13
// and +Inf above 709.78; NaN gives NaN. dst may be x.
func Exp(dst, x []float64) {
	sameLength(dst, x)
	for lo := 0; lo < len(x); lo += piece {
		hi := min(lo+piece, len(x))
		exp(dst[lo:hi], x[lo:hi])
	}
}

// Expm1 computes dst[i] = exp(x[i]) − 1, within 0.9 units in the last place,
// which a small x keeps. −Inf gives −1, ±0 itself, NaN NaN. dst may be x.
func Expm1(dst, x []float64) {
	sameLength(dst, x)
	for lo := 0; lo < len(x); lo += piece {
		hi := min(lo+piece, len(x))
		expm1(dst[lo:hi], x[lo:hi])
	}
}
