package glm

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/solvers"
)

// TestAPathIsItsFits: every fit of a path is that of its penalty alone.
func TestAPathIsItsFits(t *testing.T) {
	for family := range Family(len(families)) {
		for variant := range 4 {
			d := problem[float64](300, 20, family, variant%2 == 1)
			o := PathOptions{Options: smoothed(family), Count: 9, Ratio: 1e-2}
			o.NoIntercept, o.Standardize = variant == 2, variant == 1
			if variant >= 1 {
				o.Mix = 0.5
				o.PenaltyFactors = slices.Repeat([]float64{1}, 20)
				o.PenaltyFactors[3], o.PenaltyFactors[7] = 0, 3
			}
			p, err := FitPath(ctx, d, o)
			if err != nil {
				t.Fatalf("%v %d: %v", family, variant, err)
			}
			for k, lambda := range p.Lambdas {
				name := fmt.Sprintf("%v %d, fit %d", family, variant, k)
				one := o.Options
				one.L1, one.L2 = lambda*p.Mix, lambda*(1-p.Mix)
				want, err := Fit(ctx, d, one)
				if err != nil || !want.Converged {
					t.Fatalf("%s: %v, %+v", name, err, want)
				}
				intercept, coefficients := p.Of(k)
				// At the largest penalty, rounding decides on the column that comes next.
				if !p.Converged[k] || k > 0 && p.NonZero[k] != want.NonZero() || math.Abs(p.Deviance[k]/want.Deviance-1) > 1e-8 || !(p.Violation[k] < 1e-7) {
					t.Errorf("%s: %v (%s), %d and %d coefficients, deviance %.12g, want %.12g, violation %g", name, p.Converged[k], p.Reasons[k], p.NonZero[k], want.NonZero(), p.Deviance[k], want.Deviance, p.Violation[k])
				}
				if !o.NoIntercept && math.Abs(intercept-want.Coefficients[0].Estimate) > 1e-6*(1+math.Abs(intercept)) {
					t.Errorf("%s: intercept %g, want %g", name, intercept, want.Coefficients[0].Estimate)
				}
				for j, c := range want.Columns() {
					if math.Abs(coefficients[j]-c.Estimate) > 1e-7*(1+math.Abs(c.Estimate)) {
						t.Errorf("%s: coefficient %d is %g, want %g", name, j, coefficients[j], c.Estimate)
					}
				}
			}
			free := 0
			if variant >= 1 {
				free = 1
			}
			if p.NonZero[0] != free || p.NonZero[1] <= free || p.Lambdas[0] != p.LambdaMax || math.Abs(p.Lambdas[8]/p.LambdaMax-1e-2) > 1e-12 {
				t.Errorf("%v %d: %d, %d coefficients at first, penalties %g of at most %g", family, variant, p.NonZero[0], p.NonZero[1], p.Lambdas, p.LambdaMax)
			}
			if family == Gaussian && p.Evaluations.Total() != 2 {
				t.Errorf("%+v passes for least squares", p.Evaluations)
			}
		}
	}
}

// TestAPathOfMoreColumnsThanRows, among them two that are equal, one of zeros and
// one that is constant, and every column of which some fit has need.
func TestAPathOfMoreColumnsThanRows(t *testing.T) {
	for _, family := range []Family{Gaussian, Binomial} {
		d := problem[float64](60, 150, family, false)
		for i := range d.Y {
			row := d.X[i*d.Stride:]
			row[1], row[2], row[3] = row[0], 0, 7
		}
		p, err := FitPath(ctx, d, PathOptions{Options: Options{Family: family}, Count: 30})
		if err != nil {
			t.Fatal(err)
		}
		for k := range p.Lambdas {
			_, c := p.Of(k)
			if !p.Converged[k] || p.Violation[k] > 1e-7 || c[2] != 0 || c[3] != 0 {
				t.Errorf("%v, fit %d: %s, violation %g, %g", family, k, p.Reasons[k], p.Violation[k], c[:4])
			}
			if k > 0 && p.Deviance[k] > p.Deviance[k-1] {
				t.Errorf("%v, fit %d: deviance %g after %g", family, k, p.Deviance[k], p.Deviance[k-1])
			}
		}
		if p.NonZero[29] < 20 {
			t.Errorf("%v: %d", family, p.NonZero)
		}
	}
}

// TestPenaltiesOfOnesOwn in any order, 0 among them.
func TestPenaltiesOfOnesOwn(t *testing.T) {
	d := problem[float64](300, 5, Binomial, true)
	p, err := FitPath(ctx, d, PathOptions{Options: Options{Family: Binomial}, Lambdas: []float64{3, 0, 10, 1e9}})
	if err != nil {
		t.Fatal(err)
	}
	if p.NonZero[3] != 0 || math.Abs(p.Deviance[3]/p.NullDeviance-1) > 1e-12 {
		t.Errorf("%+v", p)
	}
	want, err := Fit(ctx, d, Options{Family: Binomial})
	if err != nil {
		t.Fatal(err)
	}
	_, c := p.Of(1)
	for j, w := range want.Columns() {
		if math.Abs(c[j]-w.Estimate) > 1e-7 {
			t.Errorf("coefficient %d without a penalty is %g, want %g", j, c[j], w.Estimate)
		}
	}
}

