package glm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/solvers"
)

// sparseMethods are those for an L1 penalty by their names.
func sparseMethods(t testing.TB) []solvers.Method {
	var list []solvers.Method
	for _, name := range solvers.CompositeMethods() {
		m, err := solvers.ParseMethod(name, 0)
		if err != nil {
			t.Fatal(err)
		}
		if takesL1(m) {
			list = append(list, m)
		}
	}
	return list
}

// smoothed is options for a family that keep the data from choosing any.
func smoothed(family Family) Options {
	o := Options{Family: family}
	if family == Quantile {
		o.Parameters.Bandwidth = 0.25
	}
	return o
}

// gradientOf is that of the loss and the L2 penalty at the coefficients of a
// model, in the units of the data, the intercept first.
func gradientOf(m *Model, d Data[float64]) []float64 {
	lead := len(m.Coefficients) - len(m.Columns())
	g := make([]float64, len(m.Coefficients))
	stride := max(d.Stride, d.Columns)
	for i, y := range d.Y {
		row := d.X[i*stride:][:d.Columns]
		eta := m.centeredIntercept
		for j, c := range m.Columns() {
			eta += c.Estimate * (row[j] - c.Center)
		}
		w := 1.0
		if d.Weights != nil {
			w, eta = d.Weights[i], eta+d.Offset[i]
		}
		r := w * slopeOf(m, y, eta)
		if lead == 1 {
			g[0] += r
		}
		for j, v := range row {
			g[lead+j] += r * v
		}
	}
	for j, c := range m.Columns() {
		g[lead+j] += c.Penalty * c.Estimate
	}
	return g
}

// slopeOf is ∂ℓ/∂η, written down anew.
func slopeOf(m *Model, y, eta float64) float64 {
	p := m.Parameters
	switch m.Family {
	case Binomial:
		return 1/(1+math.Exp(-eta)) - y
	case Poisson:
		return math.Exp(eta) - y
	case Gamma:
		return 1 - y*math.Exp(-eta)
	case Tweedie:
		return math.Exp((2-p.Power)*eta) - y*math.Exp((1-p.Power)*eta)
	case Huber:
		return math.Max(-p.Delta, math.Min(eta-y, p.Delta))
	case Quantile:
		return 1/(1+math.Exp((y-eta)/p.Bandwidth)) - p.Quantile
	case SquaredHinge:
		sign := 2*y - 1
		return -2 * sign * math.Max(0, 1-sign*eta)
	}
	return eta - y
}

// mustBeLeast checks the conditions of a minimum: g = −λ₁·sign β where β is not
// zero, |g| ≤ λ₁ where it is, up to a share of λ₁ and of the gradient at zero.
func mustBeLeast(t *testing.T, name string, m *Model, d Data[float64], tolerance float64) {
	t.Helper()
	g := gradientOf(m, d)
	for j, c := range m.Coefficients {
		off := 0.0
		switch {
		case c.Estimate > 0:
			off = math.Abs(g[j] + c.PenaltyL1)
		case c.Estimate < 0:
			off = math.Abs(g[j] - c.PenaltyL1)
		default:
			off = math.Abs(g[j]) - c.PenaltyL1
		}
		if size := math.Max(c.PenaltyL1, float64(len(d.Y))); off > tolerance*size {
			t.Errorf("%s: %s is %g with a penalty of %g, and a gradient of %g that is off by %.1e", name, c.Name, c.Estimate, c.PenaltyL1, g[j], off)
		}
	}
}

