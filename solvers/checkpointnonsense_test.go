package solvers

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// TestNonsenseIsNoPanic: a run goes on from states in which one word is another,
// as a checkpoint written by a program with an error in it could have: it ends,
// with an error or not, and does not panic.
func TestNonsenseIsNoPanic(t *testing.T) {
	words := []uint64{0, 1, 2, 1 << 40, math.MaxInt >> 10, math.MaxInt, math.MaxUint64, math.Float64bits(math.NaN()), math.Float64bits(math.Inf(1)), math.Float64bits(-1e300)}
	for i, r := range resumableRuns() {
		if testing.Short() && i%7 != 0 {
			continue
		}
		var c *Checkpoint
		for it, err := range Iterates(context.Background(), r.problem(), r.method, r.x0, Settings{MaxIterations: 4}) {
			if err != nil {
				t.Fatal(err)
			}
			if it.Iteration == 3 || c == nil {
				c = decoded(t, encoded(t, it))
			}
		}
		for at := 0; at+8 <= len(c.state); at += 8 {
			for _, word := range words {
				damaged := &Checkpoint{method: c.method, iteration: c.iteration, state: slices.Clone(c.state)}
				binary.LittleEndian.PutUint64(damaged.state[at:], word)
				resumeNonsense(t, r, damaged, fmt.Sprintf("%s, word %d is %#x", r.name, at/8, word))
			}
		}
	}
}

func resumeNonsense(t *testing.T, r resumableRun, c *Checkpoint, what string) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s: panic: %v", what, p)
		}
	}()
	began := time.Now()
	Minimize(context.Background(), r.problem(), r.method, nil, Settings{From: c, MaxIterations: c.iteration + 3})
	if took := time.Since(began); took > time.Second {
		t.Errorf("%s: three iterations took %v", what, took)
	}
}
