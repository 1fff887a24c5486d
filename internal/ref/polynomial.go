package ref

import "math"

// Polynomials Σ c[i]·x^i are evaluated by Estrin's scheme: neighbours are
// joined with x, pairs of them with x², and so on, until no more than three
// are left; those by Horner's. What has no neighbour waits. So few operations
// wait for one another, and the rounding of the lower coefficients is the last.

func polynomial7(c *[7]float64, x float64) float64 {
	x2 := float64(x * x)
	x4 := float64(x2 * x2)
	high := math.FMA(c[6], x2, math.FMA(c[5], x, c[4]))
	return math.FMA(high, x4, four(c[0], c[1], c[2], c[3], x, x2))
}

func polynomial10(c *[10]float64, x float64) float64 {
	x2 := float64(x * x)
	x4 := float64(x2 * x2)
	sum := math.FMA(math.FMA(c[9], x, c[8]), x4, four(c[4], c[5], c[6], c[7], x, x2))
	return math.FMA(sum, x4, four(c[0], c[1], c[2], c[3], x, x2))
}

func polynomial11(c *[11]float64, x float64) float64 {
	x2 := float64(x * x)
	x4 := float64(x2 * x2)
	sum := math.FMA(c[10], x2, math.FMA(c[9], x, c[8]))
	sum = math.FMA(sum, x4, four(c[4], c[5], c[6], c[7], x, x2))
	return math.FMA(sum, x4, four(c[0], c[1], c[2], c[3], x, x2))
}

func polynomial22(c *[22]float64, x float64) float64 {
	x2 := float64(x * x)
	x4 := float64(x2 * x2)
	x8 := float64(x4 * x4)
	sum := math.FMA(math.FMA(c[21], x, c[20]), x4, four(c[16], c[17], c[18], c[19], x, x2))
	middle := math.FMA(four(c[12], c[13], c[14], c[15], x, x2), x4, four(c[8], c[9], c[10], c[11], x, x2))
	low := math.FMA(four(c[4], c[5], c[6], c[7], x, x2), x4, four(c[0], c[1], c[2], c[3], x, x2))
	return math.FMA(math.FMA(sum, x8, middle), x8, low)
}

func four(c0, c1, c2, c3, x, x2 float64) float64 {
	return math.FMA(math.FMA(c3, x, c2), x2, math.FMA(c1, x, c0))
}
