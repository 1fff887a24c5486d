package pass

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// BenchmarkExact is what an exact pass costs beside the pass of the Hessian in
// float64, in nanoseconds a row on one thread. ARCHITECTURE.md has its figures.
func BenchmarkExact(b *testing.B) {
	for _, p := range []int{10, 32, 100} {
		for _, weights := range []bool{false, true} {
			s := setting{n: 16 * blockRows, p: p, loss: loss.Squared{}, intercept: true, weights: weights}
			d, at := random[float64](s)
			plain, exact := newPassOf(b, d, s.model(), 1, false), newExactOf(b, d, s.model(), 1, false)
			ctx := context.Background()
			for _, c := range []struct {
				name string
				run  func() error
			}{
				{"Hessian", func() error { _, err := plain.Run(ctx, at, Want{Hessian: true}); return err }},
				{"Gram", func() error { _, err := exact.Gram(ctx, false); return err }},
				{"Gradient", func() error { _, err := exact.Gradient(ctx, exactPoint(p)); return err }},
			} {
				b.Run(fmt.Sprintf("p=%d/weights=%v/%s", p, weights, c.name), func(b *testing.B) {
					for b.Loop() {
						if err := c.run(); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(s.n), "ns/row")
				})
			}
		}
	}
}
