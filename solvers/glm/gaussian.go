package glm

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// gaussian is least squares: its deviance is the weighted residual sum of
// squares.
var gaussian = family{
	name: "gaussian", link: "identity", loss: func(Parameters) loss.Loss { return loss.Squared{} },
	mean:      func([]float64) {},
	predictor: func(mean float64) float64 { return mean },
	logLikelihood: func(e evidence) float64 {
		if e.deviance <= 0 {
			return math.NaN() // a perfect fit has an infinite one
		}
		rows := float64(e.rows)
		return 0.5 * (e.sumLogW - float64(rows*(log2Pi+1-kernels.LogOf(rows)+kernels.LogOf(e.deviance))))
	},
	canonical:  true,
	dispersion: true,
	explained:  "R²",
}
