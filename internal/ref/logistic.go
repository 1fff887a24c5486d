package ref

import "math"

// Constants of exp(x) = 2^n·exp(r), n the integer nearest to x/ln 2: ln 2 in
// two parts, the first with 21 trailing zeros so that n·Ln2High is exact, and
// the minimax polynomial q with exp(r) = 1 + r + r²·q(r) for |r| ≤ ½ ln 2,
// relative error 2⁻⁶⁴ before rounding. Below ExpLowest the result is zero.
const (
	Log2E     = 0x1.71547652b82fep+0
	Ln2High   = 0x1.62e42fee00000p-1
	Ln2Low    = 0x1.a39ef35793c76p-33
	ExpLowest = -750
)

// ExpCoefficients are those of q, lowest degree first.
var ExpCoefficients = [...]float64{
	0x1.0000000000000p-1, 0x1.555555555555bp-3, 0x1.5555555555503p-5, 0x1.111111110ec5dp-7,
	0x1.6c16c16c3048ep-10, 0x1.a01a01b37e34fp-13, 0x1.a01a01368ece6p-16, 0x1.71ddf020d45a0p-19,
	0x1.27e5b447b7c52p-22, 0x1.af6be7db3dc11p-26, 0x1.1e3d2ae1b9f58p-29,
}

// AtanhCoefficients are those of the minimax polynomial p with
// atanh(s) = s + s³·p(s²) for 0 ≤ s ≤ 1/3, relative error 2⁻⁵⁹ before
// rounding, lowest degree first.
var AtanhCoefficients = [...]float64{
	0x1.5555555555535p-2, 0x1.99999999a06c1p-3, 0x1.249249209110dp-3, 0x1.c71c741a06fc8p-4,
	0x1.745cb459ad0a6p-4, 0x1.3b1dd3ac67ce3p-4, 0x1.10682ee648bf3p-4, 0x1.efd18bf1f6e9bp-5,
	0x1.55cf5fd70fa55p-5, 0x1.5c5c1ab375b69p-4,
}

// Logistic computes, element by element,
//
//	mu = σ(eta), nu = σ(−eta) = 1 − mu, softplus = log(1 + exp(−|eta|))
//
// with σ(x) = 1/(1 + exp(−x)). With e = exp(−|eta|): the smaller of mu and nu
// is e/(1+e), which keeps all its digits however small it is, the larger is
// one minus that, and the logarithm is 2·atanh(e/(2+e)).
func Logistic(mu, nu, softplus, eta []float64) {
	for i, x := range eta {
		e := expOfMinusAbs(x)
		q := e / (1 + e)
		t := 1 - q
		softplus[i] = log1p(e)
		if math.Signbit(x) {
			mu[i], nu[i] = q, t
		} else {
			mu[i], nu[i] = t, q
		}
	}
}

// expOfMinusAbs is exp(−|x|).
func expOfMinusAbs(x float64) float64 {
	if x != x {
		return x
	}
	y := -math.Abs(x)
	if y < ExpLowest {
		y = ExpLowest
	}
	n := math.RoundToEven(float64(y * Log2E))
	r := math.FMA(-n, Ln2High, y)
	r = math.FMA(-n, Ln2Low, r)
	q := horner(ExpCoefficients[:], r)
	p := 1 + math.FMA(q, float64(r*r), r)
	exponent := int64(n)
	half := exponent >> 1
	return float64(float64(p*twoPower(half)) * twoPower(exponent-half))
}

// twoPower is 2^n for a normal result.
func twoPower(n int64) float64 { return math.Float64frombits(uint64(n+1023) << 52) }

// log1p is log(1 + e) for 0 ≤ e ≤ 1.
func log1p(e float64) float64 {
	s := e / (2 + e)
	z := float64(s * s)
	p := horner(AtanhCoefficients[:], z)
	double := s + s
	return math.FMA(p, float64(double*z), double)
}

func horner(c []float64, x float64) float64 {
	sum := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		sum = math.FMA(sum, x, c[i])
	}
	return sum
}
