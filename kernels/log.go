package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

// Log computes the natural logarithm, dst[i] = log(x[i]), within 0.9 units in
// the last place, of subnormal numbers too. ±0 gives −Inf, a negative
// number NaN, +Inf and NaN themselves. dst may be x.
func Log(dst, x []float64) {
	sameLength(dst, x)
	for lo := 0; lo < len(x); lo += piece {
		hi := min(lo+piece, len(x))
		log(dst[lo:hi], x[lo:hi])
	}
}

// Log1p computes dst[i] = log(1 + x[i]), within 0.9 units in the last place,
// which a small x keeps. −1 gives −Inf, a number below it NaN; ±0, +Inf and NaN
// give themselves. dst may be x.
func Log1p(dst, x []float64) {
	sameLength(dst, x)
	for lo := 0; lo < len(x); lo += piece {
		hi := min(lo+piece, len(x))
		log1p(dst[lo:hi], x[lo:hi])
	}
}

// LogOf is the logarithm of one number, with the bits that [Log] gives.
func LogOf(x float64) float64 { return ref.LogOf(x) }
