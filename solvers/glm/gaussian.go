package glm

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// gaussian is least squares: its deviance is the weighted residual sum of
// squares.
var gaussian = family{
	name: "gaussian", link: "identity", loss: loss.Squared{},
	mean:      func([]float64) {},
	predictor: func(mean float64) float64 { return mean },
	logLikelihood: func(deviance float64, n int, sumLogW float64) float64 {
		if deviance <= 0 {
			return math.NaN() // a perfect fit has an infinite one
		}
		const log2Pi = 1.8378770664093453
		rows := float64(n)
		return 0.5 * (sumLogW - float64(rows*(log2Pi+1-kernels.LogOf(rows)+kernels.LogOf(deviance))))
	},
	canonical:  true,
	dispersion: true,
	explained:  "R²",
}
