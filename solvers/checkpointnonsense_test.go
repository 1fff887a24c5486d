package solvers

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
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
	Minimize(context.Background(), r.problem(), r.method, nil, Settings{From: c, MaxIterations: c.iteration + 3})
}

// TestLineThatWasNeverTurned is refused where one is: a descent that starts anew
// takes its last turn back.
func TestLineThatWasNeverTurned(t *testing.T) {
	for _, m := range []Method{LBFGS{}, BFGS{}, ConjugateGradient{}, GradientDescent{}, BarzilaiBorwein{}, ApproximateNewton{}} {
		begin := func() *descentStepper {
			it := &Iterate{X: []float64{-1.2, 1}, Gradient: make([]float64, 2)}
			it.Value, _ = rosenbrock().Gradient(context.Background(), it.X, it.Gradient)
			s, err := m.Start(context.Background(), rosenbrock(), it)
			if err != nil {
				t.Fatal(err)
			}
			return s.(*descentStepper)
		}
		for _, turned := range []bool{true, false} {
			from := begin()
			if !turned {
				from.line.count = 0
			}
			written := NewState(nil)
			from.State(written)
			read := ReadState(written.Bytes())
			begin().State(read)
			if refused := errors.As(read.Err(), new(*CheckpointError)); refused == turned || written.Err() != nil {
				t.Errorf("%T, turned %v: %v, %v", m, turned, read.Err(), written.Err())
			}
		}
	}
}
