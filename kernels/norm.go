package kernels

import "math"

// Norm is √Σ_i x[i]², without overflow or underflow before the root. It is NaN if
// an element is, else infinite if one is. The sum is that of [Dot] unless it
// is too large or too small to be right; then elements are multiplied with a power
// of two, and blocks of 256 of them added from left to right.
func Norm[T Float](x []T) T {
	sum := Dot(x, x)
	// Squares below the least number are lost: above this limit they do not count.
	least := T(0x1p-80)
	if elementBytes[T]() == 8 {
		least *= least
		least *= least // 2⁻³²⁰
	}
	if sum >= least && sum-sum == 0 {
		return T(math.Sqrt(float64(sum)))
	}
	return scaledNorm(x, sum)
}

func scaledNorm[T Float](x []T, sum T) T {
	if len(x) == 0 || sum != sum {
		return sum
	}
	largest := float64(abs(x[IndexMax(x)]))
	if largest == 0 || largest > math.MaxFloat64 {
		return T(largest)
	}
	most := 126
	if elementBytes[T]() == 8 {
		most = 1022
	}
	_, exponent := math.Frexp(largest)
	exponent = max(exponent, -most)
	scale := T(math.Ldexp(1, -exponent))
	var block [256]T
	sum = 0
	for len(x) > 0 {
		some := block[:copy(block[:], x)]
		Scal(some, scale)
		sum += Dot(some, some)
		x = x[len(some):]
	}
	return T(math.Ldexp(math.Sqrt(float64(sum)), exponent))
}
