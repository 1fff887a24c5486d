package par

import (
	"context"
	"testing"
)

// TestAnotherReductionAllocatesNothing: not for goroutines, not for sums, and
// not after a failure.
func TestAnotherReductionAllocatesNothing(t *testing.T) {
	for _, threads := range []int{1, 2, 7} {
		for _, run := range []int{1, 8} {
			blocks := 0
			spare := make(chan *sum, 100)
			j := &Job[*sum]{
				Threads: threads,
				Run:     run,
				Claim:   func(_, claim int) (int, error) { return max(0, min(run, blocks-claim*run)), nil },
				Block: func(int, int, int) *sum {
					select {
					case s := <-spare:
						return s
					default:
						return &sum{}
					}
				},
				Merge: func(_, from *sum) { spare <- from },
			}
			again := func() {
				s, ok, err := Reduce(context.Background(), j)
				if err != nil || !ok {
					t.Errorf("ok %v, error %v", ok, err)
				}
				spare <- s
			}
			for _, blocks = range []int{1, 100, 3, 1000} {
				for range 20 { // as much as may be under way at a time
					again()
				}
				if got := testing.AllocsPerRun(100, again); got != 0 {
					t.Errorf("%d threads, runs of %d, %d blocks: %v allocations", threads, run, blocks, got)
				}
			}
		}
	}
}

// TestAReductionAfterAnother: nothing of a job is left in the next, be it
// longer, on more threads or after one that was stopped.
func TestAReductionAfterAnother(t *testing.T) {
	var kept *reduction[*sum]
	for _, threads := range []int{3, 1, 7, 2} {
		for _, blocks := range []int{70, 5, 0, 33} {
			want, wantOK, _ := Reduce(context.Background(), job(blocks, 1, 1))
			for _, run := range []int{1, 4} {
				stopped, cancel := context.WithCancel(context.Background())
				j := job(blocks+50, threads, run)
				j.kept = kept
				block := j.Block
				j.Block = func(w, c, b int) *sum {
					if c*run+b == 20 {
						cancel()
					}
					return block(w, c, b)
				}
				if _, _, err := Reduce(stopped, j); err != nil && err != context.Canceled {
					t.Errorf("error %v", err)
				}
				cancel()
				next := job(blocks, threads, run)
				next.kept = j.kept
				got, ok, err := Reduce(context.Background(), next)
				if err != nil || ok != wantOK || ok && got.text != want.text {
					t.Errorf("%d threads, %d blocks in runs of %d: %v, want %v, error %v", threads, blocks, run, got, want, err)
				}
				kept = next.kept
			}
		}
	}
}
