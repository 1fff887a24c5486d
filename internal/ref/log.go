package ref

import "math"

// Log is the natural logarithm of x, within 2 units in the last place:
// log(2^k·m) = k·ln 2 + 2·atanh((m−1)/(m+1)) with √½ ≤ m < √2. Package math's
// differs between architectures.
func Log(x float64) float64 {
	switch {
	case x != x || x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case math.IsInf(x, 1):
		return x
	}
	m, exponent := math.Frexp(x) // ½ ≤ m < 1
	if m < math.Sqrt2/2 {
		m *= 2
		exponent--
	}
	k := float64(exponent)
	s := (m - 1) / (m + 1)
	z := float64(s * s)
	double := s + s
	low := math.FMA(horner(AtanhCoefficients[:], z), float64(double*z), float64(k*Ln2Low))
	return math.FMA(k, Ln2High, double+low)
}
