package solvers

import (
	"context"
	"math"
	"slices"
	"testing"
)

// A trap is a function of one or two variables, with its first and second
// derivatives, that is hard to minimise or has no minimum.
type trap struct {
	name  string
	start []float64
	f     func(x, g, h []float64) float64

	ends  []Status  // how a run may end; all but Converged if it is nil
	least []float64 // minimum, from which a run that has converged is no farther than near
	near  float64
}

// scalar is a trap of one variable.
func scalar(f func(x float64) (f, g, h float64)) func(x, g, h []float64) float64 {
	return func(x, g, h []float64) float64 {
		v, first, second := f(x[0])
		g[0] = first
		if h != nil {
			h[0] = second
		}
		return v
	}
}

var traps = []trap{
	{name: "a barrier, from far right", start: []float64{1e8}, least: []float64{1}, near: 1e-6, ends: []Status{Converged}, f: barrier},
	{name: "minus infinity behind a hill", start: []float64{0.5}, f: scalar(func(x float64) (float64, float64, float64) { return -x * x * x, -3 * x * x, -6 * x })},
	{name: "a straight fall", start: []float64{7}, f: scalar(func(x float64) (float64, float64, float64) { return -x, -1, 0 })},
	{name: "a flat quartic", start: []float64{3}, least: []float64{0}, near: 1e-2, ends: []Status{Converged}, f: scalar(func(x float64) (float64, float64, float64) {
		return x * x * x * x, 4 * x * x * x, 12 * x * x
	})},
	{name: "tiny units", start: []float64{1e-150, 2e-150}, least: []float64{0, 0}, near: 1e-155, ends: []Status{Converged}, f: bowl(1e20)},
	{name: "a gradient of the wrong size", start: []float64{2}, f: scalar(func(x float64) (float64, float64, float64) { return x * x, -2 * x, 2 })},
	{name: "a cliff down to minus infinity", start: []float64{0}, ends: []Status{Unbounded}, f: scalar(func(x float64) (float64, float64, float64) {
		if x > 1 {
			return math.Inf(-1), -1, 0
		}
		return -x, -1, 0
	})},
	{name: "a wall on the way down", start: []float64{0}, f: scalar(func(x float64) (float64, float64, float64) {
		if x > 2 {
			return math.NaN(), math.NaN(), math.NaN()
		}
		return (x - 5) * (x - 5), 2 * (x - 5), 2
	})},
	{name: "a gradient that ends on the way down", start: []float64{-1}, f: scalar(func(x float64) (float64, float64, float64) {
		if x > 2 {
			return (x - 5) * (x - 5), math.NaN(), 2
		}
		return (x - 5) * (x - 5), 2 * (x - 5), 2
	})},
	{name: "a kink", start: []float64{3, 1}, f: func(x, g, h []float64) float64 {
		g[0], g[1] = math.Copysign(1, x[0]), 20*x[1]
		if h != nil {
			h[0], h[1], h[3] = 0, 0, 20
		}
		return math.Abs(x[0]) + 10*x[1]*x[1]
	}, ends: []Status{Converged, Stalled, IterationLimit, Unbounded}, least: []float64{0, 0}, near: 1e-2},
}

func barrier(x, g, h []float64) float64 {
	return scalar(func(x float64) (float64, float64, float64) {
		if x <= 0 {
			return math.Inf(1), math.NaN(), math.NaN()
		}
		return x - math.Log(x), 1 - 1/x, 1 / (x * x)
	})(x, g, h)
}

func bowl(scale float64) func(x, g, h []float64) float64 {
	return func(x, g, h []float64) float64 {
		g[0], g[1] = scale*(2*x[0]+x[1]), scale*(2*x[1]+x[0])
		if h != nil {
			h[0], h[1], h[3] = 2*scale, scale, 2*scale
		}
		return scale * (x[0]*x[0] + x[0]*x[1] + x[1]*x[1])
	}
}

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
