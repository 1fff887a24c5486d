package kerneltest

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// BenchmarkElementwise measures vector mathematics in the first-level cache:
// nanoseconds and cycles an element, the least of many rounds. A cycle is what
// an addition takes that waits for the one before, timed between the rounds.
func BenchmarkElementwise(b *testing.B) {
	const n = 512
	random := rand.New(rand.NewPCG(17, 18))
	x, positive, y, w := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	value, r, d := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = 3 * random.NormFloat64()
		positive[i], y[i], w[i] = math.Exp(x[i]), float64(random.IntN(2)), random.Float64()
	}
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"Exp", func() { kernels.Exp(value, x) }},
		{"Expm1", func() { kernels.Expm1(value, x) }},
		{"Log", func() { kernels.Log(value, positive) }},
		{"Log1p", func() { kernels.Log1p(value, positive) }},
		{"Sigmoid", func() { kernels.Sigmoid(value, x) }},
		{"Softplus", func() { kernels.Softplus(value, x) }},
		{"Logistic", func() { kernels.Logistic(value, r, d, x, y, nil) }},
		{"LogisticWeighted", func() { kernels.Logistic(value, r, d, x, y, w) }},
		{"Squared", func() { kernels.Squared(value, r, d, x, y) }},
		{"Multiply", func() { copy(value, x); kernels.Multiply(value, w) }},
	} {
		for _, level := range cpu.Available() {
			b.Run(c.name+"/"+level.String(), func(b *testing.B) {
				defer cpu.Use(level)()
				nanoseconds, cycle := math.Inf(1), math.Inf(1)
				for b.Loop() {
					const calls = 20
					cycle = min(cycle, cycleTime())
					start := time.Now()
					for range calls {
						c.run()
					}
					each := float64(time.Since(start).Nanoseconds()) / (calls * n)
					nanoseconds = min(nanoseconds, each)
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(nanoseconds, "ns/element")
				b.ReportMetric(nanoseconds/cycle, "cycles/element")
			})
		}
	}
}

var chainEnd uint64

// cycleTime is the nanoseconds of a cycle.
func cycleTime() float64 {
	const steps = 4000
	a, c := chainEnd, uint64(time.Now().UnixNano())
	start := time.Now()
	for range steps / 8 {
		a += c
		c += a
		a += c
		c += a
		a += c
		c += a
		a += c
		c += a
	}
	chainEnd = c
	return float64(time.Since(start).Nanoseconds()) / steps
}
