package bench

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// Ten folds, each of consecutive rows, and a hundred penalties from 1e-4 to 1e4.
const foldCount, penaltyCount = 10, 100

// folds is cross-validation of ridge regression with an intercept. The answer is
// the mean squared error of every penalty; the roof that of one Gram matrix.
var folds = workload{
	name: "folds", flops: triangle, target: true, vector: true, whole: true,
	tolerance: func(dtype string, ours Answer) float64 {
		if dtype == Float32 {
			return 1e-4 * largest(ours.Vector)
		}
		return 1e-9 * largest(ours.Vector)
	},
	shortest: func(columns int) int { return max(10_000, 100*columns) }, // with fewer, what a call costs would count
	ours:     ours{foldsOurs[float64], foldsOurs[float32]},
}

func foldsOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	if len(b.assignment) != b.X.Rows {
		b.assignment = make([]int, b.X.Rows)
		for i := range b.assignment {
			b.assignment[i] = i * foldCount / b.X.Rows
		}
	}
	penalties := make([]float64, penaltyCount)
	for k := range penalties {
		penalties[k] = math.Pow(10, -4+8*float64(k)/(penaltyCount-1))
	}
	curve, err := batch.CrossValidate(context.Background(), &pass.Data[T]{X: b.X, Y: b.Y},
		batch.Path{Options: batch.Options{Threads: b.Threads}, Penalties: penalties, Assignment: b.assignment})
	if err != nil {
		return Answer{}, err
	}
	return Answer{Vector: curve.Error}, nil
}
