package glm

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// gamma is regression of positive numbers whose standard deviation is
// proportional to their mean. Its log-likelihood is that of R: at the dispersion
// deviance/Σw, which is not the one of standard errors.
var gamma = family{
	name: "gamma", link: "log", loss: func(Parameters) loss.Loss { return loss.Gamma{} },
	mean:      exponential,
	predictor: kernels.LogOf,
	start:     func(_ Parameters, m *pass.Moments) float64 { return logStart(m, 2) },
	base: func(dst, y []float64) {
		kernels.Log(dst, y)
		kernels.Scal(dst, -1)
	},
	logLikelihood: func(e evidence) float64 {
		if e.deviance <= 0 {
			return math.NaN() // a perfect fit has an infinite one
		}
		shape := e.sumW / e.deviance
		row := 0.5*(kernels.LogOf(shape)-log2Pi-1) - stirlingError(shape)
		return math.FMA(e.sumW, row, e.base)
	},
	dispersion: true,
	explained:  "explained deviance",
}