// TestConditionsOfAMinimum holds for every family and method, L1 alone and
// beside an L2 penalty, with factors, weights and without an intercept.
func TestConditionsOfAMinimum(t *testing.T) {
	zeros := 0
	for family := range Family(len(families)) {
		for variant := range 4 {
			d := problem[float64](400, 9, family, variant%2 == 1)
			o := smoothed(family)
			o.L1, o.NoIntercept, o.Standardize = 8, variant == 2, variant == 1
			if variant >= 1 {
				o.L2 = 3
				o.PenaltyFactors = []float64{1, 0, 2, 1, 1, 0.5, 1, 0, 1}
			}
			for _, o.Method = range append(sparseMethods(t), nil) {
				name := fmt.Sprintf("%v %d by %v", family, variant, o.Method)
				m, err := Fit(ctx, d, o)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if !m.Converged || !(m.Violation <= 1e-6) {
					t.Errorf("%s: %s: %s; %+v, violation %g", name, m.Status, m.Reason, m.Evaluations, m.Violation)
				}
				tolerance := 1e-7
				if o.Method != nil && o.Method.Name() != "coordinate-descent" {
					tolerance = 2e-6
				}
				mustBeLeast(t, name, m, d, tolerance)
				zeros += len(m.Columns()) - m.NonZero()
				if o.Method == nil && (m.Solver != "coordinate-descent" || m.SolverReason == "") {
					t.Errorf("%s: %s (%s)", name, m.Solver, m.SolverReason)
				}
				if o.Method == nil && !math.IsNaN(m.Coefficients[0].StdError) || !math.IsNaN(m.AIC) || !math.IsNaN(m.BIC) {
					t.Errorf("%s: inference where there is a penalty: %+v", name, m)
				}
			}
		}
	}
	if zeros < 50 {
		t.Errorf("only %d coefficients are zero: nothing was tried", zeros)
	}
}

// TestNoL1IsTheUnpenalisedFit by every method for composite problems, with
// standard errors and all.
func TestNoL1IsTheUnpenalisedFit(t *testing.T) {
	for _, family := range []Family{Gaussian, Binomial, Poisson} {
		for _, l2 := range []float64{0, 2} {
			d := problem[float64](500, 5, family, true)
			want, err := Fit(ctx, d, Options{Family: family, L2: l2})
			if err != nil {
				t.Fatal(err)
			}
			for _, method := range sparseMethods(t) {
				got, err := Fit(ctx, d, Options{Family: family, L2: l2, Method: method})
				if err != nil || !got.Converged {
					t.Fatalf("%v, %+v", err, got)
				}
				tolerance := 1e-5
				if method.Name() == "coordinate-descent" {
					tolerance = 1e-9
				}
				for j, c := range got.Coefficients {
					w := want.Coefficients[j]
					if !(math.Abs(c.Estimate-w.Estimate) <= tolerance*(1+math.Abs(w.Estimate))) || l2 == 0 && !(math.Abs(c.StdError/w.StdError-1) < tolerance) {
						t.Errorf("%v, λ = %g, %s: %+v, want %+v", family, l2, got.Solver, c, w)
					}
				}
				if got.NonZero() != 5 || !(got.Violation < 1e-6) || !math.IsNaN(want.Violation) {
					t.Errorf("%v: %d, %g, %g", family, got.NonZero(), got.Violation, want.Violation)
				}
			}
		}
	}
}

// TestALargeL1LeavesTheNullModel, of the intercept and the columns without a
// penalty.
func TestALargeL1LeavesTheNullModel(t *testing.T) {
	for family := range Family(len(families)) {
		d := problem[float64](300, 4, family, true)
		for i := range d.Y {
			d.X[i*d.Stride+3] = 0 // a column of nothing
		}
		for _, factors := range [][]float64{nil, {1, 0, 1, 1}} {
			for _, method := range sparseMethods(t) {
				o := smoothed(family)
				o.L1, o.PenaltyFactors, o.Method = 1e9, factors, method
				m, err := Fit(ctx, d, o)
				if err != nil || !m.Converged {
					t.Fatalf("%v by %s: %v, %+v", family, method.Name(), err, m)
				}
				o = smoothed(family)
				alone := d
				alone.Columns, alone.X = 1, slices.Clone(d.X)
				for i := range d.Y {
					alone.X[i*d.Stride] = d.X[i*d.Stride+1]
				}
				if factors == nil {
					alone.Columns = 0
				}
				want, err := Fit(ctx, alone, o)
				if err != nil {
					t.Fatal(err)
				}
				if m.NonZero() != alone.Columns {
					t.Errorf("%v by %s: %d coefficients", family, method.Name(), m.NonZero())
				}
				if math.Abs(m.Deviance/want.Deviance-1) > 1e-9 || math.Abs(m.Coefficients[0].Estimate-want.Coefficients[0].Estimate) > 1e-4 {
					t.Errorf("%v by %s: deviance %.12g, want %.12g; %+v, want %+v", family, method.Name(), m.Deviance, want.Deviance, m.Coefficients[0], want.Coefficients[0])
				}
			}
		}
	}
}

