package glm

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/reference"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
)

// samplers is the methods that take samples, by their names.
func samplers(t testing.TB) []solvers.Sampler {
	_, list := methods(t)
	return list
}

// objectiveAt is what a fit minimises.
func objectiveAt(m *Model) float64 {
	sum := m.Deviance / 2
	for _, c := range m.Columns() {
		sum += c.Penalty / 2 * c.Estimate * c.Estimate
	}
	return sum
}

// mustBeAsGood fails if f exceeds its minimum by more than what the methods
// promise, a hundredth of the mean of a term; the gap is estimated from some
// rows, so there is a little room.
func mustBeAsGood(t *testing.T, what string, got, want *Model) {
	t.Helper()
	best := objectiveAt(want)
	gap := (objectiveAt(got) - best) / (best / float64(want.Rows))
	if !got.Converged || !(gap <= 0.013) {
		t.Errorf("%s: %s after %d epochs, %.2g of a term is left: %s", what, got.Status, got.Iterations, gap, got.Reason)
	}
}

// TestEverySamplerAgreesWithNewton, whatever the units and however far the
// columns are from zero, with weights and an offset.
func TestEverySamplerAgreesWithNewton(t *testing.T) {
	t.Run("float64", everySamplerAgreesWithNewton[float64])
	t.Run("float32", everySamplerAgreesWithNewton[float32])
}

func everySamplerAgreesWithNewton[T kernels.Float](t *testing.T) {
	for _, family := range []Family{Gaussian, Binomial} {
		for _, l2 := range []float64{0, 3} {
			d := problem[T](3000, 6, family, true)
			for i := range d.X {
				d.X[i] = d.X[i]*T(math.Ldexp(1, 10*(i%7%3))) + T(1000*(i%7))
			}
			o := Options{Family: family, L2: l2, Standardize: l2 > 0, NoIntercept: l2 == 1, Method: solvers.Newton{}, Precision: Plain}
			want, err := Fit(ctx, d, o)
			if err != nil || !want.Converged {
				t.Fatalf("%v, %+v", err, want)
			}
			for _, m := range samplers(t) {
				o.Method = m.With(solvers.Sampling{Seed: 3})
				got, err := Fit(ctx, d, o)
				if err != nil {
					t.Fatal(err)
				}
				what := fmt.Sprintf("%v, λ = %g, %s", family, l2, m.Name())
				mustBeAsGood(t, what, got, want)
				if got.Seed != 3 || got.Evaluations.Samples == 0 {
					t.Errorf("%s: seed %d, %+v", what, got.Seed, got.Evaluations)
				}
				for j, c := range got.Coefficients {
					w := want.Coefficients[j]
					if l2 == 0 && !(math.Abs(c.Estimate-w.Estimate) <= 0.25*w.StdError && math.Abs(c.StdError/w.StdError-1) <= 0.01) {
						t.Errorf("%s: %s is %v ± %v, want %v ± %v", what, c.Name, c.Estimate, c.StdError, w.Estimate, w.StdError)
					}
				}
			}
		}
	}
}

// TestSamplersFitEveryFamily, with its defaults.
func TestSamplersFitEveryFamily(t *testing.T) {
	for family := range Family(len(families)) {
		d := problem[float64](2000, 3, family, true)
		o := Options{Family: family}
		want, err := Fit(ctx, d, o)
		if err != nil || !want.Converged {
			t.Fatalf("%v: %v, %+v", family, err, want)
		}
		for _, m := range []solvers.Method{solvers.SVRG{}, solvers.SGD{}, solvers.Adam{}} {
			o.Method = m
			got, err := Fit(ctx, d, o)
			if err != nil {
				t.Fatal(err)
			}
			mustBeAsGood(t, family.String()+", "+m.Name(), got, want)
		}
	}
}

