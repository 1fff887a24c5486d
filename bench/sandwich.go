package bench

import "github.com/seed-0327bdf7/hesse/kernels"

// sandwich is Xᵀdiag(d)X, the upper triangle.
var sandwich = workload{
	name: "sandwich", flops: func(p int) float64 { return triangle(p) + float64(p) }, weighted: true, matrix: true,
	ours: ours{sandwichOurs[float64], sandwichOurs[float32]},
	blas: blasWork{triangleWays, sandwichBLAS[float64], sandwichBLAS[float32]},
}

func sandwichOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	return b.matrix(func(o *outcome[T], x kernels.Matrix[T], d []float64) {
		kernels.Sandwich(o.matrix, x.Cols, x, d, o.work)
	}), nil
}

// sandwichBLAS needs a copy of X: no BLAS scales on the way.
func sandwichBLAS[T kernels.Float](w *blasRun[T]) { w.weighted(w.problem.D) }
