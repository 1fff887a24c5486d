package batch

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/leak"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestFitsAreUsedAgain: nothing is allocated a fit.
func TestFitsAreUsedAgain(t *testing.T) {
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
		for _, threads := range []int{1, 2} {
			g := random[float32](rand.New(rand.NewPCG(1, 1)), 4, l, slices.Repeat([]int{50, 20, 90, 0, 33}, 200), true, true)
			o := Options{Loss: l, StdErrors: true, Deviance: true, Threads: threads}
			f, err := g.Fit(ctx, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			least := math.Inf(1)
			for range 5 {
				least = min(least, testing.AllocsPerRun(1, func() {
					if again, err := g.Fit(ctx, o, f); err != nil || again != f {
						t.Error("other results, or ", err)
					}
				}))
			}
			if least > 16 { // of goroutines and claims, for 1000 fits
				t.Errorf("%s, %d threads: %v allocations", l.Name(), threads, least)
			}
		}
	}
}

// TestGroupsAreStopped: what is done stays.
func TestGroupsAreStopped(t *testing.T) {
	g := random[float64](rand.New(rand.NewPCG(1, 1)), 3, loss.Squared{}, slices.Repeat([]int{100}, 1000), false, false)
	for _, threads := range []int{1, 2} {
		stopped := &stopping{Context: ctx}
		stopped.after.Store(4)
		var f *Fits
		var err error
		leak.None(t, func() { f, err = g.Fit(stopped, Options{Threads: threads}, nil) })
		if !errors.Is(err, context.Canceled) || f == nil {
			t.Fatalf("%v, error %v", f, err)
		}
		done := 0
		for i, s := range f.Status {
			switch {
			case s == Converged && finite(f.Coefficient(i)[0]):
				done++
			case s != NotFitted || !math.IsNaN(f.Coefficient(i)[0]):
				t.Errorf("fit %d: %v, %v", i, s, f.Coefficient(i))
			}
		}
		if done < 100 || done > 900 {
			t.Errorf("%d of 1000 were done", done)
		}
	}
}

// A stopping context has ended when it was asked so often.
type stopping struct {
	context.Context
	after atomic.Int32
}

func (s *stopping) Err() error {
	if s.after.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func TestBadShapes(t *testing.T) {
	for message, change := range map[string]func(*Groups[float64], *Options){
		"batch: 3 targets for 4 rows":                                     func(g *Groups[float64], o *Options) { g.Y = g.Y[:3] },
		"batch: 1 weights for 4 rows":                                     func(g *Groups[float64], o *Options) { g.Weights = []float64{1} },
		"batch: 1 offsets for 4 rows":                                     func(g *Groups[float64], o *Options) { g.Offset = []float64{1} },
		"batch: X of 4×2 with stride 2 does not fit in 7 elements":        func(g *Groups[float64], o *Options) { g.X.Data = g.X.Data[:7] },
		"batch: Starts is empty":                                          func(g *Groups[float64], o *Options) { g.Starts = nil },
		"batch: Starts begins with -1":                                    func(g *Groups[float64], o *Options) { g.Starts[0] = -1 },
		"batch: group 1 begins at row 2 and ends at row 1":                func(g *Groups[float64], o *Options) { g.Starts[2] = 1 },
		"batch: the last group ends at row 5 of 4":                        func(g *Groups[float64], o *Options) { g.Starts[2] = 5 },
		"batch: the last group ends at row 4 of 3":                        func(g *Groups[float64], o *Options) { g.Index = []int{0, 1, 2} },
		"batch: Index[1] is row 4 of 4":                                   func(g *Groups[float64], o *Options) { g.Index = []int{0, 4, 2, 1} },
		"batch: X has no columns, and there is no intercept":              func(g *Groups[float64], o *Options) { g.X.Cols, o.NoIntercept = 0, true },
		"batch: 2001 columns; a batch takes up to 2000, package glm more": func(g *Groups[float64], o *Options) { g.X = kernels.NewMatrix[float64](4, 2001) },
		"batch: L2 is -1":                                                 func(g *Groups[float64], o *Options) { o.L2 = -1 },
		"batch: loss loss.Gamma; the choice is loss.Squared":              func(g *Groups[float64], o *Options) { o.Loss = loss.Gamma{} },
		"batch: Tolerance is 1":                                           func(g *Groups[float64], o *Options) { o.Tolerance = 1 },
		"batch: MaxIterations is -1":                                      func(g *Groups[float64], o *Options) { o.MaxIterations = -1 },
		"batch: Threads is -2":                                            func(g *Groups[float64], o *Options) { o.Threads = -2 },
	} {
		g := &Groups[float64]{X: kernels.NewMatrix[float64](4, 2), Y: make([]float64, 4), Starts: []int{0, 2, 4}}
		var o Options
		change(g, &o)
		if f, err := g.Fit(ctx, o, nil); f != nil || err == nil || !strings.HasPrefix(err.Error(), message) {
			t.Errorf("%v, error %v, want %s", f, err, message)
		}
	}
}

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		keys, unique  string
		starts, index []int
	}{
		{"", "", []int{0}, nil},
		{"a", "a", []int{0, 1}, nil},
		{"bbaac", "bac", []int{0, 2, 4, 5}, nil},
		{"abab", "ab", []int{0, 2, 4}, []int{0, 2, 1, 3}},
		{"cabbac", "cab", []int{0, 2, 4, 6}, []int{0, 5, 1, 4, 2, 3}},
	} {
		unique, starts, index := Order([]rune(c.keys))
		if string(unique) != c.unique || !slices.Equal(starts, c.starts) || !slices.Equal(index, c.index) {
			t.Errorf("%q: %q, %v, %v", c.keys, string(unique), starts, index)
		}
	}
}

// TestStride: what lies between rows is not looked at, and the last may end
// with its last column.
func TestStride(t *testing.T) {
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}} {
		g := random[float64](rand.New(rand.NewPCG(7, 7)), 3, l, []int{30, 0, 50, 1000, 7000}, false, false)
		o := Options{Loss: l, StdErrors: true, Threads: 1}
		want, err := g.Fit(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		wide := slices.Repeat([]float64{math.NaN()}, (g.X.Rows-1)*5+3)
		for i := range g.X.Rows {
			copy(wide[i*5:], g.X.Row(i))
		}
		g.X.Stride, g.X.Data = 5, wide
		got, err := g.Fit(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range want.Status {
			if got.Status[i] != s || s == Converged && (!slices.Equal(got.Coefficient(i), want.Coefficient(i)) || !slices.Equal(got.StdError(i), want.StdError(i))) {
				t.Errorf("%s, group %d: %v %v, want %v %v", l.Name(), i, got.Status[i], got.Coefficient(i), s, want.Coefficient(i))
			}
		}
	}
}
