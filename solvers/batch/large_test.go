package batch

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/leak"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestLargeGroups are split, or read by passes on one thread, and agree with
// package glm all the same.
func TestLargeGroups(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED in short runs: some hundred thousand rows; go test without -short, as make test does first, has them")
	}
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
		large[float64](t, l, 1e-10)
		large[float32](t, l, 1e-5)
	}
}

func large[T kernels.Float](t *testing.T, l loss.Loss, share float64) {
	g := random[T](rand.New(rand.NewPCG(3, 4)), 3, l, []int{40, splitRows + 1000, 50, packedElements/8 + 1}, true, true)
	if !g.divided(1) || g.packed(3) || g.divided(3) || !g.packed(0) {
		t.Fatal("groups are not as large as they should be")
	}
	var first *Fits
	for _, threads := range []int{1, 2} {
		o := Options{Loss: l, StdErrors: true, Deviance: true, Threads: threads}
		f, err := g.Fit(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		for group := range 4 {
			if !agrees(t, "large, "+l.Name(), g, f, group, o, share) {
				t.Errorf("%s: group %d is %v", l.Name(), group, f.Status[group])
			}
		}
		if first == nil {
			first = f
		}
		if !slices.Equal(f.Coefficients, first.Coefficients) || !slices.Equal(f.StdErrors, first.StdErrors) || !slices.Equal(f.Deviance, first.Deviance) {
			t.Errorf("%s: %d threads change bits", l.Name(), threads)
		}
	}
	for i := range g.X.Rows { // a column that depends on the other two
		row := g.X.Row(i)
		row[2] = row[0] - row[1]
	}
	f, err := g.Fit(ctx, Options{Loss: l}, first)
	if err != nil {
		t.Fatal(err)
	}
	for group, s := range f.Status {
		if s != RankDeficient || len(f.Dependent(group)) != 1 {
			t.Errorf("%s: group %d is %v, dependent %v", l.Name(), group, s, f.Dependent(group))
		}
	}
}

// TestGroupsKeepToTheirThreads: a factorisation of many variables is done by the
// goroutines of the call.
func TestGroupsKeepToTheirThreads(t *testing.T) {
	g := random[float64](rand.New(rand.NewPCG(5, 6)), 400, loss.Logistic{}, []int{1000, 30}, false, false)
	count := func(procs, threads int) uint64 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		o, fits := Options{Loss: loss.Logistic{}, L2: 1, Threads: threads}, (*Fits)(nil)
		return leak.Started(func() {
			var err error
			if fits, err = g.Fit(ctx, o, fits); err != nil {
				t.Fatal(err)
			}
			if fits.Status[0] != Converged {
				t.Fatal(fits.Status[0])
			}
		})
	}
	if alone, held := count(1, 1), count(4, 1); held != alone {
		t.Errorf("%v goroutines are started on one processor, %v with one thread of four", alone, held)
	}
}
