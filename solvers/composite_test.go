package solvers

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"
)

// rough are the methods for composite problems by what they can do.
var (
	forL1  = []Method{ProximalGradient{}, OWLQN{}, OWLQN{Memory: 3}, CoordinateDescent{}}
	forBox = []Method{ProximalGradient{}, ProjectedLBFGS{}, ProjectedLBFGS{Memory: 3}, CoordinateDescent{}}
)

// wide is a logistic problem of 60 rows and 12 columns, most of no use.
func wide() *likelihood {
	l := &likelihood{columns: make([][]float64, 12)}
	for i := range 60 {
		for j := range l.columns {
			l.columns[j] = append(l.columns[j], float64((i*i*(j+1)+7*i*j+j*j*j)%23-11)/float64(1+j%4))
		}
		l.y = append(l.y, float64((i*i+3*i)%7%2))
	}
	return l
}

// violation is how far x is from the conditions of a minimum of f + Σ w|x|.
func violation(p Gradienter, w L1, x []float64) float64 {
	g, least := make([]float64, len(x)), make([]float64, len(x))
	p.Gradient(context.Background(), x, g)
	w.least(least, x, g)
	return largestAbsolute(least)
}

func TestL1(t *testing.T) {
	for _, scale := range []float64{0, 0.5, 3, 20, 1e4} {
		for _, problem := range []Gradienter{wide(), Function(12, func(x, g []float64) float64 { return wide().evaluate(x, g, nil) })} {
			w := make(L1, 12)
			for j := 1; j < len(w); j++ {
				w[j] = scale
			}
			var first *Result
			for _, m := range forL1 {
				if _, ok := problem.(Hessianer); !ok && m == (CoordinateDescent{}) {
					continue
				}
				r := minimize(t, Compose(problem, w), m, slices.Repeat([]float64{0.1}, 12)...)
				mustEndAs(t, r, Converged)
				if v := violation(problem, w, r.X); v > 2e-5 {
					t.Errorf("%s, λ = %g: a subgradient of %.1e is left", m.Name(), scale, v)
				}
				if first == nil {
					first = r
				}
				mustBeNear(t, r.X, first.X, 1e-5)
				for j := range r.X {
					if (r.X[j] == 0) != (first.X[j] == 0) {
						t.Errorf("%s, λ = %g: entry %d is %g, and %g for %s", m.Name(), scale, j, r.X[j], first.X[j], forL1[0].Name())
					}
				}
				if scale == 1e4 && slices.ContainsFunc(r.X[1:], func(v float64) bool { return v != 0 }) {
					t.Errorf("%s: %g", m.Name(), r.X)
				}
			}
		}
	}
}

// TestElasticNet has an answer in closed form where columns are orthogonal:
// x = shrink(b, w)/(1 + λ).
func TestElasticNet(t *testing.T) {
	b, w := []float64{3, -2, 0.5, -0.25, 1}, L1{1, 1, 1, 1, 0}
	p := HessianFunction(5, func(x, g, h []float64) (sum float64) {
		clear(h)
		for i := range x {
			g[i] = x[i] - b[i] + 0.5*x[i]
			if h != nil {
				h[6*i] = 1.5
			}
			sum += (x[i]-b[i])*(x[i]-b[i])/2 + 0.25*x[i]*x[i]
		}
		return sum
	})
	for _, m := range forL1 {
		r := minimize(t, Compose(p, w), m)
		mustEndAs(t, r, Converged)
		mustBeNear(t, r.X, []float64{2 / 1.5, -1 / 1.5, 0, 0, 1 / 1.5}, 1e-8)
	}
}

