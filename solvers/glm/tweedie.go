package glm

import (
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// tweedie is regression of numbers that are zero or positive, with a variance
// proportional to μ^p, 1 < p < 2. The density is an infinite series, so that
// likelihood, AIC and BIC are undefined, as in R.
var tweedie = family{
	name: "tweedie", link: "log", loss: func(p Parameters) loss.Loss { return loss.Tweedie{Power: p.Power} },
	mean:          exponential,
	predictor:     kernels.LogOf,
	start:         func(p Parameters, m *pass.Moments) float64 { return logStart(m, p.Power) },
	logLikelihood: undefined,
	dispersion:    true,
	explained:     "explained deviance",
}
