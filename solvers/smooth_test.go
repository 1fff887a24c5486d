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

// smooth are the methods for smooth problems, and some of the ways to combine
// their parts.
var smooth = []Method{
	GradientDescent{}, BarzilaiBorwein{}, Nesterov{}, ConjugateGradient{}, BFGS{}, LBFGS{}, Newton{}, NewtonCG{},
	TrustRegion{}, TrustRegion{Exact: -1},
}

var combined = []Method{
	GradientDescent{Search: StrongWolfe{}}, BarzilaiBorwein{Search: Armijo{}}, LBFGS{Search: Armijo{}}, BFGS{Search: Armijo{}},
	NewtonCG{Search: Armijo{}}, LBFGS{Memory: 3}, Descent{},
	ApproximateNewton{}, ApproximateNewton{Curvature: Blocks{Size: 2}, Every: 2}, ApproximateNewton{Curvature: LowRank{Rank: 1}, Search: Armijo{}},
	LBFGS{Initial: Blocks{Size: 2}}, NewtonCG{Preconditioner: LowRank{Rank: 1}},
}

// measured has 40 rows of three columns with units far apart, and classes that
// overlap.
func measured() (columns [][]float64, y []float64) {
	columns = make([][]float64, 4)
	for i := range 40 {
		u, v, w := float64(i%7)-3, float64(i*i%11), float64(i%13)/7
		for j, value := range []float64{1, u, v / 3, w} {
			columns[j] = append(columns[j], value)
		}
		y = append(y, float64((i*i*i+i)%3%2))
	}
	return columns, y
}

// likelihood is a logistic problem that knows all there is to know.
type likelihood struct {
	columns [][]float64
	y       []float64
	count   Evaluations
}

func (l *likelihood) Dim() int { return len(l.columns) }

func (l *likelihood) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	l.count.Gradients++
	return l.evaluate(x, g, nil), nil
}

func (l *likelihood) Hessian(ctx context.Context, x, g, h []float64) (float64, error) {
	l.count.Hessians++
	return l.evaluate(x, g, h), nil
}

func (l *likelihood) HessianVector(_ context.Context, dst, x, v []float64) error {
	l.count.Products++
	n := len(x)
	g, h := make([]float64, n), make([]float64, n*n)
	l.evaluate(x, g, h)
	clear(dst)
	symmetric(dst, h, v)
	return nil
}

func (l *likelihood) HessianDiagonal(_ context.Context, dst, x []float64) error {
	l.count.Diagonals++
	n := len(x)
	g, h := make([]float64, n), make([]float64, n*n)
	l.evaluate(x, g, h)
	for i := range dst {
		dst[i] = h[i*n+i]
	}
	return nil
}

func (l *likelihood) evaluate(x, g, h []float64) (sum float64) {
	clear(g)
	clear(h)
	for i, y := range l.y {
		eta := 0.0
		for j, c := range l.columns {
			eta += float64(c[i] * x[j])
		}
		mu := 1 / (1 + math.Exp(-eta))
		sum += max(eta, 0) + math.Log1p(math.Exp(-math.Abs(eta))) - float64(y*eta)
		for j, c := range l.columns {
			g[j] += float64((mu - y) * c[i])
			for k := j; k < len(x) && h != nil; k++ {
				h[j*len(x)+k] += float64(float64(float64(mu*(1-mu))*c[i]) * l.columns[k][i])
			}
		}
	}
	return sum
}

// TestEveryMethodAgreesWithNewton on one logistic problem, to what tolerances
// claim: the root of the gain is how far coefficients are off.
func TestEveryMethodAgreesWithNewton(t *testing.T) {
	columns, y := measured()
	want := minimize(t, &likelihood{columns: columns, y: y}, Newton{})
	mustEndAs(t, want, Converged)
	for _, m := range slices.Concat(smooth, combined, []Method{GradientDescent{Search: FixedStep{Length: 0.5}}}) {
		p := &likelihood{columns: columns, y: y}
		r := minimize(t, p, m)
		mustEndAs(t, r, Converged)
		if gap := (r.Value - want.Value) / want.Value; gap > 1e-10 {
			t.Errorf("%s %+v: off by %.1e of the value", m.Name(), m, gap)
		}
		mustBeNear(t, r.X, want.X, 2e-5)
		if r.Evaluations != p.count {
			t.Errorf("%s counts %+v of %+v", m.Name(), r.Evaluations, p.count)
		}
	}
}

