package glm

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
)

// whole is everything that a fit says, in the form that loses nothing.
func whole(m *Model) []string {
	return append(bits(m), fmt.Sprintf("%+v %q %q %+v %x", m.Evaluations, m.Reason, m.Warnings, m.Parameters, math.Float64bits(m.Violation)))
}

// keepAll are options that keep a checkpoint of every iterate.
func keepAll(o Options, kept *[][]byte) Options {
	o.Checkpoints = Checkpoints{Every: -1, Save: func(b []byte) error {
		*kept = append(*kept, slices.Clone(b))
		return nil
	}}
	return o
}

// TestResumedFitsHaveTheSameBits stops fits of every family, by every solver
// and with every preparation, after every iterate: on another instruction set,
// other threads, and from a source.
func TestResumedFitsHaveTheSameBits(t *testing.T) {
	type setting struct {
		o    Options
		rows int
	}
	var settings []setting
	for family := range Family(len(families)) {
		settings = append(settings, setting{Options{Family: family, Precision: Plain}, 2500})
		settings = append(settings, setting{Options{Family: family, Precision: Plain, L2: 3, Standardize: true, PenaltyFactors: []float64{1, 2, 0, 1}, Method: solvers.LBFGS{}}, 300})
	}
	for _, m := range every(t) {
		settings = append(settings, setting{Options{Family: Poisson, L2: 0.5, Method: m, MaxIterations: 40}, 300})
		settings = append(settings, setting{Options{Family: Binomial, NoIntercept: true, Method: m, MaxIterations: 40}, 300})
	}
	for family := range Family(len(families)) {
		settings = append(settings, setting{Options{Family: family, L1: 5, L2: 0.5, Standardize: true, PenaltyFactors: []float64{1, 2, 0, 1}}, 300})
	}
	for _, m := range sparseMethods(t) {
		settings = append(settings, setting{Options{Family: Gaussian, L1: 3, Method: m, MaxIterations: 40}, 300})
		settings = append(settings, setting{Options{Family: Binomial, L1: 2, NoIntercept: true, Method: m, MaxIterations: 40}, 300})
		settings = append(settings, setting{Options{Family: Gamma, Method: m, MaxIterations: 40}, 300})
	}
	for _, m := range boundedMethods(t) {
		settings = append(settings, setting{Options{Family: Poisson, Lower: []float64{0, 0.1, 0, 0}, Upper: []float64{0.2, 1, 1, 0}, Method: m, MaxIterations: 40}, 300})
	}
	for _, c := range []solvers.Curvature{solvers.Diagonal{}, solvers.Blocks{Size: 3}, solvers.LowRank{Rank: 2}, solvers.Expected{}} {
		for _, m := range []solvers.Method{solvers.ApproximateNewton{Curvature: c, Every: 2}, solvers.NewtonCG{Preconditioner: c}, solvers.LBFGS{Initial: c}} {
			settings = append(settings, setting{Options{Family: Gamma, L2: 0.5, Method: m, MaxIterations: 40}, 300})
		}
	}
	for _, m := range samplers(t) {
		settings = append(settings, setting{Options{Family: Poisson, L2: 0.5, Standardize: true, Method: m.With(solvers.Sampling{Seed: 4, Tolerance: 1e-3}), MaxIterations: 40}, 300})
		settings = append(settings, setting{Options{Family: Huber, NoIntercept: true, Method: m, MaxIterations: 40}, 300})
		settings = append(settings, setting{Options{Family: Binomial, Method: m.With(solvers.Sampling{HoldOut: 0.2}), MaxIterations: 40}, 300})
	}
	settings = append(settings,
		setting{Options{Family: Huber, Parameters: Parameters{Delta: 1e-3}, L1: 2}, 200},
		setting{Options{Family: Quantile, Parameters: Parameters{Bandwidth: 1e-4}, L1: 1}, 60},
		setting{Options{Family: Huber, Parameters: Parameters{Delta: 1e-3}}, 200}, // a chain of wider losses
		setting{Options{Family: Quantile, Parameters: Parameters{Quantile: 0.2, Bandwidth: 1e-4}}, 60},
	)
	levels := levels()
	for _, s := range settings {
		d := problem[float64](s.rows, 4, s.o.Family, true)
		var kept [][]byte
		m, err := Fit(ctx, d, keepAll(s.o, &kept))
		if err != nil {
			t.Fatalf("%v: %v", s.o.Family, err)
		}
		want := whole(m)
		if plain, err := Fit(ctx, d, s.o); err != nil || !slices.Equal(whole(plain), want) {
			t.Errorf("%v: keeping checkpoints changes a fit: %v", s.o.Family, err)
		}
		for k, b := range kept {
			if k%5 != 0 && k < len(kept)-2 {
				continue
			}
			o := s.o
			o.Checkpoints.From = b
			o.Threads = 1 + k%3
			restore := cpu.Use(levels[k%len(levels)])
			var got *Model
			if k%2 == 0 || s.o.samples() {
				got, err = Fit(ctx, d, o)
			} else {
				got, err = FitSource(ctx, &inMemory[float64]{Data: d}, nil, "", o)
			}
			restore()
			if err != nil {
				t.Fatalf("%v, %v: resumed at checkpoint %d of %d: %v", s.o.Family, m.Solver, k, len(kept), err)
			}
			if got := whole(got); !slices.Equal(got, want) {
				t.Errorf("%v, %v: resumed at checkpoint %d of %d:\n got %v\nwant %v", s.o.Family, m.Solver, k, len(kept), got, want)
			}
		}
		if len(kept) == 0 {
			t.Errorf("%v, %s: nothing kept", s.o.Family, m.Solver)
		}
	}
}

