package glm

import "github.com/seed-0327bdf7/hesse/solvers/loss"

// squaredHinge is a linear support vector machine with a squared loss, on
// targets 0 and 1. What it predicts, on either scale, is a score: positive for
// class 1.
var squaredHinge = family{
	name: "squared-hinge", link: "identity", loss: func(Parameters) loss.Loss { return loss.SquaredHinge{} },
	mean:      func([]float64) {},
	predictor: func(mean float64) float64 { return mean },
	separated: noLoss,
	explained: "explained loss",
}

const noLoss = "a linear combination of the columns separates the classes perfectly: the loss vanishes on it, and other coefficients do as well; add an L2 penalty"
