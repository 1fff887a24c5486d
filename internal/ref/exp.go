package ref

import "math"

// Constants of exp(x) = 2^n·exp(r), n the integer nearest to x/ln 2: ln 2 in
// two parts, the first with 21 trailing zeros so that n·Ln2High is exact.
// Below ExpLowest the result is zero, above ExpHighest it is infinite; below
// Expm1Lowest exp(x) − 1 is −1.
const (
	Log2E       = 0x1.71547652b82fep+0
	Ln2High     = 0x1.62e42fee00000p-1
	Ln2Low      = 0x1.a39ef35793c76p-33
	ExpLowest   = -750
	ExpHighest  = 710
	Expm1Lowest = -40

	// ExpShift rounds what it is added to: the lowest bits of the sum are
	// n + ExpBias, a number from 964 to 3070.
	ExpShift = 0x1.8p52 + ExpBias
	ExpBias  = 2 * 1023
)

// ExpCoefficients are those of the minimax polynomial q, lowest degree first,
// with exp(r) = 1 + r + r²·q(r) for |r| ≤ ½ ln 2: errors of 2⁻⁶³ of exp(r) and
// 2⁻⁶¹ of exp(r) − 1 before rounding.
var ExpCoefficients = [...]float64{
	0x1.0000000000000p-1, 0x1.5555555555559p-3, 0x1.5555555555558p-5, 0x1.111111110f64dp-7,
	0x1.6c16c16c14f54p-10, 0x1.a01a01b0084b0p-13, 0x1.a01a01addf2a5p-16, 0x1.71ddf800c86a7p-19,
	0x1.27e4cafa5eeccp-22, 0x1.af5f489df2804p-26, 0x1.1f8de22a1f51ap-29,
}

// Exp sets dst[i] = exp(x[i]).
func Exp(dst, x []float64) {
	for i, v := range x {
		dst[i] = exp(v)
	}
}

// Expm1 sets dst[i] = exp(x[i]) − 1.
func Expm1(dst, x []float64) {
	for i, v := range x {
		dst[i] = expm1(v)
	}
}

// exp adds 1, r and r²·q(r) with what the first sum has lost, so that nothing
// but the last addition rounds noticeably.
func exp(x float64) float64 {
	a := remainder(clamp(x, ExpLowest, ExpHighest))
	sum := 1 + a.high
	lost := a.high - (sum - 1)
	q := polynomial11(&ExpCoefficients, a.r)
	p := sum + math.FMA(q, a.square, math.FMA(-a.n, Ln2Low, lost))
	return scale(p, a.biased)
}

// expm1 is 2^n·((1 − 2^−n) + (exp(r) − 1)), added up like exp. The two cancel
// in part near ±½ ln 2. So r² too has what the rounding of r has lost, and q(r)
// is taken apart: the first coefficient, ½, multiplies without an error.
func expm1(x float64) float64 {
	a := remainder(clamp(x, Expm1Lowest, ExpHighest))
	twice := math.Float64frombits((ExpBias + 1024 - a.biased) << 52) // 2^(1−n); 0 for n = 1024
	one := math.FMA(-0.5, twice, 1)
	lostOne := math.FMA(-0.5, twice, 1-one)
	sum := one + a.r
	lost := (a.r - (sum - one)) + lostOne
	low := math.FMA(-a.n, Ln2Low, a.high-a.r)
	tail := math.FMA(low, a.r, low+lost)
	q := polynomial10((*[10]float64)(ExpCoefficients[1:]), a.r)
	tail = math.FMA(float64(a.r*a.square), q, tail)
	p := sum + math.FMA(0.5, a.square, tail)
	return math.Copysign(scale(p, a.biased), x) // −0 has become +0
}

// A reduced argument is x = n·ln 2 + r, r = high − n·Ln2Low but for rounding.
type reduced struct {
	n, high, r, square float64
	biased             uint64 // its lowest bits are n + ExpBias
}

func remainder(x float64) reduced {
	shifted := math.FMA(x, Log2E, ExpShift)
	n := shifted - ExpShift
	high := math.FMA(-n, Ln2High, x)
	r := math.FMA(-n, Ln2Low, high)
	return reduced{n, high, r, float64(r * r), math.Float64bits(shifted)}
}

// scale is p·2^n, in two factors that are normal numbers: the first product
// is exact, so that a subnormal result is rounded once.
func scale(p float64, biased uint64) float64 {
	first := biased >> 1
	return float64(float64(p*math.Float64frombits(first<<52)) * math.Float64frombits((biased-first)<<52))
}

// clamp is x between two bounds. NaN stays.
func clamp(x, low, high float64) float64 {
	if x < low {
		x = low
	}
	if x > high {
		x = high
	}
	return x
}
