package pass

import (
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestACollectorNeedNotWait: a goroutine inside assembly, or inside the
// builtins that copy and clear, cannot be stopped, and a collector that wants
// the world to stop waits for it. Passes of all kinds run here beside a busy
// collector. How long it waited is logged; machines are shared, so only what no
// neighbour explains is a failure. That a call is short is held by
// TestACallIsShort of package kernels.
func TestACollectorNeedNotWait(t *testing.T) {
	if raceDetector {
		t.Skip("it is about time")
	}
	for _, p := range []int{10, 500, 2000, 8000} {
		for _, want := range []Want{{}, everything} {
			if want.Hessian && (p > 500 && testing.Short() || p > 10 && cpu.Active() == cpu.Generic) {
				continue // in pure Go a product can be stopped anywhere
			}
			t.Run(fmt.Sprintf("float64/p=%d/hessian=%v", p, want.Hessian), func(t *testing.T) { stops[float64](t, p, want) })
			t.Run(fmt.Sprintf("float32/p=%d/hessian=%v", p, want.Hessian), func(t *testing.T) { stops[float32](t, p, want) })
		}
	}
}

func stops[T kernels.Float](t *testing.T, p int, want Want) {
	const elements, limit = 4 << 20, 100 * time.Millisecond
	rows := elements / p
	if want.Hessian {
		rows = min(rows, 1<<30/(p*p)+kernels.PanelRows)
	}
	d := &Data[T]{X: kernels.NewMatrix[T](rows, p), Y: make([]T, rows)}
	for i := range d.X.Data {
		d.X.Data[i] = T(i%17) / 16
	}
	pass, err := New(d, Model{Loss: loss.Logistic{}, Intercept: true}, 2)
	if err != nil {
		t.Fatal(err)
	}
	at := Point{Beta: make([]float64, p)}
	pass.Recycle(run(t, pass, at, want))

	end, ended := make(chan bool), make(chan int)
	go func() {
		collections := 0
		for {
			select {
			case <-end:
				ended <- collections
				return
			default:
				runtime.GC()
				collections++
			}
		}
	}()
	var longest time.Duration
	for range 3 {
		before := readStops()
		for start := time.Now(); time.Since(start) < 200*time.Millisecond; {
			pass.Recycle(run(t, pass, at, want))
		}
		after := readStops()
		longest = after.stopping.since(before.stopping, 1)
		t.Logf("%d rows: goroutines stopped within %v, nine times in ten %v; the longest stop took %v",
			rows, longest, after.stopping.since(before.stopping, 0.9), after.total.since(before.total, 1))
		if longest <= limit { // what lasts longer is a neighbour's, unless it comes again
			break
		}
	}
	end <- true
	if collections := <-ended; longest > limit || collections == 0 {
		t.Errorf("of %d collections one waited for %v", collections, longest)
	}
}

// stopTimes is how often stops of the world took how long: until all
// goroutines had stopped, and until they went on.
type stopTimes struct{ stopping, total histogram }

type histogram metrics.Float64Histogram

func readStops() stopTimes {
	samples := []metrics.Sample{{Name: "/sched/pauses/stopping/gc:seconds"}, {Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(samples)
	return stopTimes{histogram(*samples[0].Value.Float64Histogram()), histogram(*samples[1].Value.Float64Histogram())}
}

// since is what a share of the stops since another reading took at most.
func (h histogram) since(before histogram, share float64) time.Duration {
	var stops uint64
	for i, n := range h.Counts {
		stops += n - before.Counts[i]
	}
	longer := stops - uint64(math.Ceil(share*float64(stops)))
	for i := len(h.Counts) - 1; i >= 0; i-- {
		n := h.Counts[i] - before.Counts[i]
		if n > longer {
			return time.Duration(min(h.Buckets[i+1], math.MaxInt32) * 1e9)
		}
		longer -= n
	}
	return 0
}
