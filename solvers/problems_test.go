package solvers

import (
	"context"
	"math"
	"slices"
)

// function is an objective given by a Go function that fills g, and h unless it
// is nil.
type function struct {
	n         int
	evaluate  func(x, g, h []float64) float64
	gradients int
	hessians  int
}

func (f *function) Dim() int { return f.n }

func (f *function) Gradient(_ context.Context, x, g []float64) (float64, error) {
	f.gradients++
	return f.evaluate(x, g, nil), nil
}

func (f *function) Hessian(_ context.Context, x, g, h []float64) (float64, error) {
	f.hessians++
	return f.evaluate(x, g, h), nil
}

// one makes a problem of one variable from value, slope and curvature.
func one(f func(x float64) (v, g, h float64)) *function {
	return &function{n: 1, evaluate: func(x, g, h []float64) float64 {
		v, slope, curvature := f(x[0])
		g[0] = slope
		if h != nil {
			h[0] = curvature
		}
		return v
	}}
}

// leastSquares is ½‖y − X·x‖², with as many columns as x has entries.
type leastSquares struct {
	function
	columns [][]float64
	y       []float64
}

func (*leastSquares) Quadratic() bool { return true }

func newLeastSquares(y []float64, columns ...[]float64) *leastSquares {
	p := &leastSquares{columns: columns, y: y}
	p.n = len(columns)
	p.evaluate = func(x, g, h []float64) float64 {
		residuals := slices.Clone(y)
		for j, column := range columns {
			for i, v := range column {
				residuals[i] -= float64(v * x[j])
			}
		}
		sum := 0.0
		for _, r := range residuals {
			sum += float64(r*r) / 2
		}
		for j, column := range columns {
			g[j] = 0
			for i, v := range column {
				g[j] -= float64(v * residuals[i])
			}
			for k := j; k < p.n && h != nil; k++ {
				h[j*p.n+k] = 0
				for i, v := range column {
					h[j*p.n+k] += float64(v * columns[k][i])
				}
			}
		}
		return sum
	}
	return p
}

// rosenbrock is (1 − x)² + 100·(y − x²)², with every product rounded.
func rosenbrock() *function {
	return &function{n: 2, evaluate: func(x, g, h []float64) float64 {
		a, b := 1-x[0], x[1]-float64(x[0]*x[0])
		g[0] = -2*a - float64(400*float64(x[0]*b))
		g[1] = 200 * b
		if h != nil {
			h[0] = 2 + float64(1200*float64(x[0]*x[0])) - float64(400*x[1])
			h[1] = -400 * x[0]
			h[3] = 200
		}
		return float64(a*a) + float64(100*float64(b*b))
	}}
}

// logistic is Σ log(1 + exp(η)) − y·η for η = x₀ + x₁·u.
func logistic(u, y []float64) *function {
	return &function{n: 2, evaluate: func(x, g, h []float64) float64 {
		clear(g)
		clear(h)
		sum := 0.0
		for i := range u {
			eta := x[0] + u[i]*x[1]
			mu := 1 / (1 + math.Exp(-eta))
			sum += max(eta, 0) + math.Log1p(math.Exp(-math.Abs(eta))) - y[i]*eta
			g[0] += mu - y[i]
			g[1] += (mu - y[i]) * u[i]
			if h != nil {
				d := mu * (1 - mu)
				h[0] += d
				h[1] += d * u[i]
				h[3] += d * u[i] * u[i]
			}
		}
		return sum
	}}
}