// TestSeparationOfAPathIsTold: by columns without a penalty from the start, and
// where the penalty is zero.
func TestSeparationOfAPathIsTold(t *testing.T) {
	d := Data[float64]{Columns: 2}
	for i := range 20 {
		d.X = append(d.X, float64(i), float64(i*i%7))
		d.Y = append(d.Y, float64(i/10))
	}
	quasiComplete := d
	quasiComplete.X = slices.Clone(d.X)
	copy(quasiComplete.X[18:22], []float64{9.5, 4, 9.5, 4}) // a row of each class
	for _, c := range []struct {
		data Data[float64]
		last string // reason of the fit without a penalty
	}{{d, separated}, {quasiComplete, quasi}} {
		for _, factors := range [][]float64{{0, 1}, {1, 0}, {1, 1}} {
			o := PathOptions{Options: Options{Family: Binomial, PenaltyFactors: factors}, Lambdas: []float64{1, 0.1, 0}}
			p, err := FitPath(ctx, c.data, o)
			if factors[0] == 0 {
				if err == nil || err.Error() != "glm: "+partly {
					t.Errorf("%v: error %v", factors, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if !p.Converged[0] || !p.Converged[1] || p.Converged[2] || p.Reasons[2] != c.last {
				t.Errorf("%v: %v, %q", factors, p.Converged, p.Reasons)
			}
		}
	}
}

func TestPathOptionsAreChecked(t *testing.T) {
	d := problem[float64](30, 2, Gaussian, false)
	for message, o := range map[string]PathOptions{
		"no L1 or L2":                {Options: Options{L2: 1}},
		"a method of its own":        {Options: Options{Method: solvers.OWLQN{}}},
		"precision exact":            {Options: Options{Precision: Exact}},
		"keeps no checkpoints":       {Options: Options{Checkpoints: Checkpoints{Save: func([]byte) error { return nil }}}},
		"shows no iterates":          {Options: Options{Observe: func(*solvers.Iterate) {}}},
		"Mix is 2":                   {Mix: 2},
		"Count is -1":                {Count: -1},
		"Ratio is 1":                 {Ratio: 1},
		"for a path without Lambdas": {Lambdas: []float64{1}, Count: 3},
		"Lambdas[1] is NaN":          {Lambdas: []float64{1, math.NaN()}},
		"3 penalty factors":          {Options: Options{PenaltyFactors: []float64{1, 1, 1}}},
	} {
		if _, err := FitPath(ctx, d, o); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("error %v, want %q", err, message)
		}
	}
	if _, err := FitPath(ctx, Data[float64]{Columns: 2}, PathOptions{}); err == nil || !strings.Contains(err.Error(), "no rows") {
		t.Errorf("error %v", err)
	}
	for _, family := range []Family{Binomial, Poisson} {
		zeros := problem[float64](30, 2, family, false)
		clear(zeros.Y)
		if _, err := FitPath(ctx, zeros, PathOptions{Options: Options{Family: family}}); err == nil || !strings.Contains(err.Error(), "lies at infinity") {
			t.Errorf("%v: error %v", family, err)
		}
	}
	none := d
	none.Columns = 0
	if p, err := FitPath(ctx, none, PathOptions{Count: 2}); err != nil || len(p.Intercepts) != 2 || math.Abs(p.Deviance[1]/p.NullDeviance-1) > 1e-14 {
		t.Errorf("without columns: %v, %+v", err, p)
	}
	d.X[4] = math.NaN()
	if _, err := FitPath(ctx, d, PathOptions{}); err == nil || !strings.Contains(err.Error(), `column "x2" of row 1 is NaN`) {
		t.Errorf("error %v", err)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := FitPath(canceled, problem[float64](30, 2, Gaussian, false), PathOptions{}); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}

// TestPathsHaveTheSameBits on every machine, at every level, on any number of
// threads, from memory or a source.
func TestPathsHaveTheSameBits(t *testing.T) {
	for family, want := range map[Family]string{Gaussian: "aa69eceab5b8feab", Poisson: "5d69ffb11f4be913"} {
		d := problem[float32](2500, 33, family, true)
		for _, level := range levels() {
			for _, threads := range []int{1, 3} {
				restore := cpu.Use(level)
				o := PathOptions{Options: Options{Family: family, Threads: threads, Standardize: true}, Count: 12, Mix: 0.75}
				p, err := FitPath(ctx, d, o)
				if threads == 3 {
					p, err = FitPathSource(ctx, &inMemory[float32]{Data: d}, nil, o)
				}
				restore()
				if err != nil {
					t.Fatal(err)
				}
				sum := fnv.New64a()
				fmt.Fprintf(sum, "%x %x %x %v %x", p.Coefficients, p.Intercepts, p.Deviance, p.Iterations, p.Violation)
				if got := fmt.Sprintf("%x", sum.Sum64()); got != want {
					t.Errorf("%v, %v, %d threads: %q, want %q", family, level, threads, got, want)
				}
			}
		}
	}
}
