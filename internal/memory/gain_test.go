package memory_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// The gain over make, in alternation: "gain" is the time with make over that
// with this package, each the least of its runs.
//
//	go test ./internal/memory -run '^$' -bench Gain -benchtime 10x
//
// It takes a gibibyte. Where /sys/kernel/mm/transparent_hugepage/enabled says
// "always", make has huge pages too, and there is less to gain; where it says
// "never", nothing.

const elements = 256 << 20 / 8

func BenchmarkGainFirstTouch(b *testing.B) {
	touch := func(allocate func(int) []float64) time.Duration {
		start := time.Now()
		s := allocate(elements)
		for i := 0; i < len(s); i += 512 {
			s[i] = 1
		}
		return time.Since(start)
	}
	plain, ours := time.Hour, time.Hour
	for b.Loop() {
		// Nothing is collected meanwhile, so that both get memory that is new.
		func() {
			defer debug.SetGCPercent(debug.SetGCPercent(-1))
			plain = min(plain, touch(func(n int) []float64 { return make([]float64, n) }))
			ours = min(ours, touch(memory.Slice[float64]))
		}()
		debug.FreeOSMemory()
	}
	report(b, plain, ours)
}

func BenchmarkGainInSequence(b *testing.B) {
	for _, p := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("p=%d", p), func(b *testing.B) {
			rows := elements / p
			beta, eta := make([]float64, p), make([]float64, rows)
			compare(b, func(x []float64) {
				kernels.Dots(eta, kernels.Matrix[float64]{Rows: rows, Cols: p, Stride: p, Data: x}, nil, beta)
			})
		})
	}
}

// BenchmarkGainByIndex reads rows in random order, as a pass with an index does.
func BenchmarkGainByIndex(b *testing.B) {
	for _, p := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("p=%d", p), func(b *testing.B) {
			rows := elements / p
			index := rand.New(rand.NewPCG(1, 2)).Perm(rows)[:min(rows, 1<<16)]
			to := make([]float64, 128*p)
			compare(b, func(x []float64) {
				for k, i := range index {
					copy(to[k%128*p:][:p], x[i*p:])
				}
			})
		})
	}
}

// BenchmarkGainOfHessian is a Gram matrix of few rows and many columns, whose
// tiles go through all of the result and of the packed panel.
func BenchmarkGainOfHessian(b *testing.B) {
	for _, p := range []int{500, 1000, 4000} {
		b.Run(fmt.Sprintf("p=%d", p), func(b *testing.B) {
			const rows = 256
			x := kernels.NewMatrix[float64](rows, p)
			for i := range x.Data {
				x.Data[i] = 1
			}
			results := [2][]float64{make([]float64, p*p), memory.Slice[float64](p * p)}
			works := [2][]float64{make([]float64, kernels.TriangleWork(p)), memory.Slice[float64](kernels.TriangleWork(p))}
			least := [2]time.Duration{time.Hour, time.Hour}
			for b.Loop() {
				for i := range least {
					start := time.Now()
					kernels.Gram(results[i], p, x, works[i])
					least[i] = min(least[i], time.Since(start))
				}
			}
			report(b, least[0], least[1])
		})
	}
}

func compare(b *testing.B, read func([]float64)) {
	x := [2][]float64{make([]float64, elements), memory.Slice[float64](elements)}
	least := [2]time.Duration{time.Hour, time.Hour}
	for i := range x {
		for j := range x[i] {
			x[i][j] = 1
		}
		read(x[i])
	}
	for b.Loop() {
		for i := range x {
			start := time.Now()
			read(x[i])
			least[i] = min(least[i], time.Since(start))
		}
	}
	runtime.KeepAlive(x)
	report(b, least[0], least[1])
}

func report(b *testing.B, plain, ours time.Duration) {
	b.ReportMetric(float64(plain)/float64(ours), "gain")
	b.ReportMetric(plain.Seconds()*1e3, "make-ms")
	b.ReportMetric(ours.Seconds()*1e3, "ours-ms")
}
