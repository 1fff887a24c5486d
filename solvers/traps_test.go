package solvers

import (
	"math"
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
	{name: "a barrier, from where it curves 1e16 times as much", start: []float64{1e-8}, least: []float64{1}, near: 1e-6, ends: []Status{Converged}, f: barrier},
	{name: "a barrier, from where it curves 1e60 times as much", start: []float64{1e-30}, least: []float64{1}, near: 1e-6, ends: []Status{Converged, IterationLimit}, f: barrier},
	{name: "two walls", start: []float64{1 - 1e-9}, least: []float64{0.5}, near: 1e-6, ends: []Status{Converged}, f: scalar(func(x float64) (float64, float64, float64) {
		if x <= 0 || x >= 1 {
			return math.Inf(1), math.NaN(), math.NaN()
		}
		return -math.Log(x) - math.Log(1-x), -1/x + 1/(1-x), 1/(x*x) + 1/((1-x)*(1-x))
	})},
	{name: "a pole", start: []float64{1e-6}, least: []float64{1}, near: 1e-6, ends: []Status{Converged}, f: scalar(func(x float64) (float64, float64, float64) {
		if x <= 0 {
			return math.NaN(), 0, 0
		}
		return 1/x + x, 1 - 1/(x*x), 2 / (x * x * x)
	})},
	{name: "values whose squares overflow", start: []float64{1, 2}, least: []float64{0, 0}, near: 1e-6, ends: []Status{Converged}, f: bowl(1e300)},
	{name: "values whose squares vanish", start: []float64{1, 2}, least: []float64{0, 0}, near: 1e-6, ends: []Status{Converged, Stalled, NotFinite}, f: bowl(1e-300)},
	{name: "a small objective", start: []float64{1, 2}, least: []float64{0, 0}, near: 1e-6, ends: []Status{Converged}, f: bowl(1e-16)},
	{name: "a valley of huge values", start: []float64{-1.2, 1}, least: []float64{1, 1}, near: 1e-4, ends: []Status{Converged, IterationLimit, Stalled}, f: valley(1e300)},
	{name: "a valley of tiny values", start: []float64{-1.2, 1}, least: []float64{1, 1}, near: 1e-4, ends: []Status{Converged, IterationLimit, Stalled, NotFinite}, f: valley(1e-300)},
	{name: "a start where all is huge", start: []float64{700}, ends: []Status{Converged, IterationLimit, Stalled}, f: scalar(func(x float64) (float64, float64, float64) {
		return math.Cosh(x), math.Sinh(x), math.Cosh(x)
	})},
	{name: "minus a logarithm", start: []float64{1e-8}, f: scalar(func(x float64) (float64, float64, float64) {
		return -math.Log(x), -1 / x, 1 / (x * x)
	})},
	{name: "minus a root", start: []float64{1}, f: scalar(func(x float64) (float64, float64, float64) {
		return -math.Sqrt(x), -0.5 / math.Sqrt(x), 0.25 / (x * math.Sqrt(x))
	})},
	{name: "a straight fall behind a bend", start: []float64{0}, f: scalar(func(x float64) (float64, float64, float64) {
		e := math.Exp(-x)
		return e - 1e-3*x, -e - 1e-3, e
	})},
	{name: "a tilted trough", start: []float64{1, 1}, f: func(x, g, h []float64) float64 {
		g[0], g[1] = 2*x[0], 1e-3
		if h != nil {
			h[0], h[1], h[3] = 2, 0, 0
		}
		return x[0]*x[0] + 1e-3*x[1]
	}},
	{name: "a saddle without a minimum", start: []float64{1, 1e-12}, f: func(x, g, h []float64) float64 {
		g[0], g[1] = 2*x[0], -2*x[1]
		if h != nil {
			h[0], h[1], h[3] = 2, 0, -2
		}
		return x[0]*x[0] - x[1]*x[1]
	}},
	{name: "an indefinite start", start: []float64{1, 0.01}, least: []float64{0, math.Sqrt(0.5)}, near: 1e-6, ends: []Status{Converged, IterationLimit}, f: wells},
	{name: "a start without curvature", start: []float64{0}, f: scalar(func(x float64) (float64, float64, float64) {
		return math.Sin(x), math.Cos(x), -math.Sin(x)
	}), ends: []Status{Converged}},
	{name: "cancellation of 16 digits", start: []float64{3, 4}, least: []float64{0, 0}, near: 10, ends: []Status{Converged, Stalled}, f: func(x, g, h []float64) float64 {
		return 1e16 + bowl(1)(x, g, h)
	}},
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

// valley is Rosenbrock's function on a scale.
func valley(scale float64) func(x, g, h []float64) float64 {
	return func(x, g, h []float64) float64 {
		value := rosenbrock().evaluate(x, g, h)
		for _, part := range [][]float64{g, h} {
			for i := range part {
				part[i] *= scale
			}
		}
		return scale * value
	}
}

// wells has minima at (0, ±√½) and a saddle between them.
func wells(x, g, h []float64) float64 {
	a, b := x[0]*x[0], x[1]*x[1]
	g[0], g[1] = 2*x[0], x[1]*(4*b-2)
	if h != nil {
		h[0], h[1], h[3] = 2, 0, 12*b-2
	}
	return a - b + b*b
}
