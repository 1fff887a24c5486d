package bench

import (
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// newton is what a step of Newton's method needs of logistic regression: the
// loss, its gradient and its Hessian.
var newton = workload{
	name: "newton", flops: func(p int) float64 { return triangle(p) + float64(p) + products(p) }, target: true,
	loss: loss.Logistic{}, vector: true, matrix: true,
	ours: ours{newtonOurs[float64], newtonOurs[float32]},
	blas: blasWork{triangleWays, newtonBLAS[float64], newtonBLAS[float32]},
}

func newtonOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	return b.pass(loss.Logistic{}, pass.Want{Hessian: true})
}

// newtonBLAS is logisticBLAS, then sandwichBLAS with the second derivatives.
func newtonBLAS[T kernels.Float](w *blasRun[T]) {
	w.product()
	w.loss(loss.Logistic{}, w.second())
	w.transposed(w.eta)
	w.weighted(w.second())
}