// TestAFitStoppedAgainAndAgain goes on from every checkpoint to the next one
// alone, and keeps the same checkpoints as a fit that was never stopped.
func TestAFitStoppedAgainAndAgain(t *testing.T) {
	for _, o := range []Options{
		{Family: Binomial, Method: solvers.BFGS{}}, {Family: Huber, Parameters: Parameters{Delta: 0.01}},
		{Family: Quantile, Parameters: Parameters{Bandwidth: 1e-4}}, {Family: Gamma, L2: 1, Standardize: true},
		{Family: Binomial, L1: 2, L2: 1, Standardize: true}, {Family: Huber, Parameters: Parameters{Delta: 0.01}, L1: 3}, {Family: Gaussian, L1: 3, Method: solvers.OWLQN{}},
	} {
		d := problem[float64](200, 3, o.Family, false)
		var want [][]byte
		if _, err := Fit(ctx, d, keepAll(o, &want)); err != nil {
			t.Fatal(err)
		}
		killed := errors.New("killed")
		for k := range len(want) - 1 {
			next := o
			var got []byte
			next.Checkpoints = Checkpoints{Every: -1, From: want[k], Save: func(b []byte) error {
				got = slices.Clone(b)
				return killed
			}}
			if _, err := Fit(ctx, d, next); !errors.Is(err, killed) {
				t.Fatalf("%v, checkpoint %d of %d: %v", o.Family, k, len(want), err)
			}
			if !bytes.Equal(got, want[k+1]) {
				t.Errorf("%v: checkpoint %d differs after a fit that was stopped before it", o.Family, k+1)
			}
		}
	}
}

// TestPreparationsAreNotDoneAgain: what came before the run at hand is in the
// checkpoint.
func TestPreparationsAreNotDoneAgain(t *testing.T) {
	o := Options{Family: Tweedie, L2: 1, Standardize: true}
	d := problem[float64](500, 3, o.Family, true)
	var kept [][]byte
	m, err := Fit(ctx, d, keepAll(o, &kept))
	if err != nil {
		t.Fatal(err)
	}
	o.Checkpoints.From = kept[len(kept)-1]
	source := &counting[float64]{inMemory: inMemory[float64]{Data: d}}
	if _, err := FitSource(ctx, source, nil, "", o); err != nil {
		t.Fatal(err)
	}
	// The fingerprint, the last step, and what follows the run: the null model and
	// the dispersion. Every design of a source reads its first block for its shift.
	resumed := source.reads
	o.Checkpoints.From = nil
	source.reads = 0
	if _, err := FitSource(ctx, source, nil, "", o); err != nil {
		t.Fatal(err)
	}
	if saved, want := source.reads-resumed, m.Evaluations.Total()-1+3; saved < want-2 {
		t.Errorf("%d reads of %d were left out, want about %d", saved, source.reads, want)
	}
}

// counting counts how often a source is read.
type counting[T kernels.Float] struct {
	inMemory[T]
	reads   int
	rewound func()
}

func (c *counting[T]) Rewind() error {
	if c.reads++; c.rewound != nil {
		c.rewound()
	}
	return c.inMemory.Rewind()
}

func TestFloat32Resumes(t *testing.T) {
	o := Options{Family: Binomial, L2: 0.1, Method: solvers.NewtonCG{}}
	d := problem[float32](1500, 5, o.Family, true)
	var kept [][]byte
	m, err := Fit(ctx, d, keepAll(o, &kept))
	if err != nil {
		t.Fatal(err)
	}
	for _, o.Checkpoints.From = range kept {
		got, err := Fit(ctx, d, o)
		if err != nil || !slices.Equal(whole(got), whole(m)) {
			t.Errorf("%v, %v, want %v", err, whole(got), whole(m))
		}
	}
	wide := Data[float64]{Columns: d.Columns, Stride: d.Stride}
	for _, v := range d.X {
		wide.X = append(wide.X, float64(v))
	}
	for i := range d.Y {
		wide.Y, wide.Weights, wide.Offset = append(wide.Y, float64(d.Y[i])), append(wide.Weights, float64(d.Weights[i])), append(wide.Offset, float64(d.Offset[i]))
	}
	if _, err := Fit(ctx, wide, o); err == nil || !strings.Contains(err.Error(), "other data: type = float32 there, type = float64 here") {
		t.Errorf("another type: %v", err)
	}
}

