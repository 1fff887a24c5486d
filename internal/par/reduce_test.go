package par

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/leak"
)

// sum is a formula, so that the order of additions can be read off it.
type sum struct{ text string }

func job(blocks, threads, run int) *Job[*sum] {
	return &Job[*sum]{
		Threads: threads,
		Run:     run,
		Claim: func(_, claim int) (int, error) {
			return max(0, min(run, blocks-claim*run)), nil
		},
		Block: func(_, claim, block int) *sum {
			i := claim*run + block
			if i%3 == 0 {
				time.Sleep(time.Duration(i%7) * time.Microsecond) // finish out of order
			}
			return &sum{fmt.Sprint(i)}
		},
		Merge: func(into, from *sum) { into.text = "(" + into.text + "+" + from.text + ")" },
	}
}

func TestTheTreeDependsOnTheNumberOfBlocksAlone(t *testing.T) {
	for blocks := range 70 {
		want, wantOK, _ := Reduce(context.Background(), job(blocks, 1, 1))
		for _, threads := range []int{1, 2, 3, 7} {
			for _, run := range []int{1, 2, 4, 16, 64} {
				got, ok, err := Reduce(context.Background(), job(blocks, threads, run))
				if err != nil || ok != wantOK {
					t.Fatalf("%d blocks: ok %v, error %v", blocks, ok, err)
				}
				if ok && got.text != want.text {
					t.Fatalf("%d blocks, %d threads, runs of %d: %s, want %s", blocks, threads, run, got.text, want.text)
				}
			}
		}
	}
	five, _, _ := Reduce(context.Background(), job(7, 2, 2))
	if want := "(((0+1)+(2+3))+((4+5)+6))"; five.text != want {
		t.Errorf("seven blocks: %s, want %s", five.text, want)
	}
}

func TestErrorStopsAllWorkers(t *testing.T) {
	broken := errors.New("broken")
	for _, threads := range []int{1, 2, 7} {
		j := job(1000, threads, 1)
		claim := j.Claim
		j.Claim = func(worker, c int) (int, error) {
			if c == 20 {
				return 0, broken
			}
			return claim(worker, c)
		}
		leak.None(t, func() {
			if _, ok, err := Reduce(context.Background(), j); ok || err != broken {
				t.Errorf("%d threads: ok %v, error %v", threads, ok, err)
			}
		})
	}
}

func TestContextStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	j := job(1<<30, 3, 1)
	block := j.Block
	j.Block = func(w, c, b int) *sum {
		if c == 50 {
			cancel()
		}
		return block(w, c, b)
	}
	j.Merge = func(into, from *sum) {}
	if _, _, err := Reduce(ctx, j); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}

func TestClaimsInFlightAreBounded(t *testing.T) {
	const threads = 4
	var highest atomic.Int64
	slow := make(chan bool)
	j := job(10000, threads, 1)
	j.Claim = func(_, claim int) (int, error) {
		highest.Store(int64(claim))
		if claim == 9999 {
			return 0, nil
		}
		return 1, nil
	}
	j.Block = func(_, claim, _ int) *sum {
		if claim == 0 {
			<-slow
		}
		return &sum{}
	}
	j.Merge = func(into, from *sum) {}
	go func() {
		time.Sleep(20 * time.Millisecond)
		slow <- true
	}()
	seen := make(chan int64, 1)
	go func() {
		time.Sleep(10 * time.Millisecond)
		seen <- highest.Load() // all others wait by now
	}()
	Reduce(context.Background(), j)
	if at := <-seen; at > 2*threads {
		t.Errorf("claim %d was made while claim 0 was not merged", at)
	}
}

func TestRunLength(t *testing.T) {
	for _, c := range []struct{ blocks, threads, want int }{{0, 1, 1}, {1, 2, 1}, {16, 1, 2}, {1000, 2, 32}, {1 << 20, 64, 2048}} {
		if got := RunLength(c.blocks, c.threads); got != c.want {
			t.Errorf("RunLength(%d, %d) = %d, want %d", c.blocks, c.threads, got, c.want)
		}
	}
}
