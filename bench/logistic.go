package bench

import (
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// logistic is the logistic loss and its gradient, Xᵀ(σ(Xβ) − y).
var logistic = workload{
	name: "logistic", flops: products, target: true, loss: loss.Logistic{}, vector: true,
	ours: ours{logisticOurs[float64], logisticOurs[float32]},
	blas: blasWork{productWays, logisticBLAS[float64], logisticBLAS[float32]},
}

func logisticOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	return b.pass(loss.Logistic{}, pass.Want{})
}

// logisticBLAS is two products and our own loss between them.
func logisticBLAS[T kernels.Float](w *blasRun[T]) {
	w.product()
	w.loss(loss.Logistic{}, nil)
	w.transposed(w.eta)
}
