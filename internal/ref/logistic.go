package ref

import "math"

// SoftplusCoefficients are those of the minimax polynomial p, lowest degree
// first, with log(1 + e) = e + e²·p(e) for 0 ≤ e ≤ 1, relative error 2⁻⁵⁹
// before rounding. A logarithm that divides costs as much and is longer on
// its way.
var SoftplusCoefficients = [...]float64{
	-0x1.0000000000000p-1, 0x1.5555555555543p-2, -0x1.fffffffffe410p-3, 0x1.999999992028ap-3,
	-0x1.5555554455221p-3, 0x1.249247b294ed3p-3, -0x1.ffffd6073c2c2p-4, 0x1.c71ac1ac89decp-4,
	-0x1.998cbfd612f82p-4, 0x1.74127e2695a58p-4, -0x1.54037820abf54p-4, 0x1.36544d246cce3p-4,
	-0x1.16cf4e6ba8b8dp-4, 0x1.e10b590430fecp-5, -0x1.80ea83e7018a0p-5, 0x1.1251ba11a8ef8p-5,
	-0x1.4d876885021c8p-6, 0x1.4a6ce114492b5p-7, -0x1.f9d23ccdf3d71p-9, 0x1.162fe2b5f612ep-10,
	-0x1.85008f446e689p-13, 0x1.02a95a0ee7319p-16,
}

// Sigmoid sets dst[i] = σ(x[i]) = 1/(1 + exp(−x[i])).
func Sigmoid(dst, x []float64) {
	for i, v := range x {
		dst[i], _ = sigmoids(v, exp(-math.Abs(v)))
	}
}

// Softplus sets dst[i] = log(1 + exp(x[i])).
func Softplus(dst, x []float64) {
	for i, v := range x {
		dst[i] = softplus(v, exp(-math.Abs(v)))
	}
}

// Logistic is the logistic loss and its derivatives in eta, for y of 0 or 1.
// With the sign 1 − 2y, s = sign·eta and a weight w that is 1 where w is nil,
//
//	value = softplus(s)·w, r = sign·σ(s)·w, d = σ(s)·σ(−s)·w
//
// but for an infinite s, whose value is +Inf or NaN: the larger of s and 0 is s
// times 1 or 0. low and high are the least and the greatest of −s over the
// elements with w > 0, a NaN passed over and a zero positive; +Inf and −Inf
// where there is no element.
func Logistic(value, r, d, eta, y, w []float64) (low, high float64) {
	least, greatest := math.Inf(1), math.Inf(-1) // of s
	for i, x := range eta {
		sign := math.FMA(-2, y[i], 1)
		s := float64(sign * x)
		e := exp(-math.Abs(x))
		sigma, other := sigmoids(s, e)
		above, weight := 1.0, 1.0
		if math.Signbit(s) {
			above = 0
		}
		if w != nil {
			weight = w[i]
		}
		log, lost := logOfOnePlus(e)
		value[i] = float64((log + math.FMA(s, above, lost)) * weight)
		r[i] = float64(float64(sign*sigma) * weight)
		d[i] = float64(float64(sigma*other) * weight)
		if !(weight > 0) {
			continue
		}
		if s < least {
			least = s
		}
		if s > greatest {
			greatest = s
		}
	}
	return 0 - greatest, 0 - least
}

// sigmoids is σ(x) and σ(−x), given e = exp(−|x|). The larger is q = 1/(1+e):
// a quotient of rounded numbers, less its residual 1 − q·(1+e), which is
// 1 − q (exact) less q·e. The smaller is e·q, which keeps all its digits.
func sigmoids(x, e float64) (sigma, other float64) {
	q := 1 / (1 + e)
	q = math.FMA(q, math.FMA(-q, e, 1-q), q)
	small := float64(e * q)
	if math.Signbit(x) {
		return small, q
	}
	return q, small
}

// softplus is log(1 + exp(x)) = max(x, 0) + log(1 + e), e = exp(−|x|).
func softplus(x, e float64) float64 {
	high, low := logOfOnePlus(e)
	if x > 0 {
		low += x
	}
	return high + low
}

// logOfOnePlus is log(1 + e) for 0 ≤ e ≤ 1 as high + low, low what the rounding
// of high has lost: something is added to it before the two meet.
func logOfOnePlus(e float64) (high, low float64) {
	square := float64(e * e)
	p := polynomial22(&SoftplusCoefficients, e)
	high = math.FMA(square, p, e)
	return high, math.FMA(square, p, e-high)
}
