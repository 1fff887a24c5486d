package ref

import "math"

// Constants of log(x), x = 2^k·m with √½ ≤ m < √2. Both come from the bits of
// x by integer arithmetic: what is added to them carries into the exponent
// where m would be √2 or more. A number of LogBias in its lowest bits and k
// beside it is k as a float64.
const (
	LogRoot    = 0x3fe6a09e667f3bcd           // the bits of √½
	LogCarry   = 0x3ff0000000000000 - LogRoot // 1 − √½ in units of these bits
	LogMask    = 1<<52 - 1                    // a significand
	LogInteger = 0x4330000000000000           // the bits of 2⁵²
	LogBias    = 0x1p52 + 1023                // k = 2⁵² + exponent − LogBias
	LogLowest  = 0x1p-1022                    // below it numbers are subnormal,
	LogScale   = 0x1p54                       // and multiplied by this
	LogScaled  = LogBias + 54                 // bias of a number so multiplied
)

// LogCoefficients are those of the minimax polynomial P, lowest degree first,
// with log(1 + f) = f − ½f² + s·(½f² + s²·P(s²)), s = f/(2 + f), for
// √½ ≤ 1 + f < √2: error 2⁻⁵⁷ of s before rounding.
var LogCoefficients = [...]float64{
	0x1.5555555555558p-1, 0x1.99999999952cap-2, 0x1.2492492df9572p-2, 0x1.c71c62d963d42p-3,
	0x1.7462b83b91213p-3, 0x1.39fdeadcdf53bp-3, 0x1.2b5dd4abb1decp-3,
}

// Log sets dst[i] = log(x[i]).
func Log(dst, x []float64) {
	for i, v := range x {
		dst[i] = LogOf(v)
	}
}

// Log1p sets dst[i] = log(1 + x[i]).
func Log1p(dst, x []float64) {
	for i, v := range x {
		dst[i] = log1p(v)
	}
}

// LogOf is log(x): package math's differs between architectures.
func LogOf(x float64) float64 {
	switch {
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case !(x < math.Inf(1)):
		return x
	}
	bias := LogBias
	if x < LogLowest {
		x, bias = float64(x*LogScale), LogScaled
	}
	exponent, m := split(x)
	return logSum(exponent-bias, m-1, 0)
}

// log1p takes 2^k·m from 1 + x, and what that sum has lost as a correction of
// the logarithm, relative to m. Where k = 0 nothing need be lost: f is x.
func log1p(x float64) float64 {
	switch {
	case x < -1:
		return math.NaN()
	case x == -1:
		return math.Inf(-1)
	case !(x < math.Inf(1)):
		return x
	}
	small, big := 1.0, x
	if x < 1 {
		small, big = x, 1
	}
	u := 1 + x
	lost := small - (u - big)
	exponent, m := split(u)
	k, f := exponent-LogBias, m-1
	// 2^(1−k), 0 for k = 1024
	lost = float64(lost * math.Float64frombits((LogInteger+2047-math.Float64bits(exponent))<<52))
	if k == 0 {
		lost, f = 0, x
	}
	return math.Copysign(logSum(k, f, lost), x) // −0 has become +0
}

// split is the exponent of x, less 2⁵² and with its bias, and m.
func split(x float64) (exponent, m float64) {
	bits := math.Float64bits(x) + LogCarry
	return math.Float64frombits(bits>>52 | LogInteger), math.Float64frombits(bits&LogMask + LogRoot)
}

// logSum is k·ln 2 + log(1 + f) + ½·twice/(1 + f). The two largest terms are
// added with what their sum loses, so that nothing but the last addition
// rounds noticeably. 1/(1 + f) = (1 − s)/(1 + s) need not be more than
// 1 − 2s + 2s².
func logSum(k, f, twice float64) float64 {
	s := f / (2 + f)
	z := float64(s * s)
	half := float64(float64(0.5*f) * f)
	sum := math.FMA(k, Ln2High, f)
	lost := f - math.FMA(-k, Ln2High, sum)
	tail := math.FMA(k, Ln2Low, lost)
	tail = math.FMA(twice, (z-s)+0.5, tail) - half
	return sum + math.FMA(s, math.FMA(z, polynomial7(&LogCoefficients, z), half), tail)
}