// TestCollinearColumnsAreNoErrorWithL1: more columns than rows, a column twice,
// one of zeros and a constant one.
func TestCollinearColumnsAreNoErrorWithL1(t *testing.T) {
	for _, family := range []Family{Gaussian, Binomial, Quantile} {
		d := problem[float64](30, 60, family, false)
		for i := range d.Y {
			row := d.X[i*d.Stride:]
			row[1], row[2], row[3] = row[0], 0, 7
		}
		o := smoothed(family)
		for _, o.L1 = range []float64{0.5, 3} {
			m, err := Fit(ctx, d, o)
			if err != nil || !m.Converged {
				t.Fatalf("%v: %v, %+v", family, err, m)
			}
			if m.Coefficients[3].Estimate != 0 || m.Coefficients[4].Estimate != 0 {
				t.Errorf("%v: %+v", family, m.Coefficients[:5])
			}
			mustBeLeast(t, family.String(), m, d, 1e-7)
		}
	}
}

func TestL1IsChecked(t *testing.T) {
	d := problem[float64](30, 2, Gaussian, false)
	for _, c := range []struct {
		o       Options
		message string
	}{
		{Options{L1: -1}, "L1 is -1"},
		{Options{L1: math.NaN()}, "L1 is NaN"},
		{Options{L1: math.Inf(1)}, "L1 is +Inf"},
		{Options{L1: 1, Method: solvers.Newton{}}, `method newton does not take an L1 penalty; those that do are "coordinate-descent", "owl-qn", "proximal-gradient", "svrg", "sgd", "momentum", "nesterov-sgd", "adagrad", "rmsprop", "adam", "adamw"`},
		{Options{L1: 1, Precision: Exact}, "precision exact"},
	} {
		if _, err := Fit(ctx, d, c.o); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%+v: error %v, want %q", c.o, err, c.message)
		}
	}
	d.Y[3] = math.NaN()
	if _, err := Fit(ctx, d, Options{L1: 1}); err == nil || !strings.Contains(err.Error(), "the target of row 3 is NaN") {
		t.Errorf("error %v", err)
	}
	d = problem[float64](30, 2, Gaussian, false)
	d.X[4] = math.NaN()
	if _, err := Fit(ctx, d, Options{L1: 1}); err == nil || !strings.Contains(err.Error(), `column "x2" of row 1 is NaN`) {
		t.Errorf("error %v", err)
	}
	if m, err := Fit(ctx, problem[float64](30, 2, Gaussian, false), Options{L1: 1e-3, MaxIterations: 1, Family: Huber, Method: solvers.ProximalGradient{}}); err != nil || m.Converged || m.Status != solvers.IterationLimit.String() {
		t.Errorf("%v, %+v", err, m)
	}
	canceled, cancel := newCanceled()
	cancel()
	if _, err := Fit(canceled, d, Options{L1: 1}); !errors.Is(err, canceled.Err()) {
		t.Errorf("error %v", err)
	}
}

