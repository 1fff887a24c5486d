package solvers

import (
	"context"
	"math"
	"slices"
	"testing"
)

// TestTraps: whatever the problem, every method ends, says why, and hands back the
// best point among its iterates; it claims a minimum only near one.
func TestTraps(t *testing.T) {
	for _, c := range traps {
		for _, m := range slices.Concat(smooth, combined) {
			p := HessianFunction(len(c.start), c.f)
			least := math.Inf(1)
			var last *Iterate
			var failure error
			for it, err := range Iterates(context.Background(), p, m, c.start, Settings{MaxIterations: 3000}) {
				last, failure = it, err
				if err == nil && it.Value < least {
					least = it.Value
				}
			}
			r, err := Minimize(context.Background(), p, m, c.start, Settings{MaxIterations: 3000})
			if err != nil || failure != nil {
				t.Errorf("%s, %s %+v: %v, %v", c.name, m.Name(), m, err, failure)
				continue
			}
			if last.Status != r.Status || r.Reason == "" || r.Status == Running {
				t.Errorf("%s, %s %+v: %v, %v, %q", c.name, m.Name(), m, last.Status, r.Status, r.Reason)
			}
			g := make([]float64, len(c.start))
			if v := c.f(r.X, g, nil); v != r.Value || !finite(v) && r.Status != Unbounded || r.Value > least+rounding(least) {
				t.Errorf("%s, %s %+v: %v: value %g, f there %g, the least one %g", c.name, m.Name(), m, r.Status, r.Value, v, least)
			}
			ok := r.Status != Converged
			if c.ends != nil {
				ok = slices.Contains(c.ends, r.Status)
			}
			if !ok {
				t.Errorf("%s, %s %+v: %v at %g after %d: %s", c.name, m.Name(), m, r.Status, r.X, r.Iterations, r.Reason)
			}
			if r.Status == Converged && c.least != nil {
				for i, x := range r.X {
					if !(math.Abs(x-c.least[i]) <= c.near) {
						t.Errorf("%s, %s %+v: converged at %g, %s", c.name, m.Name(), m, r.X, r.Reason)
						break
					}
				}
			}
		}
	}
}

// TestEvaluationsThatEnd: a function is not finite any more, nor is its gradient
// or its Hessian, after some evaluations. A run ends with the best point before.
func TestEvaluationsThatEnd(t *testing.T) {
	for _, m := range slices.Concat(smooth, combined) {
		for _, limit := range []int{1, 2, 3, 5, 8} {
			for _, broken := range []string{"value", "gradient", "Hessian"} {
				for _, with := range []float64{math.NaN(), math.Inf(1)} {
					count, least := 0, math.Inf(1)
					p := HessianFunction(2, func(x, g, h []float64) float64 {
						value := rosenbrock().evaluate(x, g, h)
						if count++; count <= limit {
							return value
						}
						switch broken {
						case "value":
							return with
						case "gradient":
							fill(g, with)
						default:
							fill(h, with)
						}
						return value
					})
					var last *Iterate
					for it, err := range Iterates(context.Background(), p, m, []float64{-1.2, 1}, Settings{}) {
						if err != nil {
							t.Fatalf("%s, %s %g after %d: %v", m.Name(), broken, with, limit, err)
						}
						if last = it; it.Value < least {
							least = it.Value
						}
					}
					r := &last.run.best
					r.finish(last)
					value := rosenbrock().evaluate(r.X, make([]float64, 2), nil)
					near := math.Abs(r.X[0]-1) < 1e-4 // a method without Hessians gets there
					if r.Status == Converged && !near || r.Reason == "" || value != r.Value || r.Value > least {
						t.Errorf("%s %+v, %s %g after %d: %v at %g, f = %g, the least %g: %s", m.Name(), m, broken, with, limit, r.Status, r.X, r.Value, least, r.Reason)
					}
				}
			}
		}
	}
}

// TestStationaryStart: methods with a Hessian do not take a saddle for a
// minimum. The exact trust region leaves it; the others cannot know.
func TestStationaryStart(t *testing.T) {
	p := HessianFunction(2, wells)
	mustEndAs(t, minimize(t, p, Newton{}, 0, 0), Stalled)
	for _, x0 := range [][]float64{{0, 0}, {1, 0}} {
		r := minimize(t, p, TrustRegion{}, x0...)
		mustEndAs(t, r, Converged)
		if math.Abs(r.Value+0.25) > 1e-12 {
			t.Errorf("from %g to %g", x0, r.X)
		}
	}
	r := minimize(t, p, TrustRegion{}, 0, math.Sqrt(0.5))
	mustEndAs(t, r, Converged)
}
