package batch

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// BenchmarkGroups fits many groups on one thread. The metric is fits a second.
func BenchmarkGroups(b *testing.B) {
	for _, c := range []struct {
		loss                  loss.Loss
		groups, rows, columns int
	}{
		{loss.Squared{}, 20_000, 50, 5},
		{loss.Squared{}, 20_000, 10, 2},
		{loss.Squared{}, 2_000, 500, 5},
		{loss.Squared{}, 2_000, 100, 20},
		{loss.Logistic{}, 5_000, 50, 5},
		{loss.Poisson{}, 5_000, 50, 5},
	} {
		b.Run(fmt.Sprintf("%s/%dx%d", c.loss.Name(), c.rows, c.columns), func(b *testing.B) {
			sizes := make([]int, c.groups)
			for i := range sizes {
				sizes[i] = c.rows
			}
			g := random[float64](rand.New(rand.NewPCG(1, 2)), c.columns, c.loss, sizes, false, false)
			o := Options{Loss: c.loss, StdErrors: true, Deviance: true, Threads: 1}
			f, err := g.Fit(ctx, o, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.Fit(ctx, o, f); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(c.groups)/b.Elapsed().Seconds(), "fits/s")
		})
	}
}
