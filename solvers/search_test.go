package solvers

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/optimize/functions"
)

// lineOf is the line from zero along a function of one variable.
func lineOf(f func(x float64) (v, g float64)) *Line {
	p := Function(1, func(x, g []float64) (v float64) {
		v, g[0] = f(x[0])
		return v
	})
	it := &Iterate{X: []float64{0}, Gradient: make([]float64, 1)}
	it.Value, _ = p.Gradient(context.Background(), it.X, it.Gradient)
	l := newLine(p, it)
	l.step[0] = 1
	l.turn()
	return l
}

// lines are those of Moré and Thuente (1994), which gonum has, and some more.
func lines() map[string]func(x float64) (v, g float64) {
	of := func(f gonumFunction) func(x float64) (v, g float64) {
		return func(x float64) (v, g float64) {
			gradient := make([]float64, 1)
			f.Grad(gradient, []float64{x})
			return f.Func([]float64{x}), gradient[0]
		}
	}
	return map[string]func(x float64) (v, g float64){
		"concave right": of(functions.ConcaveRight{}),
		"concave left":  of(functions.ConcaveLeft{}),
		"Plassmann":     of(functions.Plassmann{L: 39, Beta: 0.01}),
		"Yanai 1":       of(functions.YanaiOzawaKaneko{Beta1: 0.001, Beta2: 0.001}),
		"Yanai 2":       of(functions.YanaiOzawaKaneko{Beta1: 0.01, Beta2: 0.001}),
		"Yanai 3":       of(functions.YanaiOzawaKaneko{Beta1: 0.001, Beta2: 0.01}),
		"parabola":      func(x float64) (v, g float64) { return (x - 3) * (x - 3), 2 * (x - 3) },
		"quartic":       func(x float64) (v, g float64) { return math.Pow(x-2, 4), 4 * math.Pow(x-2, 3) },
		"kink":          func(x float64) (v, g float64) { return math.Abs(x - 1), math.Copysign(1, x-1) },
		"barrier":       func(x float64) (v, g float64) { return -x - math.Log(2-x), -1 + 1/(2-x) },
		"waves":         func(x float64) (v, g float64) { return 0.1*x*x - math.Sin(3*x), 0.2*x - 3*math.Cos(3*x) },
	}
}

func TestSearches(t *testing.T) {
	for name, f := range lines() {
		for _, first := range []float64{1e-6, 1e-3, 0.1, 1, 10, 1e3, 1e8} {
			for _, c := range []struct {
				search   Search
				decrease float64
				left     float64 // of the slope
			}{
				{Armijo{}, 1e-4, math.Inf(1)}, {Armijo{Decrease: 0.1}, 0.1, math.Inf(1)},
				{StrongWolfe{}, 1e-4, 0.9}, {StrongWolfe{Curvature: 0.1}, 1e-4, 0.1}, {StrongWolfe{Decrease: 1e-3, Curvature: 1e-3}, 1e-3, 1e-3},
			} {
				l := lineOf(f)
				if !(l.Slope < 0) {
					t.Fatalf("%s: slope %g", name, l.Slope)
				}
				found, err := c.search.Search(context.Background(), l, first)
				p := l.last
				v, g := f(p.T)
				switch {
				case err != nil || !found || p.Value != v || p.Slope != g || l.trial.x[0] != p.T || l.trial.gradient[0] != g:
					t.Errorf("%s from %g, %+v: found %v at %+v, f = %g, slope %g", name, first, c.search, found, p, v, g)
				case !l.Falls(p, l.Value, c.decrease):
					t.Errorf("%s from %g, %+v: does not fall: %+v", name, first, c.search, p)
				case math.Abs(p.Slope) > -c.left*l.Slope && name != "kink" && (name != "concave left" || c.left > 1e-3): // whose slope at 0 is 5e-7, and 3 soon after
					t.Errorf("%s from %g, %+v: slope %g of %g is left", name, first, c.search, p.Slope, l.Slope)
				}
			}
		}
	}
}

func TestSearchesThatFindNothing(t *testing.T) {
	for name, f := range map[string]func(x float64) (v, g float64){
		"wrong sign": func(x float64) (v, g float64) { return 1 + x, -1 },
		"NaN": func(x float64) (v, g float64) {
			if x > 0 {
				return math.NaN(), math.NaN()
			}
			return 0, -1
		},
		"a step up": func(x float64) (v, g float64) { return math.Copysign(2, x-math.SmallestNonzeroFloat64), -1 },
	} {
		for _, s := range []Search{Armijo{}, StrongWolfe{}} {
			l := lineOf(f)
			if found, err := s.Search(context.Background(), l, 1); found || err != nil {
				t.Errorf("%s, %+v: found %+v, %v", name, s, l.last, err)
			}
		}
	}
	l := lineOf(func(x float64) (v, g float64) {
		if x > 0 {
			return math.Inf(-1), 0
		}
		return 0, -1
	})
	for _, s := range []Search{FixedStep{}, Armijo{}, StrongWolfe{}} {
		if found, _ := s.Search(context.Background(), l, 1); found || !math.IsInf(l.last.Value, -1) {
			t.Errorf("%+v: found %v, %+v", s, found, l.last)
		}
	}
}

// TestArmijoLooksBack: with a memory, f need only fall below the largest of the
// latest values.
func TestArmijoLooksBack(t *testing.T) {
	l := lineOf(func(x float64) (v, g float64) { return 1 - x + 10*x*x, -1 + 20*x })
	l.values[0], l.count = 100, 1
	l.turn()
	for memory, want := range map[int]bool{1: false, 2: true, 99: true} {
		if _, err := (Armijo{Memory: memory}).Search(context.Background(), l, 2); err != nil || (l.last.T == 2) != want {
			t.Errorf("memory %d: %+v, %v", memory, l.last, err)
		}
	}
}

// reckless takes what it finds without a look.
type reckless struct{}

func (reckless) Search(ctx context.Context, l *Line, first float64) (bool, error) {
	_, err := l.Evaluate(ctx, 1e3*first)
	return true, err
}

func TestRecklessSearchIsNotFollowed(t *testing.T) {
	p := Function(1, func(x, g []float64) float64 {
		g[0] = 1 - 1/x[0]
		return x[0] - math.Log(x[0])
	})
	r := minimize(t, p, Descent{Search: reckless{}}, 5)
	if r.Status == Converged || math.IsNaN(r.Value) || r.X[0] != 5 {
		t.Errorf("%+v", r)
	}
}
