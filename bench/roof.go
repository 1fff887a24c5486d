package bench

import (
	"runtime"
	"sync"
	"time"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// A Roof is what the machine can do with a number of threads.
type Roof struct {
	Threads   int     `json:"threads"`
	ISA       string  `json:"isa"`
	Bandwidth float64 `json:"read_bytes_per_second"`
	Peak64    float64 `json:"float64_flops"`
	Peak32    float64 `json:"float32_flops"`
}

// peak is that of a type.
func (r Roof) peak(dtype string) float64 {
	if dtype == Float32 {
		return r.Peak32
	}
	return r.Peak64
}

// Calibrate measures the roof. buffer is read to find the bandwidth: it should
// be several times as large as the last-level cache.
func Calibrate(threads int, buffer []float64) Roof {
	p := probeOf(cpu.Active())
	return Roof{
		Threads: threads, ISA: cpu.Active().String(),
		Bandwidth: bandwidth(p.readers(), threads, bytesOf(buffer)),
		Peak64:    rate(threads, p.peak64, p.flops64),
		Peak32:    rate(threads, p.peak32, p.flops32),
	}
}

// A probe is the kernels of a level that measure the machine.
type probe struct {
	peak64, peak32   func(turns int)
	flops64, flops32 float64 // of a turn
	read             func(x *byte, n int)
	readAhead        func(x *byte, n int) // nil where there is none
}

// rate is the best of several runs of a peak probe on every thread.
func rate(threads int, peak func(int), flopsOfTurn float64) float64 {
	const calls = 50
	best := bestOf(7, func() {
		Together(threads, func(int) {
			for range calls {
				peak(peakTurns)
			}
		})
	})
	return float64(threads*peakTurns*calls) * flopsOfTurn / best.Seconds()
}

// peakTurns is the turns of a call: it may not take long, for nothing stops it.
const peakTurns = 10_000

// bytesOf is the memory of a slice.
func bytesOf(buffer []float64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(buffer))), 8*len(buffer))
}

// peakOf is the peak probe of a type, and the operations of a turn of it.
func (p probe) peakOf(dtype string) (peak func(turns int), flops float64) {
	if dtype == Float32 {
		return p.peak32, p.flops32
	}
	return p.peak64, p.flops64
}

// lossTime is the time of a loss on lossRows rows that lie in the first-level
// cache.
func lossTime(l loss.Loss) time.Duration {
	const rows, calls = lossRows, 2000
	b := loss.Block{Eta: ramp(rows), Y: make([]float64, rows), Value: make([]float64, rows), R: make([]float64, rows), D: make([]float64, rows)}
	for i := range b.Y {
		b.Y[i] = float64(i % 2)
		if !l.Accepts(0) {
			b.Y[i]++
		}
	}
	best := bestOf(9, func() {
		for range calls {
			l.Evaluate(&b)
		}
	})
	return best / calls
}

// lossRows is the rows that lossTime times.
const lossRows = 128

func ramp(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(i%64)/8 - 4
	}
	return v
}

// Together runs f on as many goroutines as threads and waits for them.
func Together(threads int, f func(thread int)) {
	if threads == 1 {
		f(0)
		return
	}
	var wait sync.WaitGroup
	for t := range threads {
		wait.Go(func() { f(t) })
	}
	wait.Wait()
}

func bestOf(runs int, f func()) time.Duration {
	best := time.Duration(1<<63 - 1)
	for range runs {
		start := time.Now()
		f()
		best = min(best, time.Since(start))
	}
	return best
}

// Buffer is memory to calibrate on and to put data in, in huge pages where
// the system has them. Every page has been written to.
func Buffer(bytes int) []float64 {
	b := memory.Slice[float64](bytes / 8)
	touch(b)
	return b
}

// touch writes to every page, on all threads.
func touch(b []float64) {
	share := len(b)/runtime.GOMAXPROCS(0) + 1
	Together(runtime.GOMAXPROCS(0), func(thread int) {
		for i := thread * share; i < min((thread+1)*share, len(b)); i++ {
			b[i] = 1
		}
	})
}
