package glm

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// logFamilies is those whose fits begin at the mean of the target.
var logFamilies = []Family{Poisson, Gamma, Tweedie}

// TestTheNullModelIsItsStart: with a log link, the intercept of the model
// without columns is known from its moments anywhere, whatever the offset.
func TestTheNullModelIsItsStart(t *testing.T) {
	for _, family := range logFamilies {
		for _, weighted := range []bool{false, true} {
			d := problem[float64](700, 0, family, weighted)
			m, err := Fit(ctx, d, Options{Family: family})
			if err != nil {
				t.Fatal(err)
			}
			if !m.Converged || m.Iterations > 1 || m.Deviance != m.NullDeviance {
				t.Errorf("%v, weighted %v: %d iterations, deviance %v, of the null model %v", family, weighted, m.Iterations, m.Deviance, m.NullDeviance)
			}
		}
	}
}

// TestUnitsOfTheTarget: a factor moves the intercept by its logarithm and
// nothing else, however large it is.
func TestUnitsOfTheTarget(t *testing.T) {
	for _, family := range logFamilies {
		d := problem[float64](300, 3, family, true)
		want, err := Fit(ctx, d, Options{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		for _, factor := range []float64{0x1p-40, 0x1p60, 0x1p200} {
			scaled := d
			scaled.Y = slices.Clone(d.Y)
			for i := range scaled.Y {
				scaled.Y[i] *= factor
			}
			got, err := Fit(ctx, scaled, Options{Family: family})
			if err != nil {
				t.Fatal(err)
			}
			if !got.Converged || got.Iterations > want.Iterations+2 {
				t.Errorf("%v times %g: %s after %d iterations, %d without", family, factor, got.Status, got.Iterations, want.Iterations)
			}
			for i, c := range got.Coefficients {
				estimate := want.Coefficients[i].Estimate
				if i == 0 {
					estimate += math.Log(factor)
				}
				if math.Abs(c.Estimate-estimate) > 1e-9*want.Coefficients[i].StdError+1e-13*math.Abs(estimate) {
					t.Errorf("%v times %g: %s is %v, want %v", family, factor, c.Name, c.Estimate, estimate)
				}
			}
		}
	}
}

// TestWithoutAnIntercept the start is zero, far away from targets of this size.
func TestWithoutAnIntercept(t *testing.T) {
	for _, family := range logFamilies {
		d := problem[float64](300, 3, family, false)
		for i := range d.Y {
			d.Y[i] *= 0x1p20
			d.X[i*d.Stride] = 1
		}
		a, err := Fit(ctx, d, Options{Family: family, NoIntercept: true})
		if err != nil || !a.Converged {
			t.Fatalf("%v: %v, %+v", family, err, a)
		}
		b := d
		b.Columns, b.X = 2, d.X[1:]
		c, err := Fit(ctx, b, Options{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		for i := range a.Coefficients {
			if got, want := a.Coefficients[i], c.Coefficients[i]; math.Abs(got.Estimate-want.Estimate) > 1e-8*want.StdError || math.Abs(got.StdError-want.StdError) > 1e-8*want.StdError {
				t.Errorf("%v: %+v with a column of ones, %+v with an intercept", family, got, want)
			}
		}
	}
}

func TestZerosAlone(t *testing.T) {
	for _, family := range []Family{Poisson, Tweedie} {
		d := problem[float64](20, 2, family, true)
		clear(d.Y)
		for _, l2 := range []float64{0, 1} {
			m, err := Fit(ctx, d, Options{Family: family, L2: l2})
			if err != nil || m.Converged || m.Status != solvers.Separated.String() || m.Reason != allZero || m.NullDeviance != 0 {
				t.Errorf("%v: %v, %+v", family, err, m)
			}
		}
		d.Y[7], d.Weights[7] = 5, 0 // a row that does not count
		if m, err := Fit(ctx, d, Options{Family: family}); err != nil || m.Reason != allZero {
			t.Errorf("%v: %v, %+v", family, err, m)
		}
	}
}

// TestRowsWithoutWeightMayOverflow: they have no say.
func TestRowsWithoutWeightMayOverflow(t *testing.T) {
	for _, family := range logFamilies {
		d := problem[float64](40, 2, family, true)
		want, err := Fit(ctx, d, Options{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		d.X, d.Y = append(d.X, 1, 2, 0, 1, 2, 0), append(d.Y, 1, 1)
		d.Weights, d.Offset = append(d.Weights, 0, 0), append(d.Offset, 3000, -3000)
		got, err := Fit(ctx, d, Options{Family: family})
		if err != nil || !got.Converged {
			t.Fatalf("%v: %v, %+v", family, err, got)
		}
		for i, c := range got.Coefficients {
			if math.Abs(c.Estimate-want.Coefficients[i].Estimate) > 1e-9*c.StdError {
				t.Errorf("%v: %+v, want %+v", family, c, want.Coefficients[i])
			}
		}
	}
}

// TestRatesHaveNoLikelihood: a Poisson variable is an integer.
func TestRatesHaveNoLikelihood(t *testing.T) {
	d := problem[float64](40, 2, Poisson, false)
	whole, err := Fit(ctx, d, Options{Family: Poisson})
	if err != nil {
		t.Fatal(err)
	}
	d.Y[3] += 0.5
	m, err := Fit(ctx, d, Options{Family: Poisson})
	if err != nil {
		t.Fatal(err)
	}
	if !finite(whole.AIC) || !math.IsNaN(m.LogLikelihood) || !math.IsNaN(m.AIC) || !finite(m.Deviance) || !finite(m.Coefficients[0].StdError) {
		t.Errorf("AIC %v of counts, %v of rates; %+v", whole.AIC, m.AIC, m)
	}
	d.Weights = slices.Repeat([]float64{1}, len(d.Y))
	d.Weights[3] = 0
	if m, err = Fit(ctx, d, Options{Family: Poisson}); err != nil || !finite(m.AIC) {
		t.Errorf("%v, AIC %v without that row", err, m.AIC)
	}
}

// TestTooFewRowsForADispersion: estimates and a deviance, and no more.
func TestTooFewRowsForADispersion(t *testing.T) {
	d := column([]float64{1, 2}, []float64{3, 5})
	for _, family := range []Family{Gamma, Tweedie} {
		m, err := Fit(ctx, d, Options{Family: family})
		if err != nil || !m.Converged || !math.IsNaN(m.Dispersion) || !math.IsNaN(m.Coefficients[0].StdError) || !math.IsNaN(m.LogLikelihood) || m.Deviance > 1e-20 {
			t.Errorf("%v: %v, %+v", family, err, m)
		}
	}
}

func TestSummariesOfFamilies(t *testing.T) {
	for family, words := range map[Family][]string{
		Poisson: {"poisson model of y, log link\n", "  z  ", "explained deviance 0."},
		Gamma:   {"gamma model of y, log link\n", "  t  ", ", dispersion "},
		Tweedie: {"tweedie model of y, log link, power = 1.5\n", "AIC n/a, BIC n/a"},
	} {
		m, err := Fit(ctx, problem[float64](200, 2, family, false), Options{Family: family})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range words {
			if !strings.Contains(m.Summary(), want) {
				t.Errorf("%v: the summary does not say %q:\n%s", family, want, m.Summary())
			}
		}
	}
}
