package glm

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"reflect"
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
	levels := cpu.Available()
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

// TestOtherDataAreRefused, whichever part of them and however little differs.
func TestOtherDataAreRefused(t *testing.T) {
	o := Options{Family: Poisson, Method: solvers.LBFGS{}}
	d := problem[float64](40, 3, o.Family, true)
	var kept [][]byte
	if _, err := Fit(ctx, d, keepAll(o, &kept)); err != nil {
		t.Fatal(err)
	}
	o.Checkpoints.From = kept[1]
	next := func(v []float64, i int) []float64 {
		v = slices.Clone(v)
		v[i] = math.Nextafter(v[i], 100)
		return v
	}
	for want, change := range map[string]func(*Data[float64]){
		"hash of X = ":           func(d *Data[float64]) { d.X = next(d.X, 2) },
		"hash of X =":            func(d *Data[float64]) { d.X = next(d.X, len(d.X)-2) },
		"hash of Y":              func(d *Data[float64]) { d.Y = slices.Clone(d.Y); d.Y[39]++ },
		"hash of the weights":    func(d *Data[float64]) { d.Weights = next(d.Weights, 17) },
		"hash of the offset":     func(d *Data[float64]) { d.Offset = next(d.Offset, 38) },
		"weights = true there":   func(d *Data[float64]) { d.Weights = nil },
		"an offset = true there": func(d *Data[float64]) { d.Offset = nil },
		"columns = 3 there":      func(d *Data[float64]) { d.Columns = 2 },
		"rows = 40 there, rows = 39 here": func(d *Data[float64]) {
			d.Y, d.Weights, d.Offset = d.Y[1:], d.Weights[1:], d.Offset[1:]
		},
	} {
		other := d
		change(&other)
		_, err := Fit(ctx, other, o)
		if !errors.As(err, new(*solvers.CheckpointError)) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "other data") {
			t.Errorf("%s: %v", want, err)
		}
		if _, err := FitSource(ctx, &inMemory[float64]{Data: other}, nil, "", o); !errors.As(err, new(*solvers.CheckpointError)) {
			t.Errorf("%s, from a source: %v", want, err)
		}
	}
	// What lies between the columns and the stride is no data.
	dense := Data[float64]{Columns: 3, Y: d.Y, Weights: d.Weights, Offset: d.Offset}
	for i := range d.Y {
		dense.X = append(dense.X, d.X[i*d.Stride:][:3]...)
	}
	if _, err := Fit(ctx, dense, o); err != nil {
		t.Errorf("the same data with another stride: %v", err)
	}
}

// TestOtherOptionsAreRefused, every one of them but those that may change.
func TestOtherOptionsAreRefused(t *testing.T) {
	base := Options{Family: Quantile, L2: 1, PenaltyFactors: []float64{1, 2, 3}, Precision: Plain}
	d := problem[float64](60, 3, base.Family, false)
	var kept [][]byte
	if _, err := Fit(ctx, d, keepAll(base, &kept)); err != nil {
		t.Fatal(err)
	}
	others := map[string]func(*Options){
		"Family":         func(o *Options) { o.Family = Gaussian },
		"Parameters":     func(o *Options) { o.Parameters.Quantile = 0.25 },
		"L1":             func(o *Options) { o.L1 = 0.5 },
		"L2":             func(o *Options) { o.L2 = math.Nextafter(1, 2) },
		"NoIntercept":    func(o *Options) { o.NoIntercept = true },
		"PenaltyFactors": func(o *Options) { o.PenaltyFactors = []float64{1, 2, 4} },
		"Standardize":    func(o *Options) { o.Standardize = true },
		"Precision":      func(o *Options) { o.Precision = Automatic },
		"Method":         func(o *Options) { o.Method = solvers.BFGS{} },
		"Tolerance":      func(o *Options) { o.Tolerance = 1e-3 },
	}
	data := newFingerprint[float64](3, false, false)
	same := map[string]func(*Options){
		"Threads":       func(o *Options) { o.Threads = 7 },
		"Observe":       func(o *Options) { o.Observe = func(*solvers.Iterate) {} },
		"MaxIterations": func(o *Options) { o.MaxIterations = 99 },
		"Checkpoints":   func(o *Options) { o.Checkpoints.Every = time.Hour },
	}
	for field := range reflect.TypeFor[Options]().Fields() {
		o := base
		o.Checkpoints.From = kept[0]
		change, other := others[field.Name]
		if !other {
			change = same[field.Name]
		}
		if change == nil {
			if slices.Contains(mayChange, field.Name) {
				t.Errorf("no test of option %s, which may change when a fit goes on", field.Name)
			} else if now := another(o, field.Name); now != nil && slices.Equal(describe(*now, data), describe(o, data)) {
				t.Errorf("option %s is not in the description", field.Name)
			}
			continue
		}
		change(&o)
		_, err := Fit(ctx, d, o)
		if other && (!errors.As(err, new(*solvers.CheckpointError)) || !strings.Contains(err.Error(), "other options")) || !other && err != nil {
			t.Errorf("%s: %v", field.Name, err)
		}
	}
}

