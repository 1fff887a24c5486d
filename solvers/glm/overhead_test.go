package glm

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A stopwatch is an objective that takes the time of its passes.
type stopwatch struct {
	*objective[float64]
	passes time.Duration
	all    int
}

func (s *stopwatch) since(start time.Time) { s.passes += time.Since(start); s.all++ }

func (s *stopwatch) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	defer s.since(time.Now())
	return s.objective.Gradient(ctx, x, g)
}

func (s *stopwatch) Hessian(ctx context.Context, x, g, h []float64) (float64, error) {
	defer s.since(time.Now())
	return s.objective.Hessian(ctx, x, g, h)
}

func (s *stopwatch) HessianVector(ctx context.Context, dst, x, v []float64) error {
	defer s.since(time.Now())
	return s.objective.HessianVector(ctx, dst, x, v)
}

func (s *stopwatch) HessianDiagonal(ctx context.Context, dst, x []float64) error {
	defer s.since(time.Now())
	return s.objective.HessianDiagonal(ctx, dst, x)
}

func (s *stopwatch) HessianBlocks(ctx context.Context, dst []float64, size int, x []float64) error {
	defer s.since(time.Now())
	return s.objective.HessianBlocks(ctx, dst, size, x)
}

// BenchmarkOverhead is what a run takes beside its passes: x-passes is the time
// of the run over that of its passes, where passes is their number and ms/pass
// what one of them takes. A pass of a method is measured beside one alone, of the
// same kind and on the same rows, in x-alone: what the objective adds to it.
//
//	go test ./solvers/glm -run '^$' -bench Overhead -benchtime 1x
func BenchmarkOverhead(b *testing.B) {
	for _, shape := range []struct{ n, p int }{{1000000, 10}, {500000, 32}, {200000, 100}, {50000, 500}} {
		d := problem[float64](shape.n, shape.p, Binomial, false)
		design, err := d.design()
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range []string{"newton", "newton-cg", "trust-region", "bfgs", "lbfgs", "cg", "barzilai-borwein", "nesterov", "gradient-descent", "coordinate-descent", "owl-qn", "proximal-gradient"} {
			b.Run(fmt.Sprintf("%dx%d/%s", shape.n, shape.p, name), func(b *testing.B) {
				m, err := solvers.ParseMethod(name, 1e-9)
				if err != nil {
					b.Fatal(err)
				}
				best, alone, passes, each := math.Inf(1), math.Inf(1), 0, time.Hour
				for b.Loop() {
					p, err := pass.New(design, pass.Model{Loss: loss.Logistic{}, Intercept: true}, Options{}.threads())
					if err != nil {
						b.Fatal(err)
					}
					o := &stopwatch{objective: &objective[float64]{pass: p, family: Binomial, intercept: true}}
					var problem solvers.Problem = o
					if takesL1(m) {
						lines := make(solvers.L1, o.Dim())
						for j := 1; j < len(lines); j++ {
							lines[j] = float64(shape.n) / 1000
						}
						problem = solvers.Compose(o, lines)
					}
					start := time.Now()
					r, err := solvers.Minimize(ctx, problem, m, nil, solvers.Settings{MaxIterations: 15})
					took := time.Since(start)
					if err != nil || r.Status != solvers.Converged && r.Status != solvers.IterationLimit {
						b.Fatal(err, r)
					}
					passes, each = o.all, min(each, o.passes/time.Duration(o.all))
					best = min(best, took.Seconds()/o.passes.Seconds())
					alone = min(alone, inObjective(b, p, o, r.X))
				}
				b.ReportMetric(best, "x-passes")
				b.ReportMetric(alone, "x-alone")
				b.ReportMetric(float64(passes), "passes")
				b.ReportMetric(each.Seconds()*1e3, "ms/pass")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// inObjective is the time of a gradient of the objective over that of its pass,
// each the least of several.
func inObjective(b *testing.B, p *pass.Pass[float64], o *stopwatch, x []float64) float64 {
	g := make([]float64, len(x))
	whole, bare := time.Hour, time.Hour
	for range 5 {
		start := time.Now()
		if _, err := o.objective.Gradient(ctx, x, g); err != nil {
			b.Fatal(err)
		}
		whole = min(whole, time.Since(start))
		start = time.Now()
		m, err := p.Run(ctx, pass.Point{Intercept: x[0], Beta: x[1:]}, pass.Want{})
		if err != nil {
			b.Fatal(err)
		}
		bare = min(bare, time.Since(start))
		p.Recycle(m)
	}
	return whole.Seconds() / bare.Seconds()
}