// TestMoreIterations: a fit that has reached its limit goes on under another.
func TestMoreIterations(t *testing.T) {
	o := Options{Family: Binomial, Method: solvers.BFGS{}}
	d := problem[float64](300, 4, o.Family, false)
	want, err := Fit(ctx, d, o)
	if err != nil {
		t.Fatal(err)
	}
	var kept [][]byte
	limited := keepAll(o, &kept)
	limited.MaxIterations = 4
	if m, err := Fit(ctx, d, limited); err != nil || m.Status != solvers.IterationLimit.String() {
		t.Fatalf("%v, %+v", err, m)
	}
	o.Checkpoints.From = kept[len(kept)-1]
	got, err := Fit(ctx, d, o)
	if err != nil || !slices.Equal(whole(got), whole(want)) {
		t.Errorf("%v, %v, want %v", err, whole(got), whole(want))
	}
}

// TestCheckpointsAreRare where iterates are cheap, and a Save that fails ends the
// fit.
func TestCheckpointsAreRare(t *testing.T) {
	o := Options{Family: Binomial, Method: solvers.GradientDescent{}}
	d := problem[float64](50, 2, o.Family, false)
	saves := 0
	o.Checkpoints = Checkpoints{Every: time.Hour, Save: func([]byte) error { saves++; return nil }}
	m, err := Fit(ctx, d, o)
	if err != nil || saves > 0 || m.Iterations < 3 {
		t.Errorf("%v, %d checkpoints in %d iterations", err, saves, m.Iterations)
	}
	o.MaxIterations = 3
	if m, err = Fit(ctx, d, o); err != nil || saves != 1 || m.Iterations != 3 {
		t.Errorf("%v, %d checkpoints of a fit that reached its limit after %d", err, saves, m.Iterations)
	}
	full := errors.New("no space left")
	o.Checkpoints = Checkpoints{Every: -1, Save: func([]byte) error { return full }}
	if m, err := Fit(ctx, d, o); !errors.Is(err, full) || m != nil {
		t.Errorf("%v, %+v", err, m)
	}
}

// TestIteratesThatTakeLongAreAllKept, without a word about it; and where keeping
// them takes longer still, it takes half of the time.
func TestIteratesThatTakeLongAreAllKept(t *testing.T) {
	o := Options{Family: Binomial, Method: solvers.LBFGS{}}
	d := problem[float64](50, 2, o.Family, false)
	o.Observe = func(*solvers.Iterate) { time.Sleep(standardEvery + time.Millisecond) }
	saves := 0
	o.Checkpoints.Save = func([]byte) error { saves++; return nil }
	m, err := Fit(ctx, d, o)
	if err != nil || saves != m.Iterations {
		t.Errorf("%v, %d checkpoints in %d iterations", err, saves, m.Iterations)
	}
	h := history{took: time.Hour, saved: time.Now().Add(-time.Minute)}
	if h.due() {
		t.Error("a checkpoint is due after a minute, where the last one took an hour")
	}
	h.saved = time.Now().Add(-time.Hour)
	if !h.due() {
		t.Error("no checkpoint is due after as long as the last one took")
	}
}

// TestExactFitsStartOver: they have no iterates to keep.
func TestExactFitsStartOver(t *testing.T) {
	d := problem[float64](50, 2, Gaussian, false)
	var kept [][]byte
	want, err := Fit(ctx, d, keepAll(Options{Precision: Exact}, &kept))
	if err != nil || len(kept) > 0 {
		t.Errorf("%v, %d checkpoints", err, len(kept))
	}
	if got, err := Fit(ctx, d, Options{Precision: Exact}); err != nil || !slices.Equal(whole(got), whole(want)) {
		t.Errorf("%v, %+v", err, got)
	}
}

func TestSaveTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fit.checkpoint")
	o := Options{Family: Binomial, Method: solvers.LBFGS{}, Checkpoints: Checkpoints{Save: SaveTo(path), Every: -1}}
	d := problem[float64](300, 3, o.Family, false)
	want, err := Fit(ctx, d, o)
	if err != nil {
		t.Fatal(err)
	}
	if o.Checkpoints.From, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := Fit(ctx, d, o)
	if err != nil || !slices.Equal(whole(got), whole(want)) {
		t.Errorf("%v, %v, want %v", err, whole(got), whole(want))
	}
	o.Checkpoints = Checkpoints{Save: SaveTo(filepath.Join(path, "no")), Every: -1}
	if _, err := Fit(ctx, d, o); err == nil {
		t.Error("a folder that is a file")
	}
}
