package bench

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// expanding is least squares with an intercept in all rows up to each, and
// recursive the same with weights that halve every so many rows as a window of
// rolling has. The answer is all coefficients from the end of such a window on.
var (
	expanding = workload{
		name: "expanding", flops: rolling.flops, target: true, vector: true, tolerance: coefficients, whole: true,
		beside: rolling.beside, fewest: rolling.fewest, shortest: rolling.shortest,
		ours: ours{expandingOurs[float64](false), expandingOurs[float32](false)},
	}
	recursive = workload{
		name: "recursive", flops: rolling.flops, target: true, vector: true, tolerance: coefficients, whole: true,
		beside: rolling.beside, fewest: rolling.fewest, shortest: rolling.shortest,
		ours: ours{expandingOurs[float64](true), expandingOurs[float32](true)},
	}
)

func expandingOurs[T kernels.Float](forgetting bool) func(b *Problem[T]) (Answer, error) {
	return func(b *Problem[T]) (Answer, error) {
		if err := checkWindows(b); err != nil {
			return Answer{}, err
		}
		size := windowRows(b.X.Cols)
		windows := batch.Windows{Options: batch.Options{Threads: b.Threads}, MinRows: size}
		if forgetting {
			windows.Forgetting = math.Exp2(-1 / float64(size))
		}
		fits, err := batch.Roll(context.Background(), &pass.Data[T]{X: b.X, Y: b.Y}, windows)
		if err != nil {
			return Answer{}, err
		}
		return Answer{Vector: fits.Coefficients}, nil
	}
}