// TestScaleDoesNotMatter where the diagonal of the Hessian is known: powers of
// two in the units of columns leave the number of steps as it is.
func TestScaleDoesNotMatter(t *testing.T) {
	columns, y := measured()
	scaled := make([][]float64, len(columns))
	for j, c := range columns {
		for _, v := range c {
			scaled[j] = append(scaled[j], math.Ldexp(v, 20*(j%3-1)))
		}
	}
	for _, m := range smooth {
		a, b := minimize(t, &likelihood{columns: columns, y: y}, m), minimize(t, &likelihood{columns: scaled, y: y}, m)
		if a.Status != b.Status || a.Iterations != b.Iterations {
			t.Errorf("%s: %d iterations, %d in other units (%v, %v)", m.Name(), a.Iterations, b.Iterations, a.Status, b.Status)
		}
	}
}

func TestBadStarts(t *testing.T) {
	for _, m := range slices.Concat(smooth, combined) {
		for _, broken := range [][2]float64{{math.NaN(), 0}, {math.Inf(1), 0}, {0, math.NaN()}, {0, math.Inf(-1)}} {
			p := one(func(float64) (v, g, h float64) { return broken[0], broken[1], 1 })
			r := minimize(t, p, m, 7)
			if r.Status != NotFinite || r.X[0] != 7 || r.Iterations != 0 {
				t.Errorf("%s at %g: %+v", m.Name(), broken, r)
			}
		}
		r := minimize(t, one(func(x float64) (v, g, h float64) { return x * x, 2 * x, 2 }), m, 0)
		if r.Status != Converged || r.Iterations != 0 {
			t.Errorf("%s at the minimum: %+v", m.Name(), r)
		}
	}
}

func TestEveryMethodBacksOffFromWhereUndefined(t *testing.T) {
	for _, m := range slices.Concat(smooth, combined) {
		for _, undefined := range []float64{math.NaN(), math.Inf(1)} {
			p := one(func(x float64) (v, g, h float64) {
				if x <= 0 {
					return undefined, undefined, undefined
				}
				return x - math.Log(x), 1 - 1/x, 1 / (x * x)
			})
			for _, x0 := range []float64{5, 1e-3, 80} {
				r := minimize(t, p, m, x0)
				if r.Status != Converged || math.Abs(r.X[0]-1) > 1e-5 {
					t.Errorf("%s from %g: %v at %g: %s", m.Name(), x0, r.Status, r.X, r.Reason)
				}
			}
		}
	}
}

func TestNowhereFiniteElse(t *testing.T) {
	for _, m := range slices.Concat(smooth, combined) {
		p := one(func(x float64) (v, g, h float64) {
			if x != 1 {
				return math.NaN(), math.NaN(), math.NaN()
			}
			return 1, 1, 1
		})
		r := minimize(t, p, m, 1)
		if r.Status != NotFinite && r.Status != Stalled || r.X[0] != 1 || r.Value != 1 {
			t.Errorf("%s: %+v", m.Name(), r)
		}
	}
}

func TestEveryMethodOnAnUnboundedProblem(t *testing.T) {
	for _, m := range slices.Concat(smooth, combined) {
		for name, p := range map[string]*function{
			"line":   one(func(x float64) (v, g, h float64) { return x, 1, 0 }),
			"hill":   one(func(x float64) (v, g, h float64) { return -x * x, -2 * x, -2 }),
			"cliff":  one(func(x float64) (v, g, h float64) { return -x * x * x, -3 * x * x, -6 * x }),
			"abyss":  one(func(x float64) (v, g, h float64) { return math.Log(x), 1 / x, -1 / (x * x) }),
			"plunge": one(func(x float64) (v, g, h float64) { return -math.Exp(x), -math.Exp(x), -math.Exp(x) }),
		} {
			r := minimize(t, p, m, 2)
			f, _, _ := p.at(r.X[0])
			if r.Status == Converged || r.Status == Running || r.Reason == "" || f != r.Value {
				t.Errorf("%s, %s: %v at x = %g, f = %g: %s", m.Name(), name, r.Status, r.X, r.Value, r.Reason)
			}
		}
	}
}

