package solvers

import (
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
)

func dot(x, y []float64) float64 {
	var sum [1]float64
	kernels.Dots(sum[:], kernels.Matrix[float64]{Rows: 1, Cols: len(x), Stride: len(x), Data: x}, nil, y)
	return sum[0]
}

func largestAbsolute(x []float64) float64 {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	return largest
}

// unitOf is 1, or where the square of a length is no float64 any more, a power of
// two that makes it about 1.
func unitOf(longest float64) float64 {
	const far = 256
	if longest == 0 || !finite(longest) {
		return 1
	}
	if exponent := math.Ilogb(longest); max(exponent, -exponent) > far {
		return math.Ldexp(1, -exponent)
	}
	return 1
}

func finite(x ...float64) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// symmetric adds H·x to dst, where h holds the upper triangle of H.
func symmetric(dst, h, x []float64) {
	n := len(x)
	for i, v := range x {
		row := h[i*n+i : (i+1)*n]
		kernels.Axpy(dst[i:], v, row)
		dst[i] += dot(row[1:], x[i+1:])
	}
}

// curvedNorm returns Σ |h_ii|·(s·x_i)²: the square of the length of s·x where
// every variable is scaled to unit curvature.
func curvedNorm(h, x []float64, s float64) float64 {
	n := len(x)
	sum := 0.0
	for i, v := range x {
		v = float64(s * v)
		sum = math.FMA(float64(math.Abs(h[i*n+i])*v), v, sum)
	}
	return sum
}

func fill(x []float64, v float64) {
	for i := range x {
		x[i] = v
	}
}

// sameBits reports whether two vectors are the same, NaN and zeros included.
func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}
