package glm

import (
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// binomial is logistic regression on targets 0 and 1. Its log-likelihood is
// −Σ wℓ; R rounds weights that are no integers first, and warns.
var binomial = family{
	name: "binomial", link: "logit", loss: func(Parameters) loss.Loss { return loss.Logistic{} },
	mean:          func(eta []float64) { kernels.Sigmoid(eta, eta) },
	predictor:     func(mean float64) float64 { return kernels.LogOf(mean) - kernels.LogOf(1-mean) },
	logLikelihood: func(e evidence) float64 { return -e.deviance / 2 },
	canonical:     true,
	classes:       true,
	separated:     separated,
	explained:     "pseudo-R² (McFadden)",
}
