package kernels

import "math"

// Sigmoid computes the logistic function, dst[i] = σ(x[i]) = 1/(1 + exp(−x[i])),
// within 2 units in the last place however small it is; 1 − σ(x) is σ(−x), with
// all its digits. ±Inf gives the limits, NaN NaN. dst may be x.
func Sigmoid(dst, x []float64) {
	sameLength(dst, x)
	for lo := 0; lo < len(x); lo += piece {
		hi := min(lo+piece, len(x))
		sigmoid(dst[lo:hi], x[lo:hi])
	}
}

// Softplus computes dst[i] = log(1 + exp(x[i])), within 2 units in the last
// place, however small or large it is. ±Inf gives the limits, NaN NaN. dst may
// be x.
func Softplus(dst, x []float64) {
	sameLength(dst, x)
	for lo := 0; lo < len(x); lo += piece {
		hi := min(lo+piece, len(x))
		softplus(dst[lo:hi], x[lo:hi])
	}
}

// Logistic computes the loss log(1 + exp(η)) − yη for y in {0, 1}, with its
// derivatives in η, and multiplies them by weights. In s = (1 − 2y)η, which is
// exact, it is
//
//	value[i] = w[i]·log(1 + exp(s))
//	r[i]     = w[i]·(1 − 2y[i])·σ(s)
//	d[i]     = w[i]·σ(s)·σ(−s)
//
// No sum of these cancels: before the product with w, which rounds once more,
// value and r have the bits of [Softplus] and [Sigmoid] at s, and d is within
// 3.5 units in the last place. A nil w is a weight of 1 for every element.
//
// low and high are the least and the greatest margin −s = (2y − 1)η of elements
// with w[i] > 0. They leave out a NaN, and no zero of theirs is negative;
// without elements they are +Inf and −Inf.
//
// All slices but a nil w have the same length. Each of value, r and d may be
// one of eta, y and w. Every y must be 0 or 1: of another, NaN gives NaN in
// value and r, and the rest have no meaning.
func Logistic(value, r, d, eta, y, w []float64) (low, high float64) {
	sameLength(value, eta)
	sameLength(r, eta)
	sameLength(d, eta)
	sameLength(y, eta)
	if w != nil {
		sameLength(w, eta)
	}
	low, high = math.Inf(1), math.Inf(-1)
	for lo := 0; lo < len(eta); lo += piece {
		hi := min(lo+piece, len(eta))
		var weights []float64
		if w != nil {
			weights = w[lo:hi]
		}
		least, greatest := logistic(value[lo:hi], r[lo:hi], d[lo:hi], eta[lo:hi], y[lo:hi], weights)
		low, high = min(low, least), max(high, greatest)
	}
	return low, high
}
