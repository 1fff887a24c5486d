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
// their iterations, groupsRidge with a penalty and without an intercept, so that
// nobody penalises one, and groupsWeighted with weights. The answer is all coefficients,
// zeros of a group whose classes are separated.
var (
	groups = workload{
		name: "groups", flops: triangle, target: true, vector: true, tolerance: coefficients, whole: true, shortest: groupRows,
		ours: ours{groupsOurs[float64](batch.Options{}), groupsOurs[float32](batch.Options{})},
	}
	groupsBinomial = workload{
		name: "groups-binomial", flops: newton.flops, target: true, vector: true, tolerance: coefficients, whole: true, shortest: groupRows,
		loss: loss.Logistic{}, passes: answerPasses,
		ours: ours{groupsOurs[float64](batch.Options{Loss: loss.Logistic{}}), groupsOurs[float32](batch.Options{Loss: loss.Logistic{}})},
	}
	groupsRidge = workload{
		name: "groups-ridge", flops: triangle, target: true, vector: true, tolerance: coefficients, whole: true, shortest: groupRows,
		ours: ours{groupsOurs[float64](ridge), groupsOurs[float32](ridge)},
	}
	groupsWeighted = workload{
		name: "groups-weighted", flops: triangle, target: true, weighted: true, vector: true, tolerance: coefficients, whole: true, shortest: groupRows,
		ours: ours{weightedGroupsOurs[float64], weightedGroupsOurs[float32]},
	}
)

var ridge = batch.Options{L2: 10, NoIntercept: true}

func groupsOurs[T kernels.Float](o batch.Options) func(b *Problem[T]) (Answer, error) {
	return func(b *Problem[T]) (Answer, error) { return b.fitGroups(o, nil) }
}

func weightedGroupsOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	if len(b.weights) != len(b.D) {
		b.weights = make([]T, len(b.D))
		for i, d := range b.D {
			b.weights[i] = T(d)
		}
	}
	return b.fitGroups(batch.Options{}, b.weights)
}

// fitGroups has standard errors too, where there is no penalty.
func (b *Problem[T]) fitGroups(o batch.Options, weights []T) (Answer, error) {
	size := groupRows(b.X.Cols)
	if b.X.Rows < size {
		return Answer{}, fmt.Errorf("bench: %d rows are no group of %d", b.X.Rows, size)
	}
	g := &batch.Groups[T]{X: b.X, Y: b.Y, Weights: weights}
	for row := 0; row <= b.X.Rows; row += size {
		g.Starts = append(g.Starts, row)
	}
	o.StdErrors, o.Threads = o.L2 == 0, b.Threads
	var err error
	if b.fits, err = g.Fit(context.Background(), o, b.fits); err != nil {
		return Answer{}, err
	}
	iterations := 0
	for i, s := range b.fits.Status {
		switch s {
		case batch.Converged:
		case batch.Separated: // one in a million, by chance: it has no answer, and counts as zeros
			clear(b.fits.Coefficient(i))
		default:
			return Answer{}, fmt.Errorf("bench: group %d is %v", i, s)
		}
		iterations += int(b.fits.Iterations[i])
	}
	mean := math.Round(float64(iterations) / float64(len(b.fits.Status)))
	return Answer{Vector: b.fits.Coefficients, passes: int(mean)}, nil
}
