package glm

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/seed-0327bdf7/hesse/solvers"
)

var inf = math.Inf(1)

// boundedMethods are those that take bounds, and nil.
func boundedMethods(t *testing.T) []solvers.Method {
	t.Helper()
	list := []solvers.Method{nil}
	for _, name := range solvers.BoxMethods() {
		m, err := solvers.ParseMethod(name, 0)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	if len(list) != 4 {
		t.Fatalf("%d methods", len(list))
	}
	return list
}

// leastWithin tries every way in which coefficients are free or at a bound: the
// least sum of squares within the bounds, by a QR decomposition of the columns
// that are free. lead is 1 with an intercept.
func leastWithin(d Data[float64], lower, upper []float64, lead int) (best []float64, least float64) {
	p, n := d.Columns, len(d.Y)
	least = inf
	for ways := range int(math.Pow(3, float64(p))) {
		beta, free, fits := make([]float64, lead+p), []int(nil), true
		if lead == 1 {
			free = []int{-1}
		}
		for j := range p {
			switch ways % 3 {
			case 0:
				free = append(free, j)
			case 1:
				beta[lead+j] = lower[j]
			case 2:
				beta[lead+j] = upper[j]
			}
			ways /= 3
			fits = fits && !math.IsInf(beta[lead+j], 0)
		}
		if !fits {
			continue
		}
		row := func(i, j int) float64 {
			if j < 0 {
				return 1
			}
			return d.X[i*d.Stride+j]
		}
		a, b := mat.NewDense(n, max(1, len(free)), nil), mat.NewVecDense(n, nil)
		for i, y := range d.Y {
			weight := math.Sqrt(d.Weights[i])
			y -= d.Offset[i]
			for j := range p {
				y -= beta[lead+j] * row(i, j)
			}
			for k, j := range free {
				a.Set(i, k, weight*row(i, j))
			}
			b.SetVec(i, weight*y)
		}
		var solution mat.VecDense
		if len(free) > 0 {
			if err := solution.SolveVec(a, b); err != nil {
				panic(err)
			}
			var fitted mat.VecDense
			fitted.MulVec(a, &solution)
			b.SubVec(b, &fitted)
		}
		for k, j := range free {
			beta[lead+j] = solution.AtVec(k)
			fits = fits && (j < 0 || lower[j] <= beta[lead+j] && beta[lead+j] <= upper[j])
		}
		if sum := mat.Dot(b, b); fits && sum < least {
			best, least = slices.Clone(beta), sum
		}
	}
	return best, least
}

// TestBoundsAgainstEveryActiveSet: least squares within bounds of many kinds.
func TestBoundsAgainstEveryActiveSet(t *testing.T) {
	d := problem[float64](60, 4, Gaussian, true)
	for k, b := range [][2][]float64{
		{{0, 0, 0, 0}, {inf, inf, inf, inf}}, {{-inf, -inf, -inf, -inf}, {0, 0.3, 0.2, inf}}, {{0.6, 0.6, -1, -1}, {2, 2, 0, 0}},
		{{-9, -9, -9, -9}, {9, 9, 9, 9}}, {{1, -inf, 0.25, -2}, {1, inf, 0.25, inf}}, {{-inf, -inf, -inf, -inf}, {inf, inf, inf, inf}}, {{3, -5, 3, -5}, {4, -4, 4, -4}},
	} {
		for _, o := range []Options{{}, {NoIntercept: true}} {
			lead := 1
			if o.NoIntercept {
				lead = 0
			}
			want, least := leastWithin(d, b[0], b[1], lead)
			for _, o.Method = range boundedMethods(t) {
				name := fmt.Sprintf("bounds %d, lead %d, %v", k, lead, o.Method)
				o.Lower, o.Upper = b[0], b[1]
				m, err := Fit(ctx, d, o)
				if err != nil || !m.Converged || math.Abs(m.Deviance-least) > 1e-9*least {
					t.Fatalf("%s: %v, %+v, want a deviance of %g", name, err, m, least)
				}
				at := 0
				for i, c := range m.Coefficients {
					j := i - lead
					exact := j >= 0 && (want[i] == b[0][j] || want[i] == b[1][j])
					if exact {
						at++
					}
					if c.AtBound() != exact || exact && c.Estimate != want[i] || math.Abs(c.Estimate-want[i]) > 2e-6*(1+math.Abs(want[i])) {
						t.Errorf("%s: %+v, want %g, at a bound: %v", name, c, want[i], exact)
					}
				}
				for _, c := range m.Coefficients {
					if math.IsNaN(c.StdError) != (at > 0) || math.IsNaN(m.AIC) != (at > 0) {
						t.Errorf("%s: %d at bounds, standard error %g, AIC %g", name, at, c.StdError, m.AIC)
					}
				}
			}
		}
	}
}

// TestBoundsMeetTheConditions of Karush, Kuhn and Tucker, for every family: the
// gradient vanishes where a coefficient is free, and leads out of the box where it
// is at a bound.
func TestBoundsMeetTheConditions(t *testing.T) {
	for family := range Family(len(families)) {
		for _, l2 := range []float64{0, 2} {
			d := problem[float64](400, 5, family, true)
			o := smoothed(family)
			o.L2, o.Lower, o.Upper = l2, []float64{0.1, -inf, -0.2, 0, -inf}, []float64{inf, 0.05, 0.1, 0, inf}
			for _, o.Method = range boundedMethods(t) {
				name := fmt.Sprintf("%v, L2 %g, %v", family, l2, o.Method)
				m, err := Fit(ctx, d, o)
				if err != nil || !m.Converged || !(m.Violation < 1e-6) {
					t.Fatalf("%s: %v, %+v", name, err, m)
				}
				at := 0
				for i, g := range gradientOf(m, d) {
					c := m.Coefficients[i]
					slack := 1e-4 * float64(len(d.Y))
					if m.Solver == "coordinate-descent" {
						slack = 1e-6 * float64(len(d.Y))
					}
					b := Bounds{-inf, inf}
					if c.Bounds != nil {
						b = *c.Bounds
					}
					if c.AtBound() {
						at++
					}
					if c.Estimate < b.Lower || c.Estimate > b.Upper || g > slack && c.Estimate > b.Lower || g < -slack && c.Estimate < b.Upper {
						t.Errorf("%s: %s is %g within %v, with a gradient of %g", name, c.Name, c.Estimate, b, g)
					}
				}
				if at == 0 || m.Coefficients[0].Bounds != nil || m.Coefficients[5].Bounds != nil || m.Coefficients[4].Estimate != 0 {
					t.Errorf("%s: %d at bounds, %+v", name, at, m.Coefficients)
				}
			}
		}
	}
}

// TestBoundsOutOfReach change nothing but the last digits: there are standard
// errors, AIC and BIC.
func TestBoundsOutOfReach(t *testing.T) {
	for family := range Family(len(families)) {
		d := problem[float64](300, 3, family, true)
		o := smoothed(family)
		want, err := Fit(ctx, d, o)
		if err != nil {
			t.Fatal(err)
		}
		o.Lower, o.Upper = []float64{-50, -inf, -50}, []float64{50, 50, inf}
		got, err := Fit(ctx, d, o)
		if err != nil || !got.Converged {
			t.Fatalf("%v: %v, %+v", family, err, got)
		}
		close := func(a, b float64) bool {
			return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-6*(1+math.Abs(b))
		}
		for i, c := range got.Coefficients {
			if w := want.Coefficients[i]; !close(c.Estimate, w.Estimate) || !close(c.StdError, w.StdError) || c.AtBound() {
				t.Errorf("%v: %+v, want %+v", family, c, w)
			}
		}
		if !close(got.AIC, want.AIC) || !close(got.BIC, want.BIC) || !strings.Contains(got.Summary(), "3 coefficients with bounds, none of them reached.") {
			t.Errorf("%v: AIC %g, want %g, %s", family, got.AIC, want.AIC, got.Summary())
		}
	}
}

// TestBoundsAgainstSeparation: classes that a column separates have a minimum if a
// bound stops that column, and none if it goes the other way or stops another.
func TestBoundsAgainstSeparation(t *testing.T) {
	d := Data[float64]{Columns: 2, Names: []string{"cause", "noise"}}
	for i := range 40 {
		x := float64(i) - 19.5
		d.X = append(d.X, x, float64(i*i%7))
		d.Y = append(d.Y, map[bool]float64{true: 1, false: 0}[x > 0])
	}
	for _, method := range boundedMethods(t) {
		for _, c := range []struct {
			lower, upper []float64
			separated    bool
		}{
			{[]float64{-inf, -inf}, []float64{1, 1}, false},
			{[]float64{-1, -1}, []float64{0.5, 1}, false},
			{[]float64{0, -1}, []float64{inf, 1}, true},
			{[]float64{-inf, 0}, nil, true},
		} {
			m, err := Fit(ctx, d, Options{Family: Binomial, Lower: c.lower, Upper: c.upper, Method: method})
			switch {
			case err != nil:
				t.Fatal(err)
			case c.separated != (m.Status == "separated"):
				t.Errorf("%v within %v and %v: %s: %s, %+v", method, c.lower, c.upper, m.Status, m.Reason, m.Coefficients)
			case !c.separated && (!m.Converged || m.Coefficients[1].Estimate != c.upper[0]):
				t.Errorf("%v within %v and %v: %s: %s, %+v", method, c.lower, c.upper, m.Status, m.Reason, m.Coefficients)
			}
		}
	}
	// A bound so far away that nothing is left to gain on the way is none the less one.
	m, err := Fit(ctx, d, Options{Family: Binomial, Upper: []float64{1e6, 1e6}, Lower: []float64{-1e6, -1e6}})
	if err != nil || !m.Converged || m.Coefficients[1].AtBound() || len(m.Warnings) == 0 || !strings.Contains(m.Warnings[0], "nearly separated") {
		t.Errorf("far bounds: %v, %+v", err, m)
	}
	for i := range d.Y {
		d.Y[i] = 1
	}
	for _, d.Offset = range [][]float64{nil, make([]float64, len(d.Y))} {
		m, err := Fit(ctx, d, Options{Family: Binomial, Lower: []float64{-1, -1}, Upper: []float64{1, 1}})
		if err != nil || m.Status != "separated" || m.Reason != sameClassFree {
			t.Errorf("one class: %v, %+v", err, m)
		}
	}
}

// TestModelsKnowTheirBounds in the summary and in the file.
func TestModelsKnowTheirBounds(t *testing.T) {
	d := problem[float64](60, 3, Gaussian, false)
	d.Names = []string{"a", "b", "c"}
	m, err := Fit(ctx, d, Options{Lower: []float64{-inf, 1, -inf}, Upper: []float64{0, 2, inf}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"solver: coordinate-descent (bounds, and a quadratic loss takes one Hessian)", "2 coefficients with bounds, reached by \"a\", \"b\".",
		"Estimates are at their bounds: standard errors and p-values would mean nothing.", "penalty: none",
	} {
		if s := m.Summary(); !strings.Contains(s, want) || strings.Contains(s, "AIC") {
			t.Errorf("no %q in\n%s", want, s)
		}
	}
	text, err := m.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range m.Coefficients {
		if !reflect.DeepEqual(again.Coefficients[i].Bounds, c.Bounds) {
			t.Errorf("%s: %v, want %v", c.Name, again.Coefficients[i].Bounds, c.Bounds)
		}
	}
	if s := string(text); strings.Count(s, "lower_bound") != 1 || strings.Count(s, "upper_bound") != 2 || !strings.Contains(s, `"upper_bound":0`) {
		t.Errorf("%s", s)
	}
}

func TestBoundsThatAreWrong(t *testing.T) {
	nan := math.NaN()
	d := problem[float64](60, 2, Gaussian, false)
	d.Names = []string{"a", "b"}
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Lower: []float64{0}}, "1 lower bounds for 2 columns; give one for each, infinite where there is none"},
		{Options{Upper: []float64{0, 0, 0}}, "3 upper bounds for 2 columns; give one for each, infinite where there is none"},
		{Options{Lower: []float64{0, nan}}, `the lower bound of column "b" is NaN; it is a number, or -Inf for none`},
		{Options{Lower: []float64{inf, 0}}, `the lower bound of column "a" is +Inf; it is a number, or -Inf for none`},
		{Options{Upper: []float64{nan, 0}}, `the upper bound of column "a" is NaN; it is a number, or +Inf for none`},
		{Options{Upper: []float64{0, -inf}}, `the upper bound of column "b" is -Inf; it is a number, or +Inf for none`},
		{Options{Lower: []float64{0, 2}, Upper: []float64{0, 1}}, `the lower bound of column "b", 2, is above the upper one, 1`},
		{Options{Lower: []float64{0, 0}, L1: 1}, "bounds and an L1 penalty do not go together; leave Lower and Upper out, or take L2 instead of L1"},
		{Options{Lower: []float64{0, 0}, Method: solvers.LBFGS{}}, `method lbfgs does not take bounds; those that do are "coordinate-descent", "proximal-gradient", "projected-lbfgs"`},
		{Options{Lower: []float64{0, 0}, Method: solvers.SVRG{}}, `method svrg does not take bounds; those that do are "coordinate-descent", "proximal-gradient", "projected-lbfgs"`},
		{Options{Lower: []float64{0, 0}, Precision: Exact}, "precision exact is for fits without bounds"},
	} {
		if m, err := Fit(ctx, d, c.o); m != nil || err == nil || err.Error() != "glm: "+c.want {
			t.Errorf("%+v: %v, want %s", c.o, err, c.want)
		}
	}
	if _, err := FitPath(ctx, d, PathOptions{Options: Options{Upper: []float64{1, 1}}}); err == nil || err.Error() != "glm: a path has no bounds; leave Lower and Upper out" {
		t.Errorf("%v", err)
	}
}

// TestProjectedLBFGSWithoutBounds is L-BFGS.
func TestProjectedLBFGSWithoutBounds(t *testing.T) {
	d := problem[float64](300, 3, Binomial, true)
	want, err := Fit(ctx, d, Options{Family: Binomial})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Fit(ctx, d, Options{Family: Binomial, Method: solvers.ProjectedLBFGS{}})
	if err != nil || !got.Converged || !(got.Coefficients[1].StdError > 0) || got.Coefficients[1].Bounds != nil {
		t.Fatalf("%v, %+v", err, got)
	}
	for i, c := range got.Coefficients {
		if math.Abs(c.Estimate-want.Coefficients[i].Estimate) > 1e-6 {
			t.Errorf("%+v, want %+v", c, want.Coefficients[i])
		}
	}
}