// TestSamplersTakeAnL1Penalty, beside an L2 one and with columns that have none,
// and hold rows out beside it.
func TestSamplersTakeAnL1Penalty(t *testing.T) {
	for _, family := range []Family{Gaussian, Binomial} {
		d := problem[float64](3000, 8, family, true)
		o := Options{Family: family, L1: 100, L2: 3, Standardize: true, PenaltyFactors: []float64{1, 1, 0, 1, 20, 1, 1, 1}}
		want, err := Fit(ctx, d, o)
		if err != nil || !want.Converged || want.NonZero() == len(want.Columns()) {
			t.Fatalf("%v, %d of %d columns, %+v", err, want.NonZero(), len(want.Columns()), want)
		}
		sum := func(m *Model) float64 {
			sum := objectiveAt(m)
			for _, c := range m.Columns() {
				sum += c.PenaltyL1 * math.Abs(c.Estimate)
			}
			return sum
		}
		for _, m := range samplers(t) {
			if !takesL1(m) {
				continue
			}
			for _, share := range []float64{0, 0.2} {
				o.Method = m.With(solvers.Sampling{HoldOut: share})
				got, err := Fit(ctx, d, o)
				if err != nil {
					t.Fatal(err)
				}
				gap := (sum(got) - sum(want)) / (sum(want) / float64(want.Rows))
				if limit := 0.013 + 100*share; !got.Converged || !(gap <= limit) || got.NonZero() == len(got.Columns()) {
					t.Errorf("%v, %s, %g held out: %.2g of a term is left, %d columns: %s", family, m.Name(), share, gap, got.NonZero(), got.Reason)
				}
			}
		}
	}
}

// TestSamplersStartFarAway, where a robust loss is straight for every row.
func TestSamplersStartFarAway(t *testing.T) {
	for _, family := range []Family{Huber, Quantile, SquaredHinge} {
		d := problem[float64](2000, 3, family, false)
		for i := range d.Y {
			if family != SquaredHinge {
				d.Y[i] = 50*d.Y[i] + 5000
			}
		}
		o := Options{Family: family}
		want, err := Fit(ctx, d, o)
		if err != nil || !want.Converged {
			t.Fatalf("%v: %v, %+v", family, err, want)
		}
		for _, m := range []solvers.Method{solvers.SVRG{}, solvers.SGD{}} {
			o.Method = m
			got, err := Fit(ctx, d, o)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%v, %s: %d epochs", family, m.Name(), got.Iterations)
			mustBeAsGood(t, family.String()+", "+m.Name(), got, want)
		}
	}
}

// TestTextbookProblems of stochastic gradient descent with defaults: a line
// through 100 points, and the breast cancer table as it is, whose columns are
// up to five powers of ten apart.
func TestTextbookProblems(t *testing.T) {
	var line Data[float64]
	line.Columns = 1
	state := uint64(42)
	uniform := func() float64 {
		state = state*6364136223846793005 + 1442695040888963407
		return float64(state>>11) / (1 << 53)
	}
	for range 100 {
		x, noise := 2*uniform(), 0.0
		for range 12 {
			noise += uniform() - 0.5 // nearly normal, of variance 1
		}
		line.X, line.Y = append(line.X, x), append(line.Y, 4+float64(3*x)+noise)
	}
	cases := []struct {
		name string
		d    Data[float64]
		o    Options
	}{{"line", line, Options{}}}
	for _, c := range reference.Cases(t) {
		if c.File == "wdbc.csv" && c.Family == "binomial" && len(c.Columns) == 30 && c.L1 == 0 {
			d, o := load(t, c)
			if !o.Standardize {
				o.L2 = 1
			}
			cases = append(cases, struct {
				name string
				d    Data[float64]
				o    Options
			}{c.Name, d, o})
		}
	}
	if len(cases) != 3 {
		t.Fatalf("%d problems", len(cases))
	}
	for _, c := range cases {
		want, err := Fit(ctx, c.d, c.o)
		if err != nil || !want.Converged {
			t.Fatalf("%s: %v, %+v", c.name, err, want)
		}
		for i, m := range samplers(t) {
			if testing.Short() && i > 2 {
				break
			}
			c.o.Method = m
			got, err := Fit(ctx, c.d, c.o)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s, %s: %d epochs", c.name, m.Name(), got.Iterations)
			mustBeAsGood(t, c.name+", "+m.Name(), got, want)
		}
	}
}

