package glm

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// poisson is regression of counts, with the canonical link. Targets that are no
// integers, as are rates, have a deviance but no likelihood.
var poisson = family{
	name: "poisson", link: "log", loss: func(Parameters) loss.Loss { return loss.Poisson{} },
	mean:      exponential,
	predictor: kernels.LogOf,
	start:     func(_ Parameters, m *pass.Moments) float64 { return logStart(m, 1) },
	base: func(y float64) float64 { // the log of the density where the mean is y
		switch {
		case y == 0:
			return 0
		case y != math.Floor(y):
			return math.NaN()
		}
		return -0.5*(log2Pi+kernels.LogOf(y)) - stirlingError(y)
	},
	logLikelihood: func(e evidence) float64 { return math.FMA(-0.5, e.deviance, e.base) },
	canonical:     true,
	explained:     "explained deviance",
}
