package glm

import "github.com/seed-0327bdf7/hesse/solvers/loss"

// huber is regression that outliers cannot pull far; Parameters.Delta says
// which residuals are far. It has no likelihood, and no standard errors: those
// of least squares would be wrong.
var huber = family{
	name: "huber", link: "identity", loss: func(p Parameters) loss.Loss { return loss.Huber{Delta: p.Delta} },
	mean:      func([]float64) {},
	predictor: func(mean float64) float64 { return mean },
	explained: "explained loss",
}
