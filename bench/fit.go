package bench

import (
	"context"
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// fitGaussian and fitBinomial are whole fits with an intercept, from data in
// memory to coefficients; ours brings their standard errors. The roof is that of
// the passes that our fit takes.
var (
	fitGaussian = workload{
		name: "fit-gaussian", flops: triangle, target: true, vector: true,
		passes: answerPasses, tolerance: coefficients, whole: true,
		ours: ours{fitOurs[float64](glm.Gaussian), fitOurs[float32](glm.Gaussian)},
	}
	fitBinomial = workload{
		name: "fit-binomial", flops: newton.flops, target: true, vector: true, loss: loss.Logistic{},
		passes: answerPasses, tolerance: coefficients, whole: true,
		ours: ours{fitOurs[float64](glm.Binomial), fitOurs[float32](glm.Binomial)},
	}
)

func fitOurs[T kernels.Float](family glm.Family) func(*Problem[T]) (Answer, error) {
	return func(b *Problem[T]) (Answer, error) {
		data := glm.Data[T]{X: b.X.Data, Columns: b.X.Cols, Y: b.Y}
		model, err := glm.Fit(context.Background(), data, glm.Options{Family: family, Threads: b.Threads})
		if err != nil {
			return Answer{}, err
		}
		if !model.Converged {
			return Answer{}, fmt.Errorf("bench: the fit did not converge: %s", model.Reason)
		}
		var beta []float64
		for _, c := range model.Coefficients {
			beta = append(beta, c.Estimate)
		}
		return Answer{Vector: beta, passes: model.Evaluations.Hessians}, nil
	}
}

func answerPasses(a Answer) int { return max(a.passes, 1) }

// coefficients is the tolerance of coefficients, which other methods find to
// their own precision.
func coefficients(dtype string, ours Answer) float64 {
	share := 1e-4
	if dtype == Float32 {
		share = 1e-2
	}
	return share * largest(ours.Vector)
}
