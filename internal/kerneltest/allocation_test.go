package kerneltest

import (
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

func TestKernelsDoNotAllocate(t *testing.T) {
	for _, level := range cpu.Available() {
		t.Run(level.String(), func(t *testing.T) {
			defer cpu.Use(level)()
			allocations[float64](t)
			allocations[float32](t)
		})
	}
}

func allocations[T kernels.Float](t *testing.T) {
	const n, p = 20, 11
	x := kernels.Matrix[T]{Rows: n, Cols: p, Stride: p, Data: make([]T, n*p)}
	work := make([]T, kernels.TriangleWork(p))
	panel, square := kernels.NewExactPanel(p+1), kernels.NewExactSquare(p+1, p+1)
	// Slices of the stack: a kernel that let them escape would allocate them.
	if got := testing.AllocsPerRun(10, func() {
		var eta, r, d, mu, y [n]float64
		var beta, g [p]float64
		var h [p * p]float64
		var shift, other [p]T
		var packed [n * p]T
		var target [n]T
		var sums kernels.LossSums
		kernels.Dots(eta[:], x, shift[:], beta[:])
		kernels.Logistic(mu[:], r[:], d[:], eta[:], y[:], nil)
		kernels.Logistic(mu[:], r[:], d[:], eta[:], y[:], y[:])
		kernels.Squared(mu[:], r[:], d[:], eta[:], y[:])
		kernels.Multiply(mu[:], y[:])
		kernels.Exp(mu[:], y[:])
		kernels.Expm1(mu[:], y[:])
		kernels.Log(mu[:], y[:])
		kernels.Log1p(mu[:], y[:])
		kernels.Sigmoid(mu[:], y[:])
		kernels.Softplus(mu[:], y[:])
		kernels.LeastSquares(&sums, g[:], x, shift[:], beta[:], 1, target[:], r[:], nil)
		kernels.LogisticRegression(&sums, g[:], x, shift[:], beta[:], 1, target[:], r[:], d[:], nil)
		kernels.Update(g[:], x, shift[:], r[:])
		kernels.Pack(kernels.Matrix[T]{Rows: n, Cols: p, Stride: p, Data: packed[:]}, x, shift[:], d[:])
		kernels.Gram(h[:], p, x, work)
		kernels.Triangle(h[:], p, x, d[:], work, packed[:])
		kernels.Sandwich(h[:], p, x, d[:], work)
		kernels.Axpy(other[:], 2, shift[:])
		var index [n]int
		kernels.Gather(kernels.Matrix[T]{Rows: n, Cols: p, Stride: p, Data: packed[:]}, x, index[:], index[:3])
		var c, hi, lo [kernels.ExactStrip * 2]float64
		var sumHi, sumLo [n]float64
		kernels.ExactPack(panel, x, c[:], d[:])
		kernels.ExactColumn(panel, p, eta[:], r[:], d[:])
		kernels.ExactTriangle(square, panel, panel)
		kernels.ExactProduct(square, panel, panel)
		kernels.ExactDots(sumHi[:], sumLo[:], panel, hi[:], lo[:])
		g[0] = kernels.Sum(r[:]) + kernels.LogOf(2)
	}); got != 0 {
		t.Errorf("%v allocations in a round of all kernels", got)
	}
}