// TestL1IsInSummaryAndFile, and an older file has none.
func TestL1IsInSummaryAndFile(t *testing.T) {
	d := problem[float64](400, 6, Binomial, true)
	m, err := Fit(ctx, d, Options{Family: Binomial, L1: 12, L2: 2, PenaltyFactors: []float64{1, 1, 0, 1, 1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"penalty: elastic net, L1 lambda = 12, L2 lambda = 2, 1 column without\n",
		"solver: coordinate-descent (an L1 penalty, few passes, at up to 1000 columns), ",
		fmt.Sprintf("%d of 6 coefficients not zero.\n", m.NonZero()), "conditions violated by ", "A penalty biases the estimates",
	} {
		if !strings.Contains(m.Summary(), want) {
			t.Errorf("the summary does not say %q:\n%s", want, m.Summary())
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"l1":12,`, `"l2":2,`, fmt.Sprintf(`"nonzero":%d,`, m.NonZero()), `"penalty_l1":12`, `"std_error":null`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	again, err := Read(strings.NewReader(string(text)))
	if err != nil || again.L1 != 12 || again.NonZero() != m.NonZero() || again.Violation != m.Violation || again.Coefficients[1].PenaltyL1 != 12 || again.Coefficients[3].PenaltyL1 != 0 {
		t.Errorf("read back: %v, %+v", err, again)
	}
	a, b := make([]float64, 3), make([]float64, 3)
	x := []float64{1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1, 0, 1, 0, 1, 0, 1}
	if err := errors.Join(Predict(a, m, x, 0, nil, Response), Predict(b, again, x, 0, nil, Response)); err != nil || !slices.Equal(a, b) {
		t.Errorf("%v: %g, read back %g", err, a, b)
	}
	old := strings.NewReplacer(`"l1":12,`, "", fmt.Sprintf(`"nonzero":%d,`, m.NonZero()), "", `"violation"`, `"other"`).Replace(string(text))
	if before, err := Read(strings.NewReader(old)); err != nil || before.L1 != 0 || !math.IsNaN(before.Violation) {
		t.Errorf("an older file: %v, %+v", err, before)
	}
}

// TestL1HasTheSameBits at every level, on any number of threads, from memory or
// a source.
func TestL1HasTheSameBits(t *testing.T) {
	for _, family := range []Family{Gaussian, Binomial, Quantile} {
		d := problem[float32](2500, 20, family, true)
		for _, method := range append(sparseMethods(t), nil) {
			o := smoothed(family)
			o.L1, o.L2, o.Method, o.Standardize = 20, 1, method, true
			var want []string
			for _, level := range levels() {
				for _, o.Threads = range []int{1, 3} {
					restore := cpu.Use(level)
					m, err := Fit(ctx, d, o)
					if o.Threads == 3 {
						m, err = FitSource(ctx, &inMemory[float32]{Data: d}, nil, "", o)
					}
					restore()
					if err != nil {
						t.Fatal(err)
					}
					got := append(bits(m), fmt.Sprintf("%x", m.Violation))
					if want == nil {
						want = got
					}
					if !slices.Equal(got, want) {
						t.Errorf("%v by %s, %v, %d threads:\n got %v\nwant %v", family, m.Solver, level, o.Threads, got, want)
					}
				}
			}
		}
	}
}

// TestSparseMethodIsChosen by the loss and the columns.
func TestSparseMethodIsChosen(t *testing.T) {
	for _, c := range []struct {
		family  Family
		columns int
		want    string
	}{{Gaussian, 5000, "coordinate-descent"}, {Binomial, 1000, "coordinate-descent"}, {Binomial, 1001, "owl-qn"}} {
		m, reason := Options{Family: c.family, L1: 1, Tolerance: 0.5}.method(c.columns)
		if m.Name() != c.want || reason == "" || !strings.Contains(fmt.Sprintf("%+v", m), "Tolerance:0.5") {
			t.Errorf("%v, %d columns: %+v, %q", c.family, c.columns, m, reason)
		}
	}
}

func newCanceled() (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }

// TestViolationOfStraightLosses is that of the loss itself, also where a run
// ends with another one in its place, and where the Hessian begins at zero.
func TestViolationOfStraightLosses(t *testing.T) {
	for _, c := range []struct {
		family     Family
		parameters Parameters
	}{{Huber, Parameters{Delta: 1e-6}}, {Huber, Parameters{Delta: 1e-9}}, {Quantile, Parameters{Bandwidth: 1e-6}}, {Quantile, Parameters{Quantile: 0.9, Bandwidth: 1e-9}}} {
		d := problem[float64](400, 9, c.family, false)
		m, err := Fit(ctx, d, Options{Family: c.family, Parameters: c.parameters, L1: 1e-3})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v %+v: %s, violation %g", c.family, c.parameters, m.Status, m.Violation)
		if !finite(m.Violation) || m.Converged && m.Violation > mostViolation {
			t.Errorf("%v %+v: %s: %s; violation %g", c.family, c.parameters, m.Status, m.Reason, m.Violation)
		}
	}
}
