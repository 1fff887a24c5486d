package bench

import (
	"context"
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
)

// groupRows is how many rows a group of so many columns has.
func groupRows(columns int) int { return max(50, 10*columns) }

// groups is least squares with an intercept and standard errors, a fit to every
// 50 rows, or ten for each column if that is more; what is left over belongs to
// none. The answer is all coefficients.
var groups = workload{
	name: "groups", flops: triangle, target: true, vector: true, tolerance: coefficients, whole: true,
	ours: ours{groupsOurs[float64], groupsOurs[float32]},
}

func groupsOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	size := groupRows(b.X.Cols)
	if b.X.Rows < size {
		return Answer{}, fmt.Errorf("bench: %d rows are no group of %d", b.X.Rows, size)
	}
	g := &batch.Groups[T]{X: b.X, Y: b.Y}
	for row := 0; row <= b.X.Rows; row += size {
		g.Starts = append(g.Starts, row)
	}
	var err error
	b.fits, err = g.Fit(context.Background(), batch.Options{StdErrors: true, Threads: b.Threads}, b.fits)
	if err != nil {
		return Answer{}, err
	}
	for i, s := range b.fits.Status {
		if s != batch.Converged {
			return Answer{}, fmt.Errorf("bench: group %d is %v", i, s)
		}
	}
	return Answer{Vector: b.fits.Coefficients}, nil
}