// at is a function of one variable.
func (f *function) at(x float64) (v, g, h float64) {
	gradient, hessian := make([]float64, 1), make([]float64, 1)
	v = f.evaluate([]float64{x}, gradient, hessian)
	return v, gradient[0], hessian[0]
}

// TestFlatDirections: f does not depend on the second variable, nor on the
// third near the minimum.
func TestFlatDirections(t *testing.T) {
	for _, m := range slices.Concat(smooth, combined) {
		if _, ok := m.(Newton); ok {
			continue // a singular start is an error there
		}
		p := HessianFunction(3, func(x, g, h []float64) float64 {
			far := max(math.Abs(x[2])-1, 0)
			g[0], g[1], g[2] = x[0]-3, 0, math.Copysign(2*far, x[2])
			clear(h)
			if h != nil {
				if h[0] = 1; far > 0 {
					h[8] = 2
				}
			}
			return (x[0]-3)*(x[0]-3)/2 + far*far
		})
		r := minimize(t, p, m, 0, 5, 4)
		if r.Status != Converged || math.Abs(r.X[0]-3) > 1e-5 || r.X[1] != 5 || math.Abs(r.X[2]) > 1+1e-5 {
			t.Errorf("%s: %v at %g: %s", m.Name(), r.Status, r.X, r.Reason)
		}
	}
}

// TestNoiseIsNoReasonToStall: near the minimum the value is noise of a few
// ulps, beside a constant that drowns it.
func TestNoiseIsNoReasonToStall(t *testing.T) {
	for _, m := range slices.Concat(smooth, combined) {
		evaluations := 0
		p := HessianFunction(2, func(x, g, h []float64) float64 {
			evaluations++
			g[0], g[1] = x[0]-1, 30*(x[1]+2)
			if h != nil {
				copy(h, []float64{1, 0, 0, 30})
			}
			return 1e6 + float64(evaluations%7)*0x1p-33 + g[0]*g[0]/2 + g[1]*g[1]/60
		})
		r := minimize(t, p, m, 5, 5)
		if r.Status != Converged || math.Abs(r.X[0]-1) > 2e-2 || math.Abs(r.X[1]+2) > 2e-2 || evaluations > 3000 {
			t.Errorf("%s: %v at %g after %d evaluations: %s", m.Name(), r.Status, r.X, evaluations, r.Reason)
		}
	}
}

func TestWrongGradientStalls(t *testing.T) {
	for _, m := range slices.Concat(smooth, combined) {
		if _, ok := m.(Newton); ok {
			continue // creeps within the rounding of f
		}
		p := one(func(x float64) (v, g, h float64) { return x, -1, 1 })
		r := minimize(t, p, m, 1)
		if r.Status != Stalled || r.X[0] > 1+1e-6 {
			t.Errorf("%s: %v at %g: %s", m.Name(), r.Status, r.X, r.Reason)
		}
	}
}

func TestFixedStepKeepsTheBestPoint(t *testing.T) {
	// Steps of 1.5/H diverge in one variable and converge in the other.
	p := Function(2, func(x, g []float64) float64 {
		g[0], g[1] = x[0], 3*x[1]
		return x[0]*x[0]/2 + 3*x[1]*x[1]/2
	})
	r := minimize(t, p, GradientDescent{Search: FixedStep{Length: 0.8}}, 4, 1e-3)
	mustEndAs(t, r, NotFinite)
	if r.Value > 0.1 || r.Iterations < 20 {
		t.Errorf("f = %g after %d", r.Value, r.Iterations)
	}
}