// TestSamplersHaveTheSameBits at every level and on any number of threads, with
// batches of one row, short ones at the end, and so long that they are divided.
func TestSamplersHaveTheSameBits(t *testing.T) {
	d := problem[float32](2500, 5, Binomial, true)
	for _, m := range samplers(t) {
		for _, s := range []solvers.Sampling{{Batch: 1}, {Batch: 7, Order: solvers.InBlocks}, {Batch: 2500}, {Batch: 1100, HoldOut: 0.1}} {
			o := Options{Family: Binomial, L2: 0.5, Method: m.With(s), MaxIterations: 3}
			var want []string
			for _, level := range levels() {
				for _, threads := range []int{1, 2, 3} {
					restore := cpu.Use(level)
					o.Threads = threads
					model, err := Fit(ctx, d, o)
					restore()
					if err != nil {
						t.Fatal(err)
					}
					got := bits(model)
					if want == nil {
						want = got
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s, %+v, %v, %d threads:\n got %v\nwant %v", m.Name(), s, level, threads, got, want)
					}
				}
			}
		}
	}
}

func TestSamplersRefuseASource(t *testing.T) {
	d := problem[float64](100, 2, Gaussian, false)
	for _, m := range samplers(t) {
		_, err := FitSource[float64](ctx, &inMemory[float64]{Data: d}, nil, "", Options{Method: m})
		if err == nil || !strings.Contains(err.Error(), "in memory") || !strings.Contains(err.Error(), m.Name()) {
			t.Errorf("%s: error %v", m.Name(), err)
		}
	}
}

// TestHeldOutRows: the model of a run that stops early is judged on all rows, and
// says nothing of errors.
func TestHeldOutRows(t *testing.T) {
	d := problem[float64](2000, 4, Binomial, true)
	want, err := Fit(ctx, d, Options{Family: Binomial})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Fit(ctx, d, Options{Family: Binomial, Method: solvers.SGD{Sampling: solvers.Sampling{HoldOut: 0.2}}})
	if err != nil {
		t.Fatal(err)
	}
	if !m.Converged || m.HoldOut != 0.2 || !math.IsNaN(m.Coefficients[1].StdError) || !math.IsNaN(m.AIC) {
		t.Errorf("%+v", m)
	}
	if !(m.Deviance >= want.Deviance) || !(m.Deviance < 1.02*want.Deviance) || m.NullDeviance != want.NullDeviance {
		t.Errorf("deviance %v of %v, want %v of %v", m.Deviance, m.NullDeviance, want.Deviance, want.NullDeviance)
	}
	if text := m.Summary(); !strings.Contains(text, "20 % of the rows held out") || !strings.Contains(text, "Early stopping") {
		t.Error(text)
	}
}

// TestDivergedFit ends with the best point, and says so.
func TestDivergedFit(t *testing.T) {
	d := problem[float64](500, 3, Gaussian, false)
	m, err := Fit(ctx, d, Options{Method: solvers.SGD{Sampling: solvers.Sampling{Step: 500}}})
	if err != nil {
		t.Fatal(err)
	}
	if m.Converged || m.Status != solvers.Diverged.String() || !(m.Deviance <= 1.01*m.NullDeviance+float64(len(d.Y))) {
		t.Errorf("%s, deviance %v of %v: %s", m.Status, m.Deviance, m.NullDeviance, m.Reason)
	}
}

