package glm

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// every is the methods by their names, but for those that take samples.
func every(t testing.TB) []solvers.Method {
	list, _ := methods(t)
	return list
}

func methods(t testing.TB) (whole []solvers.Method, samplers []solvers.Sampler) {
	for _, name := range solvers.Methods() {
		m, err := solvers.ParseMethod(name, 0)
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := m.(solvers.Sampler); ok {
			samplers = append(samplers, s)
		} else {
			whole = append(whole, m)
		}
	}
	return whole, samplers
}

// TestEverySolverAgreesWithNewton, whatever the units and however far the
// columns are from zero: estimates within a thousandth of a standard error.
func TestEverySolverAgreesWithNewton(t *testing.T) {
	for _, family := range []Family{Gaussian, Binomial} {
		for _, l2 := range []float64{0, 3} {
			d := problem[float64](3000, 6, family, true)
			for i := range d.X {
				d.X[i] = math.Ldexp(d.X[i], 15*(i%6%3)) + float64(1000*(i%6))
			}
			o := Options{Family: family, L2: l2, Method: solvers.Newton{}}
			want, err := Fit(ctx, d, o)
			if err != nil || !want.Converged {
				t.Fatalf("%v, %+v", err, want)
			}
			o.L2 = 0
			plain, err := Fit(ctx, d, o)
			if err != nil {
				t.Fatal(err)
			}
			o.L2 = l2
			for _, o.Method = range every(t) {
				got, err := Fit(ctx, d, o)
				if err != nil {
					t.Fatal(err)
				}
				if !got.Converged || got.Solver != o.Method.Name() || got.SolverReason != "" {
					t.Errorf("%v, λ = %g, %s: %s after %d: %s", family, l2, got.Solver, got.Status, got.Iterations, got.Reason)
				}
				for j, c := range got.Coefficients {
					w, unit := want.Coefficients[j], plain.Coefficients[j].StdError
					if !(math.Abs(c.Estimate-w.Estimate) <= 1e-3*unit) {
						t.Errorf("%v, λ = %g, %s: %s is %v, want %v", family, l2, got.Solver, c.Name, c.Estimate, w.Estimate)
					}
					if l2 == 0 && !(math.Abs(c.StdError/w.StdError-1) <= 1e-4) {
						t.Errorf("%v, %s: standard error of %s is %v, want %v", family, got.Solver, c.Name, c.StdError, w.StdError)
					}
				}
				if math.Abs(got.Deviance/want.Deviance-1) > 1e-8 {
					t.Errorf("%v, λ = %g, %s: deviance %v, want %v", family, l2, got.Solver, got.Deviance, want.Deviance)
				}
			}
		}
	}
}

// TestEverySolverFitsEveryFamily: to the value that Newton's method finds, or as
// methods for an L1 penalty find each other's, from units that are far apart.
func TestEverySolverFitsEveryFamily(t *testing.T) {
	value := func(m *Model) float64 {
		sum := m.Deviance / 2
		for _, c := range m.Coefficients {
			sum += c.PenaltyL1*math.Abs(c.Estimate) + c.Penalty*c.Estimate*c.Estimate/2
		}
		return sum
	}
	for family := range Family(len(families)) {
		d := problem[float64](400, 4, family, true)
		for i := range d.X {
			d.X[i] = math.Ldexp(d.X[i], 12*(i%d.Stride%3-1))
		}
		for _, l1 := range []float64{0, 3} {
			o := smoothed(family)
			o.L1, o.L2, o.Standardize = l1, 2, true
			want, err := Fit(ctx, d, o)
			if err != nil || !want.Converged {
				t.Fatalf("%v: %v, %+v", family, err, want)
			}
			list := every(t)
			if l1 > 0 {
				list = []solvers.Method{solvers.CoordinateDescent{}, solvers.OWLQN{}, solvers.ProximalGradient{}}
			}
			for _, o.Method = range list {
				got, err := Fit(ctx, d, o)
				if err != nil {
					t.Fatal(err)
				}
				if off := math.Abs(value(got)/value(want) - 1); !got.Converged || off > 1e-8 {
					t.Errorf("%v, λ₁ = %g, %s: off by %.1e, %s after %d: %s", family, l1, got.Solver, off, got.Status, got.Iterations, got.Reason)
				}
			}
		}
	}
}

// TestEverySolverHasTheSameBits at every level, on any number of threads, from
// memory or a source.
func TestEverySolverHasTheSameBits(t *testing.T) {
	d := problem[float32](2500, 5, Binomial, true)
	for _, method := range every(t) {
		o := Options{Family: Binomial, L2: 0.5, Method: method}
		var want []string
		for _, level := range levels() {
			for _, threads := range []int{1, 3} {
				for _, stream := range []bool{false, true} {
					restore := cpu.Use(level)
					o.Threads = threads
					m, err := (*Model)(nil), error(nil)
					if stream {
						m, err = FitSource(ctx, &inMemory[float32]{Data: d}, nil, "", o)
					} else {
						m, err = Fit(ctx, d, o)
					}
					restore()
					if err != nil {
						t.Fatal(err)
					}
					got := bits(m)
					if want == nil {
						want = got
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s, %v, %d threads, through a reader %v:\n got %v\nwant %v", method.Name(), level, threads, stream, got, want)
					}
				}
			}
		}
	}
}

