package ref

import "math"

// PeakMultiplyAdds is how many multiply-adds a turn of Peak has, each in a chain
// of its own: enough to hide the latency on any machine with two units and up
// to six cycles, few enough for sixteen registers.
const PeakMultiplyAdds = 12

// Peak runs n turns of fused multiply-adds that wait for nothing but the unit:
// a measure of the machine. The result keeps the compiler from leaving them
// out.
func Peak(n int) float64 {
	var a, b, c, d, e, f, g, h, i, j, k, l float64
	for range n {
		a, b, c = math.FMA(1, 1, a), math.FMA(1, 1, b), math.FMA(1, 1, c)
		d, e, f = math.FMA(1, 1, d), math.FMA(1, 1, e), math.FMA(1, 1, f)
		g, h, i = math.FMA(1, 1, g), math.FMA(1, 1, h), math.FMA(1, 1, i)
		j, k, l = math.FMA(1, 1, j), math.FMA(1, 1, k), math.FMA(1, 1, l)
	}
	return a + b + c + d + e + f + g + h + i + j + k + l
}
