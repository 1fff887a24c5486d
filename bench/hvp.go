package bench

import "github.com/seed-0327bdf7/hesse/kernels"

// hvp is a Hessian-vector product, Xᵀdiag(d)Xv.
var hvp = workload{
	name: "hvp", flops: products, weighted: true, vector: true,
	ours: ours{hvpOurs[float64], hvpOurs[float32]},
	blas: blasWork{productWays, hvpBLAS[float64], hvpBLAS[float32]},
}

func hvpOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	return b.vector(func(o *outcome[T], x kernels.Matrix[T], d []float64) {
		var sums kernels.LossSums
		kernels.LeastSquares(&sums, o.gradient, x, nil, b.Beta, 0, nil, d, nil)
	}), nil
}

// hvpBLAS is two products and the weights between them.
func hvpBLAS[T kernels.Float](w *blasRun[T]) {
	w.product()
	w.each(func(lo, hi int) {
		d, eta := w.problem.D[lo:hi], w.eta[lo:hi]
		for i, v := range d {
			eta[i] *= T(v)
		}
	})
	w.transposed(w.eta)
}