// another is options with another value of a field, or nil if there is none that
// is easily found.
func another(o Options, field string) *Options {
	switch v := reflect.ValueOf(&o).Elem().FieldByName(field); v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Float64:
		v.SetFloat(v.Float() + 0.25)
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
	default:
		return nil
	}
	return &o
}

func TestDamagedCheckpointsAreRefused(t *testing.T) {
	o := Options{Family: Quantile}
	d := problem[float64](60, 3, o.Family, false)
	var kept [][]byte
	if _, err := Fit(ctx, d, keepAll(o, &kept)); err != nil {
		t.Fatal(err)
	}
	b := kept[len(kept)-1]
	refused := func(what string, b []byte, want string) {
		t.Helper()
		o.Checkpoints.From = b
		if m, err := Fit(ctx, d, o); !errors.As(err, new(*solvers.CheckpointError)) || m != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	for i := range b {
		if i%7 == 0 || i < 64 {
			damaged := slices.Clone(b)
			damaged[i] ^= byte(1 + i%255)
			refused("damaged", damaged, "checkpoint")
			refused("cut off", b[:i:i], "checkpoint")
		}
	}
	newer := slices.Clone(b)
	newer[len("hesse fit")] = 3
	refused("another version", newer, "a checkpoint of a fit of version 3; this program reads version 2")
	refused("something else", []byte("a,b\n1,2\n"), "not a checkpoint of a fit")
}

// FuzzCheckpoint: nothing panics, whatever a checkpoint says, under a checksum
// that fits; of the fit and of the run in it.
func FuzzCheckpoint(f *testing.F) {
	o := Options{Family: Quantile, Precision: Plain}
	d := problem[float64](12, 2, o.Family, false)
	var kept [][]byte
	if _, err := Fit(ctx, d, keepAll(o, &kept)); err != nil {
		f.Fatal(err)
	}
	for _, b := range kept {
		f.Add(b)
	}
	seal := func(b []byte) []byte {
		b = slices.Clone(b[:len(b)-4])
		return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		inputs := [][]byte{input}
		if at := bytes.Index(input, []byte("hesse run")); len(input) >= 8 && at >= 0 && at < len(input)-8 {
			inner := seal(input[at : len(input)-4])
			inputs = append(inputs, seal(slices.Concat(input[:at], inner, make([]byte, 4))))
		} else if len(input) >= 4 {
			inputs = append(inputs, seal(input))
		}
		for _, b := range inputs {
			if len(b) == 0 {
				continue
			}
			o.Checkpoints.From, o.MaxIterations = b, 5
			Fit(ctx, d, o)
		}
	})
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

// TestOptionsHaveNoAddresses: what is part of a fingerprint must print the same
// in another process.
func TestOptionsHaveNoAddresses(t *testing.T) {
	var look func(path string, kind reflect.Type)
	look = func(path string, kind reflect.Type) {
		switch kind.Kind() {
		case reflect.Pointer, reflect.Func, reflect.Chan, reflect.UnsafePointer:
			t.Errorf("%s is a %v: make it something that prints, or say in mayChange that it may change", path, kind)
		case reflect.Slice, reflect.Array:
			look(path+"[]", kind.Elem())
		case reflect.Map:
			look(path+"[]", kind.Elem())
			look(path+" key", kind.Key())
		case reflect.Struct:
			for field := range kind.Fields() {
				look(path+"."+field.Name, field.Type)
			}
		}
	}
	for field := range reflect.TypeFor[Options]().Fields() {
		if !slices.Contains(mayChange, field.Name) {
			look(field.Name, field.Type)
		}
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

// TestInterruptedSparseFits: the value of the best point is half of the deviance
// and the penalty.
func TestInterruptedSparseFits(t *testing.T) {
	for _, method := range append(sparseMethods(t), nil) {
		ctx, cancel := context.WithCancel(ctx)
		o := Options{Family: Binomial, L1: 2, Method: method}
		var best float64
		o.Observe = func(it *solvers.Iterate) {
			if best = it.Value; it.Iteration == 2 {
				cancel()
			}
		}
		m, err := Fit(ctx, problem[float64](300, 3, o.Family, true), o)
		cancel()
		if err != context.Canceled || m == nil || m.L1 != 2 || m.Iterations != 2 || m.Status != "canceled" {
			t.Fatalf("%v, %+v", err, m)
		}
		value := m.Deviance / 2
		for _, c := range m.Columns() {
			value += 2 * math.Abs(c.Estimate)
		}
		if math.Abs(value-best) > 1e-12*best || m.Violation == 0 {
			t.Errorf("%s: %v, want %v, violation %v", m.Solver, value, best, m.Violation)
		}
	}
}

// TestInterruptedHoldOut: what an interrupted fit with rows held out cannot know
// is the value of the others.
func TestInterruptedHoldOut(t *testing.T) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o := Options{Family: Binomial, Method: solvers.SGD{Sampling: solvers.Sampling{HoldOut: 0.2}}}
	o.Observe = func(it *solvers.Iterate) {
		if it.Iteration == 2 {
			cancel()
		}
	}
	m, err := Fit(ctx, problem[float64](300, 3, o.Family, true), o)
	if err != context.Canceled || m == nil || m.Rows != 300 || m.HoldOut != 0.2 || !math.IsNaN(m.Deviance) || !finite(m.Coefficients[1].Estimate) {
		t.Errorf("%v, %+v", err, m)
	}
}

// TestInterruptedFits end with the best model until then, from the first step on.
func TestInterruptedFits(t *testing.T) {
	for family := range Family(len(families)) {
		for _, method := range []solvers.Method{nil, solvers.GradientDescent{}} {
			for at := range 4 {
				ctx, cancel := context.WithCancel(ctx)
				o := Options{Family: family, Method: method, Precision: Plain}
				var best float64
				o.Observe = func(it *solvers.Iterate) {
					if it.Iteration <= at {
						best = it.Value
					}
					if it.Iteration == at {
						cancel()
					}
				}
				d := problem[float64](300, 3, family, true)
				m, err := Fit(ctx, d, o)
				cancel()
				if err == nil {
					continue // it had ended
				}
				staged := method == nil && (family == Huber || family == Quantile)
				if err != context.Canceled || (m == nil) != (at == 0) && !staged {
					t.Fatalf("%v, at %d: %v, %+v", family, at, err, m)
				}
				if m == nil {
					continue
				}
				if m.Converged || m.Status != "canceled" || !strings.Contains(m.Reason, "interrupted") || m.Deviance != 2*best || m.Rows != 300 || len(m.Coefficients) != 4 {
					t.Errorf("%v, at %d: %+v", family, at, m)
				}
				for _, c := range m.Coefficients {
					if !finite(c.Estimate) || !math.IsNaN(c.StdError) || !math.IsNaN(c.PValue) {
						t.Errorf("%v, at %d: %+v", family, at, c)
					}
				}
				text, err := m.MarshalJSON()
				if err != nil {
					t.Fatal(err)
				}
				again, err := Read(bytes.NewReader(text))
				if err != nil || again.Status != "canceled" || !strings.Contains(m.Summary(), "canceled after") {
					t.Errorf("%v: %v, %s", family, err, m.Summary())
				}
			}
		}
	}
	// At any read of a chain of wider losses, the stages of which have no value of
	// the loss that is fitted.
	staged := 0
	for at := 1; at < 60; at++ {
		ctx, cancel := context.WithCancel(ctx)
		source := &counting[float64]{inMemory: inMemory[float64]{Data: problem[float64](200, 2, Huber, false)}}
		source.rewound = func() {
			if source.reads == at {
				cancel()
			}
		}
		m, err := FitSource(ctx, source, nil, "", Options{Family: Huber, Parameters: Parameters{Delta: 1e-3}})
		if cancel(); err == nil {
			break
		}
		if err != context.Canceled || m != nil && (m.Status != "canceled" || !finite(m.Coefficients[1].Estimate)) {
			t.Errorf("at read %d: %v, %+v", at, err, m)
		}
		if m != nil && math.IsNaN(m.Deviance) {
			staged++
		}
	}
	if staged == 0 {
		t.Error("no model of a stage")
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if m, err := Fit(canceled, problem[float64](30, 2, Gaussian, false), Options{}); m != nil || err != context.Canceled {
		t.Errorf("%v, %+v", err, m)
	}
}