// TestConvergenceAboveTheStartIsNone: a fixed step from where there is next to no
// curvature leads to where f has another minimum in one variable alone.
func TestConvergenceAboveTheStartIsNone(t *testing.T) {
	p := HessianFunction(2, func(x, g, h []float64) float64 {
		root := math.Sqrt(1 + x[0]*x[0])
		g[0], g[1] = x[0]/root, 2*x[1]
		if h != nil {
			h[0], h[1], h[3] = 1/(root*root*root), 0, 2
		}
		return root + x[1]*x[1]
	})
	r := minimize(t, p, NewtonCG{Search: FixedStep{Length: 0.5}}, 1e3, 1)
	if r.Status != Diverged || r.X[0] != 1e3 || r.Value != math.Sqrt(1+1e6)+1 {
		t.Errorf("%+v", r)
	}
}

func TestEveryMethodKeepsTheBestPointOnCancel(t *testing.T) {
	for _, m := range smooth {
		for at := range 8 {
			ctx, cancel := context.WithCancel(context.Background())
			p := interrupted{rosenbrock(), at, func() error { cancel(); return nil }}
			r, err := Minimize(ctx, p, m, []float64{-1.2, 1}, Settings{})
			if err != context.Canceled || r.Status != Canceled {
				t.Fatalf("%s at %d: %v, %+v", m.Name(), at, err, r)
			}
			if g := make([]float64, 2); len(r.Gradient) > 0 {
				if f, _ := p.function.Gradient(context.Background(), r.X, g); f != r.Value || !slices.Equal(g, r.Gradient) {
					t.Errorf("%s at %d: f = %g and gradient %g do not belong to x = %g", m.Name(), at, r.Value, r.Gradient, r.X)
				}
			}
		}
	}
}

func TestEveryMethodSaysWhatItNeeds(t *testing.T) {
	for _, m := range smooth {
		_, err := Minimize(context.Background(), dimension(2), m, nil, Settings{})
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: error %v", m.Name(), err)
		}
	}
}

func TestEveryStepAllocatesNothing(t *testing.T) {
	const n = 30
	chain := HessianFunction(n, func(x, g, h []float64) (sum float64) {
		clear(g)
		clear(h)
		for i := 1; i < n; i++ {
			a, b := 1-x[i-1], x[i]-x[i-1]*x[i-1]
			sum += a*a + 100*b*b
			g[i-1] -= 2*a + 400*x[i-1]*b
			g[i] += 200 * b
			if h != nil {
				h[(i-1)*n+i-1] += 2 + 1200*x[i-1]*x[i-1] - 400*x[i]
				h[(i-1)*n+i] -= 400 * x[i-1]
				h[i*n+i] += 200
			}
		}
		return sum
	})
	for _, m := range smooth {
		it := &Iterate{X: make([]float64, n)}
		for i := range it.X {
			it.X[i] = -1.2 + float64(i%2)
		}
		s, err := m.Start(context.Background(), chain, it)
		if err != nil {
			t.Fatal(err)
		}
		if count := testing.AllocsPerRun(8, func() {
			if err := s.Step(context.Background(), it); err != nil || it.Status != Running {
				t.Fatal(m.Name(), it.Status, err)
			}
		}); count != 0 {
			t.Errorf("%s: %g allocations a step", m.Name(), count)
		}
	}
}