func TestSampledModelIsReadBack(t *testing.T) {
	d := problem[float64](300, 2, Binomial, false)
	m, err := Fit(ctx, d, Options{Family: Binomial, Method: solvers.Adam{Sampling: solvers.Sampling{Seed: 1 << 63, HoldOut: 0.25}}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back Model
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.Seed != 1<<63 || back.HoldOut != 0.25 || !reflect.DeepEqual(back.Evaluations, m.Evaluations) {
		t.Errorf("seed %d, %v, %+v", back.Seed, back.HoldOut, back.Evaluations)
	}
}

// TestWhatASampleFindsWrong is named as it is without samples.
func TestWhatASampleFindsWrong(t *testing.T) {
	d := problem[float64](300, 2, Gaussian, false)
	d.X[3*100+1] = math.Inf(1)
	if _, err := Fit(ctx, d, Options{Method: solvers.SGD{}}); err == nil || !strings.Contains(err.Error(), `"x2" of row 100`) {
		t.Errorf("error %v", err)
	}
	d = problem[float64](300, 2, Gaussian, false)
	if _, err := Fit(ctx, d, Options{Method: solvers.SGD{Sampling: solvers.Sampling{Batch: -1}}}); err == nil || errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}

// TestSamplersSurviveFirstRowsFarAway: columns are moved by the first rows before anything
// else is known, even where these have no weight.
func TestSamplersSurviveFirstRowsFarAway(t *testing.T) {
	for _, sentinel := range []float64{1e6, 1e12} {
		d := problem[float64](6000, 4, Gaussian, true)
		for i := range d.Y {
			d.Weights[i] = 1
			if i < 1024 {
				d.Weights[i] = 0
				for j := range 4 {
					d.X[i*d.Stride+j] = sentinel
				}
			}
		}
		rest := d
		rest.X, rest.Y, rest.Weights, rest.Offset = d.X[1024*d.Stride:], d.Y[1024:], d.Weights[1024:], d.Offset[1024:]
		want, err := Fit(ctx, rest, Options{Method: solvers.Newton{}, Precision: Plain})
		if err != nil || !want.Converged {
			t.Fatal(err, want)
		}
		for _, m := range []solvers.Method{solvers.SGD{}, solvers.SVRG{}, solvers.Adam{}} {
			got, err := Fit(ctx, d, Options{Method: m, MaxIterations: 40})
			if err != nil {
				t.Fatal(err)
			}
			mustBeAsGood(t, m.Name(), got, want)
		}
	}
}

// TestASurveySparesTheFirstReads: gradient and diagonal at the start come from the
// reading that found the means, and are those of passes.
func TestASurveySparesTheFirstReads(t *testing.T) {
	for i, family := range []Family{Gaussian, Binomial, Huber, Poisson, Gamma, Tweedie, Poisson, Gamma, Binomial} {
		d := problem[float64](3000, 6, family, true)
		o := Options{Family: family, L2: 2, Method: solvers.SGD{}, MaxIterations: 1, NoIntercept: i > 5}
		f, err := newFit(d, o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.run(ctx); err != nil {
			t.Fatal(err)
		}
		k := f.objective.known
		if k == nil || k.Moments != nil {
			t.Fatalf("%v: the run has not begun with the moments of the survey", family)
		}
		fresh := *f.objective
		fresh.known = nil
		n := fresh.Dim()
		got, want := make([]float64, n), make([]float64, n)
		if err := f.objective.HessianDiagonal(ctx, got, k.start); err != nil {
			t.Fatal(err)
		}
		if err := fresh.HessianDiagonal(ctx, want, k.start); err != nil {
			t.Fatal(err)
		}
		for j := range want {
			if !(math.Abs(got[j]-want[j]) <= 1e-10*want[j]) {
				t.Errorf("%v: diagonal %d is %v, want %v", family, j, got[j], want[j])
			}
		}
		value := f.objective.first.Loss
		if again, err := fresh.Gradient(ctx, k.start, want); err != nil || !(math.Abs(again-value) <= 1e-12*value) {
			t.Errorf("%v: the loss at the start is %v, by a pass %v, error %v", family, value, again, err)
		}
	}
}
