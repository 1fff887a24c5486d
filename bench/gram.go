package bench

import "github.com/seed-0327bdf7/hesse/kernels"

// gram is XᵀX, the upper triangle.
var gram = workload{
	name: "gram", flops: triangle, matrix: true,
	ours: ours{gramOurs[float64], gramOurs[float32]},
	blas: blasWork{triangleWays, gramBLAS[float64], gramBLAS[float32]},
}

func gramOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	return b.matrix(func(o *outcome[T], x kernels.Matrix[T], _ []float64) {
		kernels.Gram(o.matrix, x.Cols, x, o.work)
	}), nil
}

// gramBLAS is one call.
func gramBLAS[T kernels.Float](w *blasRun[T]) { w.triangle(w.x(), w.x()) }