func TestBox(t *testing.T) {
	inf := math.Inf(1)
	for name, b := range map[string]Box{
		"positive": {Lower: make([]float64, 12)},
		"narrow":   {Lower: slices.Repeat([]float64{-0.02}, 12), Upper: slices.Repeat([]float64{0.01}, 12)},
		"open":     {Lower: slices.Repeat([]float64{-inf}, 12), Upper: slices.Repeat([]float64{inf}, 12)},
		"none":     {},
		"fixed":    {Lower: slices.Repeat([]float64{0.5}, 12), Upper: slices.Repeat([]float64{0.5}, 12)},
		"above":    {Upper: slices.Repeat([]float64{-0.01}, 12)},
	} {
		p := wide()
		var first *Result
		for _, m := range forBox {
			r := minimize(t, Compose(p, b), m, slices.Repeat([]float64{0.1}, 12)...)
			mustEndAs(t, r, Converged)
			if h := b.Value(r.X); h != 0 {
				t.Errorf("%s, %s: %g is outside", m.Name(), name, r.X)
			}
			g, least := make([]float64, 12), make([]float64, 12)
			p.Gradient(context.Background(), r.X, g)
			if b.least(least, r.X, g); largestAbsolute(least) > 2e-5 {
				t.Errorf("%s, %s: a gradient of %.1e is left", m.Name(), name, largestAbsolute(least))
			}
			if first == nil {
				first = r
			}
			mustBeNear(t, r.X, first.X, 1e-5)
		}
	}
}

// TestBoxOnRosenbrock: the minimum lies at the bound x = ½, or is the free one.
func TestBoxOnRosenbrock(t *testing.T) {
	for _, c := range []struct{ upper, x, y float64 }{{0.5, 0.5, 0.25}, {3, 1, 1}} {
		for _, m := range forBox {
			r := minimize(t, Compose(rosenbrock(), Box{Upper: []float64{c.upper, 10}}), m, -1.2, 1)
			mustEndAs(t, r, Converged)
			mustBeNear(t, r.X, []float64{c.x, c.y}, 1e-5)
		}
	}
}

func TestCompositeProblemsAreNotSmooth(t *testing.T) {
	for _, m := range smooth {
		if _, err := Minimize(context.Background(), Compose(rosenbrock(), L1{1, 1}), m, nil, Settings{}); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: error %v", m.Name(), err)
		}
	}
	for _, c := range []struct {
		m Method
		p Problem
	}{
		{OWLQN{}, rosenbrock()}, {ProximalGradient{}, rosenbrock()}, {ProjectedLBFGS{}, rosenbrock()},
		{CoordinateDescent{}, rosenbrock()}, {CoordinateDescent{}, Compose(Function(1, nil), L1{1})},
		{OWLQN{}, Compose(rosenbrock(), Box{})}, {ProjectedLBFGS{}, Compose(rosenbrock(), L1{1, 1})},
	} {
		if _, err := Minimize(context.Background(), c.p, c.m, nil, Settings{}); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: error %v", c.m.Name(), err)
		}
	}
}

func TestCompositeEdges(t *testing.T) {
	methods := []struct {
		m Method
		r Rough
	}{{ProximalGradient{}, L1{0.1}}, {OWLQN{}, L1{0.1}}, {ProjectedLBFGS{}, Box{Lower: []float64{-1e300}}}, {CoordinateDescent{}, L1{0.1}}}
	for _, c := range methods {
		nan := one(func(x float64) (v, g, h float64) { return math.NaN(), 1, 1 })
		mustEndAs(t, minimize(t, Compose(nan, c.r), c.m, 1), NotFinite)
		pole := one(func(x float64) (v, g, h float64) { return x - math.Log(x), 1 - 1/x, 1 / (x * x) })
		r := minimize(t, Compose(pole, c.r), c.m, 40)
		mustEndAs(t, r, Converged)
		if math.Abs(r.X[0]-1) > 0.1 {
			t.Errorf("%s: %g", c.m.Name(), r.X)
		}
		cliff := one(func(x float64) (v, g, h float64) { return -x * x * x, -3 * x * x, -6 * x })
		r = minimize(t, Compose(cliff, c.r), c.m, 2)
		if r.Status == Converged || r.Value > -1e3 {
			t.Errorf("%s: %v, f = %g", c.m.Name(), r.Status, r.Value)
		}
		wrong := one(func(x float64) (v, g, h float64) { return x, -1, 1 })
		if r := minimize(t, Compose(wrong, c.r), c.m, 1); r.Status != Stalled {
			t.Errorf("%s with a wrong gradient: %v at %g", c.m.Name(), r.Status, r.X)
		}
		ctx, cancel := context.WithCancel(context.Background())
		p := interrupted{rosenbrock(), 3, func() error { cancel(); return nil }}
		rough := c.r
		if _, ok := rough.(L1); ok {
			rough = L1{0.1, 0.1}
		} else {
			rough = Box{Lower: []float64{-9, -9}}
		}
		if r, err := Minimize(ctx, Compose(p, rough), c.m, []float64{-1.2, 1}, Settings{}); err != context.Canceled || r.X == nil {
			t.Errorf("%s: %v, %+v", c.m.Name(), err, r)
		}
	}
}

