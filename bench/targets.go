package bench

import (
	"context"
	"fmt"
	"runtime"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// targets is least squares with an intercept of [Responses] targets on one
// design. The answer is all coefficients.
var targets = workload{
	name: "targets", flops: func(p int) float64 { return triangle(p) + 2*float64(p)*Responses }, vector: true,
	tolerance: coefficients, whole: true, needs: needs{responses: true}, beside: func(int) int { return Responses }, fewest: func(p int) int { return p + 2 },
	ours: ours{targetsOurs[float64], targetsOurs[float32]},
}

func targetsOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(b.Threads)) // products take all there are
	fits, err := batch.FitTargets(context.Background(), &pass.Data[T]{X: b.X}, b.Responses, batch.Options{Threads: b.Threads})
	if err != nil {
		return Answer{}, err
	}
	for i, s := range fits.Status {
		if s != batch.Converged {
			return Answer{}, fmt.Errorf("bench: target %d is %v", i, s)
		}
	}
	return Answer{Vector: fits.Coefficients}, nil
}
