package batch

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// BenchmarkFolds is 10 folds × 100 penalties on a million rows of 50 columns,
// in turn with one pass for the Hessian of least squares over the same rows, on
// as many threads. The metrics are the quotient of the shortest times of each,
// and the milliseconds of both.
func BenchmarkFolds(b *testing.B) {
	const rows, columns, folds, penalties = 1_000_000, 50, 10, 100
	r := rand.New(rand.NewPCG(1, 2))
	x := kernels.Matrix[float64]{Rows: rows, Cols: columns, Stride: columns, Data: memory.Slice[float64](rows * columns)}
	for i := range x.Data {
		x.Data[i] = r.NormFloat64()
	}
	d := &pass.Data[float64]{X: x, Y: memory.Slice[float64](rows)}
	runs := make([]int, rows)
	for i := range d.Y {
		d.Y[i] = x.Row(i)[0] + r.NormFloat64()
		runs[i] = i * folds / rows
	}
	path := Path{Folds: folds}
	for k := range penalties {
		path.Penalties = append(path.Penalties, math.Pow(10, -4+8*float64(k)/(penalties-1)))
	}
	for _, c := range []struct {
		name       string
		assignment []int
	}{{"drawn", nil}, {"given", runs}} {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", c.name, threads), func(b *testing.B) {
				one, err := pass.New(d, pass.Model{Loss: loss.Squared{}, Intercept: true}, threads)
				if err != nil {
					b.Fatal(err)
				}
				path.Assignment, path.Threads = c.assignment, threads
				gram, crossed := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
				at := pass.Point{Beta: make([]float64, columns)}
				for b.Loop() {
					start := time.Now()
					m, err := one.Run(ctx, at, pass.Want{Hessian: true})
					if err != nil {
						b.Fatal(err)
					}
					gram = min(gram, time.Since(start))
					one.Recycle(m)
					start = time.Now()
					if _, err := CrossValidate(ctx, d, path); err != nil {
						b.Fatal(err)
					}
					crossed = min(crossed, time.Since(start))
				}
				b.ReportMetric(crossed.Seconds()/gram.Seconds(), "x-pass")
				b.ReportMetric(1e3*gram.Seconds(), "ms-pass")
				b.ReportMetric(1e3*crossed.Seconds(), "ms-folds")
			})
		}
	}
}
