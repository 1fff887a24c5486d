package bench

import (
	"context"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// groupRows is how many rows a group of so many columns has.
func groupRows(columns int) int { return max(50, 10*columns) }

// groups is least squares with an intercept and standard errors, a fit to every
// 50 rows, or ten for each column if that is more; what is left over belongs to
// none. groupsBinomial is the same with logistic models, whose roof is that of
// their iterations. The answer is all coefficients.
var (
	groups = workload{
		name: "groups", flops: triangle, target: true, vector: true, tolerance: coefficients, whole: true, shortest: groupRows,
		ours: ours{groupsOurs[float64](loss.Squared{}), groupsOurs[float32](loss.Squared{})},
	}
	groupsBinomial = workload{
		name: "groups-binomial", flops: newton.flops, target: true, vector: true, tolerance: coefficients, whole: true, shortest: groupRows,
		loss: loss.Logistic{}, passes: answerPasses,
		ours: ours{groupsOurs[float64](loss.Logistic{}), groupsOurs[float32](loss.Logistic{})},
	}
)

func groupsOurs[T kernels.Float](l loss.Loss) func(b *Problem[T]) (Answer, error) {
	return func(b *Problem[T]) (Answer, error) {
		size := groupRows(b.X.Cols)
		if b.X.Rows < size {
			return Answer{}, fmt.Errorf("bench: %d rows are no group of %d", b.X.Rows, size)
		}
		g := &batch.Groups[T]{X: b.X, Y: b.Y}
		for row := 0; row <= b.X.Rows; row += size {
			g.Starts = append(g.Starts, row)
		}
		var err error
		b.fits, err = g.Fit(context.Background(), batch.Options{Loss: l, StdErrors: true, Threads: b.Threads}, b.fits)
		if err != nil {
			return Answer{}, err
		}
		iterations := 0
		for i, s := range b.fits.Status {
			if s != batch.Converged {
				return Answer{}, fmt.Errorf("bench: group %d is %v", i, s)
			}
			iterations += int(b.fits.Iterations[i])
		}
		mean := math.Round(float64(iterations) / float64(len(b.fits.Status)))
		return Answer{Vector: b.fits.Coefficients, passes: int(mean)}, nil
	}
}
