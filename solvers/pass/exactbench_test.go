package pass

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// BenchmarkExact is what exact passes cost beside a Gram matrix and beside the
// pass of the Hessian in float64: the shortest of many runs, in nanoseconds a
// row, on one thread. ARCHITECTURE.md has its figures.
func BenchmarkExact(b *testing.B) {
	ctx := context.Background()
	for _, p := range []int{10, 32, 100} {
		for _, weights := range []bool{false, true} {
			s := setting{n: 2 * blockRows, p: p, loss: loss.Squared{}, intercept: true, weights: weights}
			d, at := random[float64](s)
			plain, exact := newPassOf(b, d, s.model(), 1, false), newExactOf(b, d, s.model(), 1, false)
			gram, work, ones := make([]float64, p*p), make([]float64, kernels.TriangleWork(p)), make([]float64, s.n)
			for _, c := range []struct {
				name string
				run  func() error
			}{
				{"Gram_kernel", func() error {
					if weights {
						kernels.Sandwich(gram, p, d.X, ones, work)
					} else {
						kernels.Gram(gram, p, d.X, work)
					}
					return nil
				}},
				{"Hessian", func() error { _, err := plain.Run(ctx, at, Want{Hessian: true}); return err }},
				{"exact_Gram", func() error { _, err := exact.Gram(ctx, false); return err }},
				{"exact_Gradient", func() error { _, err := exact.Gradient(ctx, exactPoint(p)); return err }},
			} {
				b.Run(fmt.Sprintf("p=%d/weights=%v/%s", p, weights, c.name), func(b *testing.B) {
					shortest := time.Hour
					for b.Loop() {
						start := time.Now()
						if err := c.run(); err != nil {
							b.Fatal(err)
						}
						shortest = min(shortest, time.Since(start))
					}
					b.ReportMetric(float64(shortest.Nanoseconds())/float64(s.n), "ns/row")
				})
			}
		}
	}
}