func TestEverySolverFindsSeparation(t *testing.T) {
	d := column([]float64{1, 2, 3, 4, 5, 6}, []float64{0, 0, 0, 1, 1, 1})
	whole, samplers := methods(t)
	for _, s := range samplers {
		whole = append(whole, s)
	}
	for _, method := range whole {
		m, err := Fit(ctx, d, Options{Family: Binomial, Method: method})
		if err != nil || m.Status != solvers.Separated.String() {
			t.Errorf("%s: %v, %+v", method.Name(), err, m)
		}
	}
}

// TestOneClassHasNoMinimum: whatever the method and the penalty, the intercept
// has none. Without an intercept there is a minimum.
func TestOneClassHasNoMinimum(t *testing.T) {
	whole, samplers := methods(t)
	for _, s := range samplers {
		whole = append(whole, s)
	}
	all := append([]solvers.Method{nil}, whole...)
	for _, name := range solvers.CompositeMethods() {
		m, err := solvers.ParseMethod(name, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	for _, class := range []float64{0, 1} {
		d := column([]float64{1, 2, 3, 4, 5, 6}, slices.Repeat([]float64{class}, 6))
		for _, offset := range [][]float64{nil, {1, 0, 2, 0, -1, 3}} {
			for _, method := range all {
				o := Options{Family: Binomial, L2: 0.5, Method: method}
				if takesL1(method) {
					o.L1 = 0.1
				}
				d.Offset = offset
				m, err := Fit(ctx, d, o)
				if err != nil || m.Status != solvers.Separated.String() || m.Reason != sameClassFree || m.NullDeviance != 0 || !math.IsNaN(m.Coefficients[0].StdError) {
					t.Errorf("%v: %v, %+v", method, err, m)
				}
				if o.NoIntercept = true; method == nil {
					if m, err = Fit(ctx, d, o); err != nil || !m.Converged {
						t.Errorf("without an intercept: %v, %+v", err, m)
					}
				}
			}
		}
	}
}

func TestProductsOfTheObjective(t *testing.T) {
	for _, intercept := range []bool{false, true} {
		d := problem[float64](1500, 4, Binomial, true)
		design, err := d.design()
		if err != nil {
			t.Fatal(err)
		}
		p, err := pass.New(design, pass.Model{Loss: Binomial.about().loss(Parameters{}), Intercept: intercept}, 2)
		if err != nil {
			t.Fatal(err)
		}
		o := &objective[float64]{pass: p, family: Binomial, intercept: intercept, penalty: []float64{1, 2, 3, 4}}
		n := o.Dim()
		x, v, g, h := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n*n)
		for i := range x {
			x[i], v[i] = 0.1*float64(i), 1-0.3*float64(i)
		}
		if _, err := o.Hessian(ctx, x, g, h); err != nil {
			t.Fatal(err)
		}
		product, diagonal := make([]float64, n), make([]float64, n)
		if err := o.HessianVector(ctx, product, x, v); err != nil {
			t.Fatal(err)
		}
		if err := o.HessianDiagonal(ctx, diagonal, x); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			want, size := 0.0, 0.0
			for j := range n {
				term := h[min(i, j)*n+max(i, j)] * v[j]
				want, size = want+term, size+math.Abs(term)
			}
			if math.Abs(product[i]-want) > 1e-13*size || math.Abs(diagonal[i]/h[i*n+i]-1) > 1e-13 {
				t.Errorf("entry %d: %g and %g, want %g and %g", i, product[i], diagonal[i], want, h[i*n+i])
			}
		}
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		if o.HessianVector(canceled, product, x, v) == nil || o.HessianDiagonal(canceled, diagonal, x) == nil {
			t.Error("a canceled context is no error")
		}
	}
}

// TestSolverIsChosen by the loss and the columns, and the model says why.
func TestSolverIsChosen(t *testing.T) {
	for _, c := range []struct {
		family  Family
		columns int
		want    string
	}{{Gaussian, 10, "newton"}, {Gaussian, 5000, "newton"}, {Binomial, 1000, "newton"}, {Binomial, 1001, "lbfgs"}} {
		m, reason := Options{Family: c.family, Tolerance: 0.5}.method(c.columns)
		if m.Name() != c.want || reason == "" || !strings.Contains(fmt.Sprintf("%+v", m), "Tolerance:0.5") {
			t.Errorf("%v, %d columns: %+v, %q", c.family, c.columns, m, reason)
		}
	}
	if _, err := Fit(ctx, column([]float64{1, 2, 3}, []float64{1, 2, 4}), Options{Method: solvers.LBFGS{}, Tolerance: 0.1}); err == nil {
		t.Error("a tolerance beside a method is no error")
	}
}
