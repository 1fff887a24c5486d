package bench

import (
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// grad is the squared loss and its gradient, Xᵀ(Xβ − y).
var grad = workload{
	name: "grad", flops: products, target: true, vector: true,
	ours: ours{gradOurs[float64], gradOurs[float32]},
	blas: blasWork{productWays, gradBLAS[float64], gradBLAS[float32]},
}

func gradOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	return b.pass(loss.Squared{}, pass.Want{})
}

// gradBLAS is two products and the difference between them.
func gradBLAS[T kernels.Float](w *blasRun[T]) {
	w.product()
	w.each(func(lo, hi int) {
		y, eta := w.problem.Y[lo:hi], w.eta[lo:hi]
		for i, v := range y {
			eta[i] -= v
		}
	})
	w.transposed(w.eta)
}
