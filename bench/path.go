package bench

import (
	"context"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// pathLength is how many penalties a path has, down to a thousandth of the first.
const pathLength = 100

// path is the lasso of least squares with an intercept for pathLength penalties.
// The answer is the coefficients of all fits; the roof that of one Gram matrix.
var path = workload{
	name: "path", flops: triangle, target: true, vector: true, whole: true,
	tolerance: func(dtype string, ours Answer) float64 { return 10 * coefficients(dtype, ours) }, // the loss changes by the square of it
	shortest:  func(p int) int { return max(1_000_000/p, 4*p) },                                  // with fewer, what a step costs would count
	ours:      ours{pathOurs[float64], pathOurs[float32]},
}

func pathOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	fits, err := glm.FitPath(context.Background(), glm.Data[T]{X: b.X.Data, Columns: b.X.Cols, Y: b.Y},
		glm.PathOptions{Options: glm.Options{Threads: b.Threads}, Count: pathLength})
	if err != nil {
		return Answer{}, err
	}
	return Answer{Vector: fits.Coefficients}, nil
}
