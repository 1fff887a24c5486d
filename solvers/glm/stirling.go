package glm

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

const log2Pi = 1.8378770664093453

// stirlingError is what Stirling's formula lacks,
//
//	δ(x) = log Γ(x+1) − (x + ½)·log x + x − ½·log 2π,  x > 0
//
// within some 1e-15. Densities written with it have no large terms that cancel,
// as those with log Γ have.
//
// Source: Loader, Fast and accurate computation of binomial probabilities (2000).
func stirlingError(x float64) float64 {
	// δ(x) = δ(x+1) + (x + ½)·log((x + 1)/x) − 1, up to where the series does.
	sum := 0.0
	for ; x < 16; x++ {
		sum += math.FMA(x+0.5, kernels.LogOf((x+1)/x), -1)
	}
	u := 1 / float64(x*x)
	series := 1.0 / 1188
	for _, c := range [...]float64{-1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12} {
		series = math.FMA(series, u, c)
	}
	return sum + series/x
}
