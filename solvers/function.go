package solvers

import (
	"context"
	"math"
)

// Function is the problem of n variables that a Go function computes: it
// returns f(x) and sets g, of length n, to the gradient.
func Function(n int, f func(x, g []float64) float64) Gradienter {
	return gradientFunction{n, f}
}

type gradientFunction struct {
	n int
	f func(x, g []float64) float64
}

func (f gradientFunction) Dim() int { return f.n }

func (f gradientFunction) Gradient(_ context.Context, x, g []float64) (float64, error) {
	return f.f(x, g), nil
}

// HessianFunction is the problem of n variables that a Go function computes: it
// returns f(x), sets g to the gradient, and unless h is nil the upper triangle
// of h, n×n row-major, to the Hessian.
func HessianFunction(n int, f func(x, g, h []float64) float64) Hessianer {
	return hessianFunction{n, f}
}

type hessianFunction struct {
	n int
	f func(x, g, h []float64) float64
}

func (f hessianFunction) Dim() int { return f.n }

func (f hessianFunction) Gradient(_ context.Context, x, g []float64) (float64, error) {
	return f.f(x, g, nil), nil
}

func (f hessianFunction) Hessian(_ context.Context, x, g, h []float64) (float64, error) {
	return f.f(x, g, h), nil
}

// Differences is the problem of n variables whose value a Go function computes.
// The gradient is taken by central differences over steps of ε^⅓·max(|x_i|, 1),
// which costs 2n values and leaves some ten digits; tolerances want to be
// larger than the standard ones.
func Differences(n int, f func(x []float64) float64) Gradienter {
	place := make([]float64, n)
	return gradientFunction{n, func(x, g []float64) float64 {
		place = append(place[:0], x...)
		for i, v := range x {
			h := 0x1p-17 * max(math.Abs(v), 1)
			right, left := v+h, v-h
			place[i] = right
			above := f(place)
			place[i] = left
			g[i] = (above - f(place)) / (right - left)
			place[i] = v
		}
		return f(place)
	}}
}

// Sum is the problem of n variables that is a sum of many terms, each of which a
// Go function computes: it returns the value of term i at x and adds its gradient
// to g.
func Sum(n, terms int, term func(i int, x, g []float64) float64) FiniteSum {
	return sumOfTerms{n, terms, term}
}

type sumOfTerms struct {
	n, terms int
	term     func(i int, x, g []float64) float64
}

func (s sumOfTerms) Dim() int   { return s.n }
func (s sumOfTerms) Terms() int { return s.terms }

func (s sumOfTerms) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	return s.Sample(ctx, Batch{To: s.terms}, x, g)
}

func (s sumOfTerms) Sample(_ context.Context, b Batch, x, g []float64) (float64, error) {
	clear(g)
	sum := 0.0
	for i := range b.Len() {
		sum += s.term(b.At(i), x, g)
	}
	if b.Len() == 0 {
		return 0, nil
	}
	scale := float64(s.terms) / float64(b.Len())
	for j := range g {
		g[j] *= scale
	}
	return float64(scale * sum), nil
}