func TestCompositeStepsAllocateNothing(t *testing.T) {
	for _, c := range []struct {
		m Method
		r Rough
	}{{ProximalGradient{}, L1{0.1, 0.1}}, {OWLQN{}, L1{0.1, 0.1}}, {ProjectedLBFGS{}, Box{Lower: []float64{-2, -2}}}, {CoordinateDescent{}, L1{0.1, 0.1}}} {
		it := &Iterate{X: []float64{-1.2, 1}}
		s, err := c.m.Start(context.Background(), Compose(rosenbrock(), c.r), it)
		if err != nil {
			t.Fatal(err)
		}
		if count := testing.AllocsPerRun(5, func() {
			if err := s.Step(context.Background(), it); err != nil || it.Status != Running {
				t.Fatal(c.m.Name(), it.Status, err)
			}
		}); count != 0 {
			t.Errorf("%s: %g allocations a step", c.m.Name(), count)
		}
	}
}

func TestCompositeBitsAreTheSameOnEveryMachine(t *testing.T) {
	want := map[string]string{
		"coordinate-descent": "ecd419894f21303f",
		"proximal-gradient":  "ad03e762f058aacd",
		"owl-qn":             "285e6fe11bb5cbeb",
		"projected-lbfgs":    "4de515d0fb39a74",
	}
	for _, c := range []struct {
		m Method
		r Rough
	}{{ProximalGradient{}, L1{0.1, 0.1}}, {OWLQN{}, L1{0.1, 0.1}}, {ProjectedLBFGS{}, Box{Upper: []float64{0.5, 9}}}, {CoordinateDescent{}, L1{0.1, 0.1}}} {
		sum := fnv.New64a()
		for it, err := range Iterates(context.Background(), Compose(rosenbrock(), c.r), c.m, []float64{-1.2, 1}, Settings{MaxIterations: 40}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range []float64{it.X[0], it.X[1], it.Value, it.Gradient[0], it.Decrement, it.StepLength} {
				fmt.Fprintf(sum, "%x ", math.Float64bits(v))
			}
		}
		if got := fmt.Sprintf("%x", sum.Sum64()); got != want[c.m.Name()] {
			t.Errorf("\n\t\t%q: %q,", c.m.Name(), got)
		}
	}
}

// TestCoordinateDescentOnTheGramMatrix reads the data of a lasso twice: for the
// Hessian, and for the gradient that shows that all is done.
func TestCoordinateDescentOnTheGramMatrix(t *testing.T) {
	l := wide()
	p := newLeastSquares(l.y, l.columns...)
	for _, weight := range []float64{0.1, 1, 10, 1e6} {
		w := slices.Repeat(L1{weight}, p.n)
		p.gradients, p.hessians = 0, 0
		r := minimize(t, Compose(p, w), CoordinateDescent{})
		mustEndAs(t, r, Converged)
		if p.hessians != 1 || p.gradients > 2 || r.Evaluations != (Evaluations{Gradients: p.gradients, Hessians: 1}) {
			t.Errorf("weight %g: %+v, %d and %d", weight, r.Evaluations, p.gradients, p.hessians)
		}
		if v := violation(p, w, r.X); v > 1e-6*weight {
			t.Errorf("weight %g: a subgradient of %.1e is left", weight, v)
		}
		mustBeNear(t, r.X, minimize(t, Compose(p, w), OWLQN{}).X, 1e-7)
	}
}
