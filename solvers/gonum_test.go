package solvers

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/functions"
)

// A collected problem is one of gonum's optimize/functions with a start.
type collected struct {
	name  string
	f     gonumFunction
	start []float64
}

type gonumFunction interface {
	Func(x []float64) float64
	Grad(grad, x []float64)
}

type gonumHessian interface {
	Hess(dst *mat.SymDense, x []float64)
}

// collection has the starts of More, Garbow and Hillstrom (1981), which gonum's
// own tests take too.
func collection() []collected {
	dimensioned := make([]float64, 20)
	for i := range dimensioned {
		dimensioned[i] = 1 - float64(i+1)/20
	}
	surface := functions.NewMinimalSurface(8, 8)
	return []collected{
		{"Beale", functions.Beale{}, []float64{1, 1}},
		{"BiggsEXP2", functions.BiggsEXP2{}, []float64{1, 2}},
		{"BiggsEXP3", functions.BiggsEXP3{}, []float64{1, 2, 1}},
		{"BiggsEXP4", functions.BiggsEXP4{}, []float64{1, 2, 1, 1}},
		{"BiggsEXP5", functions.BiggsEXP5{}, []float64{1, 2, 1, 1, 1}},
		{"BiggsEXP6", functions.BiggsEXP6{}, []float64{1, 2, 1, 1, 1, 1}},
		{"Box3D", functions.Box3D{}, []float64{0, 10, 20}},
		{"BrownAndDennis", functions.BrownAndDennis{}, []float64{25, 5, -5, -1}},
		{"BrownBadlyScaled", functions.BrownBadlyScaled{}, []float64{1, 1}},
		{"ExtendedPowellSingular", functions.ExtendedPowellSingular{}, []float64{3, -1, 0, 1, 3, -1, 0, 1}},
		{"ExtendedRosenbrock", functions.ExtendedRosenbrock{}, []float64{-1.2, 1, -1.2, 1}},
		{"Gaussian", functions.Gaussian{}, []float64{0.4, 1, 0}},
		{"GulfResearchAndDevelopment", functions.GulfResearchAndDevelopment{}, []float64{5, 2.5, 0.15}},
		{"HelicalValley", functions.HelicalValley{}, []float64{-1, 0, 0}},
		{"MinimalSurface", plainSurface{surface}, surface.InitX()},
		{"PenaltyI", functions.PenaltyI{}, []float64{1, 2, 3, 4}},
		{"PenaltyII", functions.PenaltyII{}, []float64{0.5, 0.5, 0.5, 0.5}},
		{"PowellBadlyScaled", functions.PowellBadlyScaled{}, []float64{0, 1}},
		{"Sphere", functions.Sphere{}, []float64{3, -4, 5}},
		{"Trigonometric", functions.Trigonometric{}, []float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}},
		{"VariablyDimensioned", functions.VariablyDimensioned{}, dimensioned},
		{"Watson", functions.Watson{}, []float64{0, 0, 0, 0, 0, 0}},
		{"Wood", functions.Wood{}, []float64{-3, -1, -3, -1}},
	}
}

// plainSurface drops the result of the gradient.
type plainSurface struct{ *functions.MinimalSurface }

func (s plainSurface) Grad(grad, x []float64) { s.MinimalSurface.Grad(grad, x) }

// known is the least distance of a value from those of gonum's minima, local
// ones too, relative to one plus their size.
func (c collected) distance(value float64) float64 {
	least := math.Inf(1)
	for _, known := range c.minima() {
		least = min(least, math.Abs(value-known)/(1+math.Abs(known)))
	}
	return least
}

func (c collected) minima() (values []float64) {
	switch f := c.f.(type) {
	case functions.Sphere, functions.VariablyDimensioned:
		return []float64{0}
	case plainSurface:
		r, _ := Minimize(context.Background(), withHessian(c), Newton{}, c.start, Settings{})
		return []float64{r.Value} // that of the grid; gonum knows that of the surface
	case interface{ Minima() []functions.Minimum }:
		for _, m := range f.Minima() {
			if len(m.X) == len(c.start) {
				values = append(values, m.F)
			}
		}
		if c.name == "BiggsEXP5" {
			values = append(values, 0.00264998773) // a local one that gonum does not list
		}
	}
	return values
}

// excused are problems whose condition, 1e6 and more, takes a method more
// steps than its limit, or which it takes for solved: its test of convergence
// is as far off as the problem is ill-conditioned. Newton's method and the
// trust region lose their way in the flat valleys of two sums of exponentials.
var excused = map[string]string{
	"gradient-descent":   "BiggsEXP5 BiggsEXP6 Box3D BrownBadlyScaled ExtendedPowellSingular ExtendedRosenbrock GulfResearchAndDevelopment PenaltyII PowellBadlyScaled Watson",
	"nesterov":           "BiggsEXP5 BiggsEXP6 BrownBadlyScaled ExtendedPowellSingular GulfResearchAndDevelopment PenaltyI PenaltyII PowellBadlyScaled Watson",
	"barzilai-borwein":   "PowellBadlyScaled",
	"cg":                 "BrownBadlyScaled PowellBadlyScaled",
	"newton":             "BiggsEXP5",
	"exact trust-region": "BiggsEXP6",
}

