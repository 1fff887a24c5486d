package solvers

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

func TestSingularStart(t *testing.T) {
	u, v := []float64{1, 2, 3, 5}, []float64{2, 0, 1, 1}
	double := []float64{2, 4, 6, 10}
	p := newLeastSquares([]float64{1, 2, 3, 4}, u, v, double, make([]float64, 4))
	var yielded int
	for it, err := range Iterates(context.Background(), p, Newton{}, nil, Settings{}) {
		yielded++
		var singular *SingularError
		if !errors.As(err, &singular) {
			t.Fatalf("error %v", err)
		}
		if !slices.Equal(singular.Columns, []int{2, 3}) || len(singular.Relations[1]) != 0 {
			t.Errorf("%+v", singular)
		}
		if got := err.Error(); got != "solvers: the Hessian is singular: column 2 = 2·column 0, column 3 = 0" {
			t.Error(got)
		}
		if it.Status != Failed || it.Iteration != 0 || it.Evaluations.Hessians != 1 {
			t.Errorf("%+v", it)
		}
	}
	if yielded != 1 {
		t.Errorf("%d iterates", yielded)
	}
}

// led has an intercept in front.
type led struct{ *leastSquares }

func (led) Lead() int { return 1 }

func TestSingularBesideIntercept(t *testing.T) {
	ones := []float64{1, 1, 1, 1, 1}
	a, b := []float64{0, 1, 0, 1, 1}, []float64{1, 0, 1, 0, 0}
	p := led{newLeastSquares([]float64{1, 2, 3, 4, 5}, ones, a, b)}
	_, err := Minimize(context.Background(), p, Newton{}, nil, Settings{})
	var singular *SingularError
	if !errors.As(err, &singular) {
		t.Fatalf("error %v", err)
	}
	if got := err.Error(); got != "solvers: the Hessian is singular: column 2 = 1·column 0 + -1·column 1" {
		t.Error(got)
	}
}

func TestConditionIsThatBesideTheIntercept(t *testing.T) {
	ones, far := []float64{1, 1, 1, 1, 1}, []float64{1001, 1002, 1003, 1004, 1005}
	p := newLeastSquares([]float64{1, 2, 3, 4, 4}, ones, far)
	if r := minimize(t, led{p}, Newton{}); r.Condition != 1 {
		t.Errorf("condition %g", r.Condition)
	}
	if r := minimize(t, p, Newton{}); r.Condition < 1e6 {
		t.Errorf("without: condition %g", r.Condition)
	}
}

func TestFlattenedHessianIsNoError(t *testing.T) {
	// Convex, and flat in x₁ below 1, where the first step leads.
	p := &function{n: 2, evaluate: func(x, g, h []float64) float64 {
		near, far := x[0]-3, max(x[1]-1, 0)
		g[0], g[1] = near+near*near*near, 2*far
		clear(h)
		if h != nil {
			h[0] = 1 + 3*near*near
			if far > 0 {
				h[3] = 1.9
			}
		}
		return near*near/2 + near*near*near*near/4 + far*far
	}}
	r := minimize(t, p, Newton{}, 0, 2)
	mustEndAs(t, r, Converged)
	if math.Abs(r.X[0]-3) > 1e-14 || r.X[1] > 1 || r.Iterations < 4 {
		t.Errorf("x = %g after %d iterations", r.X, r.Iterations)
	}
	if !math.IsInf(r.Condition, 1) {
		t.Errorf("condition %g", r.Condition)
	}
}

func TestHopelessHessianStalls(t *testing.T) {
	p := &function{n: 2, evaluate: func(x, g, h []float64) float64 {
		g[0], g[1] = 1, 1
		copy(h, []float64{1e-200, 1e200, 0, 1e-200})
		return x[0] + x[1]
	}}
	mustEndAs(t, minimize(t, p, Newton{}), Stalled)
}
