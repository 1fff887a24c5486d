package pass

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// BenchmarkEpoch prints GB/s of an epoch of batches and of a full pass beside it,
// on one thread and on two, in turn: what a batch costs beside its arithmetic.
func BenchmarkEpoch(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run("threads="+strconv.Itoa(threads), func(b *testing.B) { epochs(b, threads) })
	}
}

func epochs(b *testing.B, threads int) {
	for _, c := range []struct {
		where string
		bytes int
	}{{"L2", 1 << 20}, {"DRAM", 400 << 20}} {
		for _, p := range []int{10, 32, 100} {
			s := setting{n: c.bytes / 8 / p, p: p, loss: loss.Logistic{}, intercept: true}
			d := large(s)
			whole := newPassOf(b, d, s.model(), threads, false)
			batches := newBatches(b, d, s, threads)
			at := Point{Beta: make([]float64, p)}
			for _, size := range []int{1, 16, 64, 256, 1024, 4096} {
				if size == 1 && c.where == "DRAM" {
					continue
				}
				b.Run(c.where+"/p="+strconv.Itoa(p)+"/batch="+strconv.Itoa(size), func(b *testing.B) {
					var epoch, full float64
					for b.Loop() {
						full += seconds(func() { whole.Recycle(run(b, whole, at, Want{})) })
						epoch += seconds(func() {
							for lo := 0; lo < s.n; lo += size {
								if _, err := batches.Range(context.Background(), at, Want{}, lo, min(lo+size, s.n)); err != nil {
									b.Fatal(err)
								}
							}
						})
					}
					gigabytes := float64(b.N) * 8e-9 * float64(s.n*p)
					b.ReportMetric(gigabytes/epoch, "GB/s")
					b.ReportMetric(gigabytes/full, "GB/s-full")
					b.ReportMetric(full/epoch, "share")
					b.ReportMetric(1e9*epoch/float64(b.N)/float64((s.n+size-1)/size), "ns/batch")
				})
			}
		}
	}
}

// large is data of a setting, which are quickly made.
func large(s setting) *Data[float64] {
	d := &Data[float64]{X: kernels.NewMatrix[float64](s.n, s.p), Y: memory.Slice[float64](s.n)}
	for i := range d.X.Data {
		d.X.Data[i] = math.Ldexp(float64(i*2654435761%(1<<20)), -20) - 0.5
	}
	for i := range d.Y {
		d.Y[i] = float64(i % 2)
	}
	return d
}

// BenchmarkShuffled is BenchmarkEpoch for rows in random order. Beside the full
// pass, which reads them in sequence, it prints how fast their lines can be had
// at all: GB/s-reach is that of a copy of the rows and of nothing else.
func BenchmarkShuffled(b *testing.B) {
	for _, c := range []struct {
		where string
		bytes int
	}{{"L2", 1 << 20}, {"DRAM", 400 << 20}} {
		for _, p := range []int{10, 32, 100, 500} {
			s := setting{n: c.bytes / 8 / p, p: p, loss: loss.Logistic{}, intercept: true}
			d := large(s)
			whole := newPassOf(b, d, s.model(), 1, false)
			batches := newBatches(b, d, s, 1)
			at := Point{Beta: make([]float64, p)}
			index := rand.New(rand.NewPCG(1, 2)).Perm(s.n)
			room := kernels.NewMatrix[float64](segmentRows, p)
			for _, size := range []int{1, 64, 256, 1024, 4096} {
				if size == 1 && c.where == "DRAM" || size > s.n {
					continue
				}
				b.Run(c.where+"/p="+strconv.Itoa(p)+"/batch="+strconv.Itoa(size), func(b *testing.B) {
					var epoch, full, reach float64
					for b.Loop() {
						full += seconds(func() { whole.Recycle(run(b, whole, at, Want{})) })
						epoch += seconds(func() {
							for lo := 0; lo < s.n; lo += size {
								hi := min(lo+size, s.n)
								if _, err := batches.Rows(context.Background(), at, Want{}, index[lo:hi], index[hi:min(hi+size, s.n)]); err != nil {
									b.Fatal(err)
								}
							}
						})
						reach += seconds(func() {
							for lo := 0; lo < s.n; lo += segmentRows {
								hi := min(lo+segmentRows, s.n)
								kernels.Gather(room.Slice(0, hi-lo), d.X, index[lo:hi], index[hi:])
							}
						})
					}
					gigabytes := float64(b.N) * 8e-9 * float64(s.n*p)
					b.ReportMetric(gigabytes/epoch, "GB/s")
					b.ReportMetric(gigabytes/full, "GB/s-full")
					b.ReportMetric(gigabytes/reach, "GB/s-reach")
					b.ReportMetric(full/epoch, "share")
					b.ReportMetric(reach/epoch, "share-reach")
				})
			}
		}
	}
}

// BenchmarkOneRow compares a batch of one row with its kernels and its loss.
func BenchmarkOneRow(b *testing.B) {
	for _, p := range []int{1, 10, 32, 100} {
		s := setting{n: 64, p: p, loss: loss.Logistic{}, intercept: true}
		d, at := random[float64](s)
		batches := newBatches(b, d, s, 1)
		block := &loss.Block{Eta: make([]float64, 1), Value: make([]float64, 1), R: make([]float64, 1), D: make([]float64, 1)}
		g, shift := make([]float64, p), batches.pass.shift
		b.Run("p="+strconv.Itoa(p), func(b *testing.B) {
			var batch, arithmetic float64
			const rounds = 100
			for b.Loop() {
				batch += seconds(func() {
					for range rounds {
						for i := range s.n {
							if _, err := batches.Range(context.Background(), at, Want{}, i, i+1); err != nil {
								b.Fatal(err)
							}
						}
					}
				})
				arithmetic += seconds(func() {
					for range rounds {
						for i := range s.n {
							x := d.X.Slice(i, i+1)
							block.Y = d.Y[i : i+1]
							kernels.Dots(block.Eta, x, shift, at.Beta)
							s.loss.Evaluate(block)
							kernels.Update(g, x, shift, block.R)
						}
					}
				})
			}
			b.ReportMetric(batch/arithmetic, "x-arithmetic")
			b.ReportMetric(1e9*batch/float64(b.N*rounds*s.n), "ns/row")
		})
	}
}