// The sums were taken on amd64; a difference means that some product was fused
// or some sum reordered.
func TestEveryMethodHasTheSameBitsEverywhere(t *testing.T) {
	want := map[string]string{
		"gradient-descent {Search:<nil> Tolerance:0}":                                                                      "c86ddea5161033db",
		"barzilai-borwein {Search:<nil> Tolerance:0}":                                                                      "d488359e32853f65",
		"nesterov {Length:0 Tolerance:0}":                                                                                  "7b2aa12b88d62ccf",
		"cg {Search:<nil> Tolerance:0}":                                                                                    "46b9830e70e652a5",
		"bfgs {Search:<nil> Tolerance:0}":                                                                                  "a40bb62a9c041d60",
		"lbfgs {Memory:0 Initial:<nil> Search:<nil> Tolerance:0}":                                                          "501260b1710d60b2",
		"newton {Tolerance:0 MaxHalvings:0}":                                                                               "b94698f11c9ad023",
		"newton-cg {Search:<nil> MaxProducts:0 Preconditioner:<nil> Tolerance:0}":                                          "89f0526784f3365a",
		"trust-region {Exact:0 Radius:0 Tolerance:0}":                                                                      "1d2d1d4907a839c3",
		"trust-region {Exact:-1 Radius:0 Tolerance:0}":                                                                     "16bcd7d735f65558",
		"gradient-descent {Search:{Decrease:0 Curvature:0 MaxEvaluations:0} Tolerance:0}":                                  "547d801f1bd4eba",
		"barzilai-borwein {Search:{Decrease:0 Memory:0 MaxEvaluations:0} Tolerance:0}":                                     "d111ebb8c3c18b2d",
		"lbfgs {Memory:0 Initial:<nil> Search:{Decrease:0 Memory:0 MaxEvaluations:0} Tolerance:0}":                         "2bf36dad389b411f",
		"bfgs {Search:{Decrease:0 Memory:0 MaxEvaluations:0} Tolerance:0}":                                                 "28059784495f7d72",
		"newton-cg {Search:{Decrease:0 Memory:0 MaxEvaluations:0} MaxProducts:0 Preconditioner:<nil> Tolerance:0}":         "45df096b3daf6ef7",
		"lbfgs {Memory:3 Initial:<nil> Search:<nil> Tolerance:0}":                                                          "2e693e3899c0d156",
		"approximate-newton {Curvature:<nil> Every:0 Search:<nil> Tolerance:0}":                                            "159bac86270009ab",
		"approximate-newton {Curvature:{Size:2} Every:2 Search:<nil> Tolerance:0}":                                         "81bf0b60a029cd3f",
		"approximate-newton {Curvature:{Rank:1 Seed:0} Every:0 Search:{Decrease:0 Memory:0 MaxEvaluations:0} Tolerance:0}": "f3cc05fd12ac990f",
		"lbfgs {Memory:0 Initial:{Size:2} Search:<nil> Tolerance:0}":                                                       "669fbec3a96eeefd",
		"newton-cg {Search:<nil> MaxProducts:0 Preconditioner:{Rank:1 Seed:0} Tolerance:0}":                                "45c1266699e64ff",
		"descent {Label: Direction:<nil> Search:<nil> Tolerance:0}":                                                        "547d801f1bd4eba",
	}
	for _, m := range slices.Concat(smooth, combined) {
		sum := fnv.New64a()
		for it, err := range Iterates(context.Background(), rosenbrock(), m, []float64{-1.2, 1}, Settings{MaxIterations: 40}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range []float64{it.X[0], it.X[1], it.Value, it.Decrement, it.StepLength} {
				fmt.Fprintf(sum, "%x ", math.Float64bits(v))
			}
		}
		key := fmt.Sprintf("%s %+v", m.Name(), m)
		if got := fmt.Sprintf("%x", sum.Sum64()); got != want[key] {
			t.Errorf("\n\t\t%q: %q,", key, got)
		}
	}
}

func TestFunctionsOfTheUser(t *testing.T) {
	bowl := func(x []float64) float64 { return (x[0]-1)*(x[0]-1) + 3*(x[1]+2)*(x[1]+2) + 1 }
	withGradient := Function(2, func(x, g []float64) float64 {
		g[0], g[1] = 2*(x[0]-1), 6*(x[1]+2)
		return bowl(x)
	})
	withHessian := HessianFunction(2, func(x, g, h []float64) float64 {
		g[0], g[1] = 2*(x[0]-1), 6*(x[1]+2)
		if h != nil {
			copy(h, []float64{2, 0, 0, 6})
		}
		return bowl(x)
	})
	for _, p := range []Problem{Differences(2, bowl), withGradient, withHessian} {
		r := minimize(t, p, LBFGS{})
		mustEndAs(t, r, Converged)
		mustBeNear(t, r.X, []float64{1, -2}, 1e-6)
	}
	g, exact := make([]float64, 2), make([]float64, 2)
	for _, x := range [][]float64{{0, 0}, {1e3, -1e-6}, {3, 4}} {
		withGradient.Gradient(context.Background(), x, exact)
		Differences(2, bowl).Gradient(context.Background(), x, g)
		for i := range g {
			if math.Abs(g[i]-exact[i]) > 1e-4*(1+math.Abs(exact[i])) {
				t.Errorf("at %g: gradient %g, want %g", x, g, exact)
			}
		}
	}
}
