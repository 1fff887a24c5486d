package solvers

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestAnotherRunIsRefused: with a method, settings or variables that are not
// those of the checkpoint.
func TestAnotherRunIsRefused(t *testing.T) {
	var b []byte
	for it := range Iterates(context.Background(), rosenbrock(), LBFGS{}, []float64{-1.2, 1}, Settings{}) {
		if it.Iteration == 3 {
			b = encoded(t, it)
			break
		}
	}
	for _, c := range []struct {
		m    Method
		p    Problem
		want string
	}{
		{BFGS{}, rosenbrock(), "this run is of bfgs"},
		{LBFGS{Memory: 3}, rosenbrock(), "Memory:3"},
		{LBFGS{Tolerance: 1e-9}, rosenbrock(), "Tolerance:1e-09"},
		{LBFGS{Search: Armijo{}}, rosenbrock(), "Armijo"},
		{LBFGS{}, wide(), "2 numbers where there are 12"},
		{LBFGS{}, one(func(x float64) (v, g, h float64) { return x * x, 2 * x, 2 }), "2 numbers where there are 1"},
	} {
		r, err := Minimize(context.Background(), c.p, c.m, nil, Settings{From: decoded(t, b)})
		if !errors.As(err, new(*CheckpointError)) || !strings.Contains(err.Error(), c.want) || r.Status != Failed {
			t.Errorf("%#v: %v, want %q", c.m, err, c.want)
		}
	}
}

func TestDamagedCheckpointsAreRefused(t *testing.T) {
	var b []byte
	for it := range Iterates(context.Background(), rosenbrock(), LBFGS{}, []float64{-1.2, 1}, Settings{}) {
		if it.Iteration == 4 {
			b = encoded(t, it)
			break
		}
	}
	refused := func(what string, b []byte, want string) {
		t.Helper()
		c := decoded(t, slices.Clone(want0))
		before := *c
		err := c.UnmarshalBinary(b)
		if !errors.As(err, new(*CheckpointError)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
		if c.method != before.method || c.iteration != before.iteration || !bytes.Equal(c.state, before.state) {
			t.Errorf("%s: refused, and the checkpoint is changed", what)
		}
	}
	for i := range b {
		damaged := slices.Clone(b)
		damaged[i] ^= byte(1 + i%255)
		refused("damaged", damaged, "checkpoint")
		refused("cut off", b[:i], "checkpoint")
	}
	newer := slices.Clone(b)
	newer[len("hesse run")] = 9
	refused("another version", newer, "version 9; this program reads version 5")
	refused("something else", []byte("PAR1 and so on"), "not a checkpoint of a run")
}

// resealed is an encoding whose last four bytes are made its checksum.
func resealed(b []byte) []byte {
	body := slices.Clone(b[:len(b)-4])
	return binary.LittleEndian.AppendUint32(body, crc32.ChecksumIEEE(body))
}

// FuzzCheckpoint: no input panics or takes memory out of proportion, neither
// where it is decoded nor where a run goes on from it; what is accepted encodes
// to the same bytes. The checksum would keep a fuzzer from everything behind
// it, so it is also tried with one that fits.
func FuzzCheckpoint(f *testing.F) {
	methods := []Method{LBFGS{}, BFGS{}, ConjugateGradient{}, Newton{}, NewtonCG{}, TrustRegion{}, Nesterov{}, BarzilaiBorwein{}, GradientDescent{}}
	for _, m := range methods {
		for it := range Iterates(context.Background(), rosenbrock(), m, []float64{-1.2, 1}, Settings{MaxIterations: 4}) {
			b := encoded(f, it)
			f.Add(b)
			f.Add(b[:len(b)/2])
		}
	}
	f.Add([]byte("hesse run\x02"))
	f.Fuzz(func(t *testing.T, input []byte) {
		inputs := [][]byte{input}
		if len(input) >= 4 {
			inputs = append(inputs, resealed(input))
		}
		for _, b := range inputs {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var c Checkpoint
			err := c.UnmarshalBinary(b)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20+4*uint64(len(b)) {
				t.Fatalf("%d bytes take %d bytes of memory", len(b), took)
			}
			if err != nil {
				continue
			}
			if again, _ := c.MarshalBinary(); !bytes.Equal(again, b) {
				t.Fatalf("decoded from\n%x\nencoded as\n%x", b, again)
			}
			for _, m := range methods {
				if describe(m) == c.method {
					Minimize(context.Background(), rosenbrock(), m, nil, Settings{From: &c, MaxIterations: min(c.iteration, 1<<20) + 3})
				}
			}
		}
	})
}
