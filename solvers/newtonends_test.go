package solvers

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestSeparationEnds(t *testing.T) {
	p := logistic([]float64{1, 2, 3, 4}, []float64{0, 0, 1, 1})
	r := minimize(t, p, Newton{})
	if r.Status == Running || r.Value > 1e-6 {
		t.Errorf("status %v, value %g", r.Status, r.Value)
	}

	r = minimize(t, separable{p}, Newton{})
	mustEndAs(t, r, Separated)
	if r.Iterations > 5 {
		t.Errorf("%d iterations", r.Iterations)
	}
}

// separable knows that classes on u = 1, 2 and 3, 4 are separated where the
// linear predictor is.
type separable struct{ *function }

func (separable) Stop(it *Iterate) (Status, string) {
	if it.X[0]+2*it.X[1] < 0 && it.X[0]+3*it.X[1] > 0 {
		return Separated, "the classes are separated"
	}
	return Running, ""
}

func TestStepBelowResolutionStalls(t *testing.T) {
	p := one(func(float64) (v, g, h float64) { return 0, 1e-30, -1 })
	r := minimize(t, p, Newton{}, 1)
	mustEndAs(t, r, Stalled)
	if r.Evaluations.Gradients != 0 {
		t.Errorf("%+v", r.Evaluations)
	}
}

func TestHessianNotFiniteAfterHalving(t *testing.T) {
	p := one(func(x float64) (v, g, h float64) {
		if x == 0 {
			return 0, -1, 1
		}
		return x*x - x, 2*x - 1, math.NaN()
	})
	r := minimize(t, p, Newton{})
	mustEndAs(t, r, NotFinite)
	if r.X[0] != 0 {
		t.Errorf("x = %g", r.X)
	}
}

func TestUnbounded(t *testing.T) {
	line := one(func(x float64) (v, g, h float64) { return 3 * x, 3, 0 })
	r := minimize(t, line, Newton{})
	mustEndAs(t, r, Unbounded)
	if !(r.Value < -1e6) {
		t.Errorf("value %g", r.Value)
	}
	tilted := &function{n: 2, evaluate: func(x, g, h []float64) float64 {
		g[0], g[1] = 2*x[0], 1
		copy(h, []float64{2, 0, 0, 0})
		return x[0]*x[0] + x[1]
	}}
	mustEndAs(t, minimize(t, tilted, Newton{}, 1, 1), Unbounded)

	abyss := one(func(x float64) (v, g, h float64) {
		if x > 1 {
			return math.Inf(-1), 0, 0
		}
		return -x, -1, 0.1
	})
	r = minimize(t, abyss, Newton{})
	mustEndAs(t, r, Unbounded)
	if r.X[0] != 0 || r.Value != 0 {
		t.Errorf("x = %g, f = %g", r.X, r.Value)
	}
	hill := one(func(x float64) (v, g, h float64) { return -x * x, -2 * x, -2 })
	if r := minimize(t, hill, Newton{}, 1); r.Status == Converged || r.Value >= -1 {
		t.Errorf("status %v, value %g", r.Status, r.Value)
	}
}

func TestSaddleIsNoMinimum(t *testing.T) {
	p := &function{n: 2, evaluate: func(x, g, h []float64) float64 {
		g[0], g[1] = 2*x[0], -2*x[1]
		copy(h, []float64{2, 0, 0, -2})
		return x[0]*x[0] - x[1]*x[1]
	}}
	mustEndAs(t, minimize(t, p, Newton{}), Stalled)
}

func TestStalled(t *testing.T) {
	// The gradient has the wrong sign.
	p := one(func(x float64) (v, g, h float64) { return x, -1, 1 })
	r := minimize(t, p, Newton{MaxHalvings: 3}, 1)
	mustEndAs(t, r, Stalled)
	if r.X[0] != 1 || r.Iterations != 0 || r.Evaluations != (Evaluations{Gradients: 3, Hessians: 2}) {
		t.Errorf("%+v", r)
	}
}

func TestNotFiniteStart(t *testing.T) {
	for _, broken := range [][3]float64{{math.NaN(), 0, 1}, {0, math.Inf(1), 1}, {0, 0, math.NaN()}} {
		p := one(func(float64) (v, g, h float64) { return broken[0], broken[1], broken[2] })
		r := minimize(t, p, Newton{}, 7)
		mustEndAs(t, r, NotFinite)
		if r.X[0] != 7 || r.Iterations != 0 {
			t.Errorf("%+v", r)
		}
	}
}

func TestNothingLowerWithinRounding(t *testing.T) {
	// The square of a rounded residual: no point does better than another.
	p := one(func(x float64) (v, g, h float64) {
		r := x*x - 2
		return r*r + 1e-30, 4*x*r + 1e-14, 12*x*x - 4
	})
	r := minimize(t, p, Newton{}, 1)
	mustEndAs(t, r, Converged)
	mustBeNear(t, r.X, []float64{math.Sqrt2}, 1e-15)
}

func TestFlatMinimumReachesTheLimit(t *testing.T) {
	p := one(func(x float64) (v, g, h float64) { return x * x * x * x, 4 * x * x * x, 12 * x * x })
	r := minimize(t, p, Newton{}, 1)
	mustEndAs(t, r, IterationLimit)
	if r.Iterations != 100 || r.Value > 1e-60 {
		t.Errorf("%d iterations, value %g", r.Iterations, r.Value)
	}
}

func TestUnsupported(t *testing.T) {
	_, err := Minimize(context.Background(), dimension(2), Newton{}, nil, Settings{})
	if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "Hessian") {
		t.Errorf("error %v", err)
	}
}

// dimension is a problem that can compute nothing.
type dimension int

func (d dimension) Dim() int { return int(d) }