// TestKnownMinima: the other functions of gonum's package are excused from the
// start. BraninHoo has no gradient, Linear no minimum; ConcaveRight,
// ConcaveLeft, Plassmann and YanaiOzawaKaneko are lines: TestSearches has them.
func TestKnownMinima(t *testing.T) {
	for _, c := range collection() {
		p := withHessian(c)
		for _, m := range smooth {
			name := m.Name()
			if m == (TrustRegion{}) {
				name = "exact " + name
			}
			pardon, limit := slices.Contains(strings.Fields(excused[name]), c.name), 0
			if pardon {
				limit = 1000 // nothing comes of more but time
			}
			r, err := Minimize(context.Background(), p, m, c.start, Settings{MaxIterations: limit})
			if err != nil {
				t.Fatalf("%s, %s: %v", m.Name(), c.name, err)
			}
			if pardon {
				continue
			}
			if c.distance(r.Value) > 1e-8 || r.Status != Converged && r.Status != IterationLimit {
				t.Errorf("%s, %s: f = %.9g, known %.9g; %v after %d iterations: %s", m.Name(), c.name, r.Value, c.minima(), r.Status, r.Iterations, r.Reason)
			}
		}
	}
}

// TestFarStarts: what the first steps gain, 1e16 times what is left, does not make the
// rest look like nothing.
func TestFarStarts(t *testing.T) {
	for _, c := range collection() {
		if c.name != "ExtendedRosenbrock" && c.name != "Wood" && c.name != "HelicalValley" {
			continue
		}
		for k := range c.start {
			c.start[k] *= 1e4
		}
		for _, m := range []Method{BarzilaiBorwein{}, ConjugateGradient{}, BFGS{}, LBFGS{}, Newton{}, NewtonCG{}, TrustRegion{}, TrustRegion{Exact: -1}} {
			r, err := Minimize(context.Background(), withHessian(c), m, c.start, Settings{})
			if err != nil {
				t.Fatalf("%s, %s: %v", m.Name(), c.name, err)
			}
			if r.Status == Converged && c.distance(r.Value) > 1e-8 {
				t.Errorf("%s, %s: f = %.9g, known %.9g; %v after %d iterations: %s", m.Name(), c.name, r.Value, c.minima(), r.Status, r.Iterations, r.Reason)
			}
		}
	}
}

// BenchmarkFarStarts runs every method on every problem from its start times 1 to 1e8. The
// metrics are how many runs there are, how many of them call a point converged from which the same
// method goes on to gain, and how many evaluations they take where the factor is 1 to 100.
//
//	go test ./solvers -run '^$' -bench FarStarts -benchtime 1x
func BenchmarkFarStarts(b *testing.B) {
	run := func(p Problem, m Method, x []float64) (r *Result) {
		defer func() {
			if recover() != nil { // some of gonum's functions are not defined everywhere
				r = nil
			}
		}()
		r, err := Minimize(context.Background(), p, m, x, Settings{MaxIterations: 2000})
		if err != nil {
			return nil
		}
		return r
	}
	for b.Loop() {
		runs, wrong, near := 0, 0, 0
		for _, c := range collection() {
			p := withHessian(c)
			for _, m := range smooth {
				if m == (GradientDescent{}) { // which takes as long as all others
					continue
				}
				for _, factor := range []float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e8} {
					x := slices.Clone(c.start)
					for i := range x {
						x[i] *= factor
					}
					r := run(p, m, x)
					if r == nil {
						continue
					}
					runs++
					if factor <= 100 {
						near += r.Evaluations.Gradients + r.Evaluations.Hessians
					}
					if r.Status == Converged {
						if on := run(p, m, r.X); on != nil && r.Value-on.Value > 1e-8*(1+math.Abs(on.Value)) {
							wrong++
						}
					}
				}
			}
		}
		b.ReportMetric(float64(runs), "runs")
		b.ReportMetric(float64(wrong), "wrong")
		b.ReportMetric(float64(near), "evaluations-near")
	}
}

// withHessian is a collected problem with its Hessian: gonum's if it has one,
// else central differences of the gradient.
func withHessian(c collected) Hessianer {
	n := len(c.start)
	return HessianFunction(n, func(x, g, h []float64) float64 {
		c.f.Grad(g, x)
		switch known, ok := c.f.(gonumHessian); {
		case h == nil:
		case ok && c.name != "Beale": // whose entries in gonum 0.17 are not its derivatives
			dst := mat.NewSymDense(n, nil)
			known.Hess(dst, x)
			for i := range n {
				for j := i; j < n; j++ {
					h[i*n+j] = dst.At(i, j)
				}
			}
		default:
			differenceHessian(c.f, x, h)
		}
		return c.f.Func(x)
	})
}

func differenceHessian(f gonumFunction, x, h []float64) {
	n := len(x)
	place, above, below := slices.Clone(x), make([]float64, n), make([]float64, n)
	rows := make([]float64, n*n)
	for i, v := range x {
		step := 0x1p-17 * math.Max(math.Abs(v), 1)
		place[i] = v + step
		f.Grad(above, place)
		place[i] = v - step
		f.Grad(below, place)
		place[i] = v
		for j := range n {
			rows[i*n+j] = (above[j] - below[j]) / (2 * step)
		}
	}
	for i := range n {
		for j := i; j < n; j++ {
			h[i*n+j] = (rows[i*n+j] + rows[j*n+i]) / 2
		}
	}
}
