package par

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestACrewDoesEveryPartOnce, with and without helpers, one work after the other.
func TestACrewDoesEveryPartOnce(t *testing.T) {
	for _, threads := range []int{0, 1, 2, 3, 7} {
		var done [MaxParts]atomic.Int32
		var input int // plain memory, which helpers must see as it was at Run
		var wrong atomic.Int32
		want := 0
		c := Crew{Threads: threads}
		c.Do = func(worker, part int) {
			if worker < 0 || worker >= max(threads, 1) || input != want {
				wrong.Add(1)
			}
			done[part].Add(1)
		}
		for round := range 5000 {
			n := round % (MaxParts + 1)
			input, want = round, round
			c.Run(n)
			for part := range done {
				times := int32(0)
				if part < n {
					times = 1
				}
				if got := done[part].Swap(0); got != times {
					t.Fatalf("%d threads, %d parts: part %d done %d times", threads, n, part, got)
				}
			}
			if round%1000 == 999 {
				time.Sleep(2 * patience) // helpers end, and begin again
			}
		}
		if wrong.Load() > 0 {
			t.Errorf("%d threads: %d parts saw another work, or have no worker", threads, wrong.Load())
		}
	}
}

// TestHelpersEnd soon after the last work, and nothing is allocated for those that
// go on.
func TestHelpersEnd(t *testing.T) {
	before := runtime.NumGoroutine()
	c := Crew{Threads: 3, Do: func(int, int) {}}
	for range 100 {
		c.Run(8)
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(time.Millisecond)
	}
}

// BenchmarkCrew is what a work costs beside what is done.
func BenchmarkCrew(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(map[int]string{1: "alone", 2: "two"}[threads], func(b *testing.B) {
			c := Crew{Threads: threads, Do: func(int, int) {}}
			for b.Loop() {
				c.Run(4)
			}
		})
	}
}
