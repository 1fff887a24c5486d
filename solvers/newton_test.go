package solvers

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"
)

func TestRosenbrock(t *testing.T) {
	for _, x0 := range [][]float64{{-1.2, 1}, {0, 1}, {-3, -4}, {10, -10}} {
		r := minimize(t, rosenbrock(), Newton{}, x0...)
		mustEndAs(t, r, Converged)
		mustBeNear(t, r.X, []float64{1, 1}, 1e-14)
	}
}

func TestLogistic(t *testing.T) {
	// Hours of study and passing an exam, from Wikipedia's "Logistic regression":
	// intercept −4.0777, coefficient 1.5046, log-likelihood −8.02988.
	hours := []float64{
		0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 1.75, 2.00, 2.25, 2.50,
		2.75, 3.00, 3.25, 3.50, 4.00, 4.25, 4.50, 4.75, 5.00, 5.50,
	}
	pass := []float64{0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1}
	p := logistic(hours, pass)
	r := minimize(t, p, Newton{})
	mustEndAs(t, r, Converged)
	mustBeNear(t, r.X, []float64{-4.0777134, 1.5046454}, 5e-8)
	if math.Abs(r.Value-8.029878) > 1e-6 || r.GradientNorm > 1e-12 {
		t.Errorf("value %.9g, gradient %g", r.Value, r.GradientNorm)
	}
	if r.Iterations > 7 || r.Evaluations.Gradients != 0 || r.Evaluations.Hessians != r.Iterations+1 {
		t.Errorf("%d iterations, %+v", r.Iterations, r.Evaluations)
	}
	// The Hessian of the result is that at the result.
	g, h := make([]float64, 2), make([]float64, 4)
	if _, err := p.Hessian(context.Background(), r.X, g, h); err != nil || !slices.Equal(h, r.Hessian) {
		t.Errorf("Hessian %g, want %g", r.Hessian, h)
	}

	again := minimize(t, p, Newton{}, r.X...)
	mustEndAs(t, again, Converged)
	if again.Iterations > 1 {
		t.Errorf("%d iterations from the minimum", again.Iterations)
	}
}

func TestBacksOffFromWhereUndefined(t *testing.T) {
	// x − log x, started where the full step leads below zero.
	p := one(func(x float64) (v, g, h float64) { return x - math.Log(x), 1 - 1/x, 1 / (x * x) })
	r := minimize(t, p, Newton{}, 5)
	mustEndAs(t, r, Converged)
	mustBeNear(t, r.X, []float64{1}, 1e-15)
	if r.Evaluations.Gradients == 0 {
		t.Error("no step was halved")
	}
}

func TestHessianOnlyWhereGradientIsNeeded(t *testing.T) {
	// A full step overshoots from far out: two halvings, say, cost two gradients.
	p := one(func(x float64) (v, g, h float64) {
		return math.Sqrt(1 + x*x), x / math.Sqrt(1+x*x), math.Pow(1+x*x, -1.5)
	})
	r := minimize(t, p, Newton{}, 2)
	mustEndAs(t, r, Converged)
	mustBeNear(t, r.X, []float64{0}, 1e-9)
	if r.Evaluations.Gradients != p.gradients || r.Evaluations.Hessians != p.hessians || p.gradients == 0 {
		t.Errorf("%+v, want %d and %d", r.Evaluations, p.gradients, p.hessians)
	}
}

func TestRoundingIsNoReasonToHalve(t *testing.T) {
	// Near the minimum the value is noise of a few ulps, and so is the slope.
	for _, tolerance := range []float64{0, 1e-300} {
		evaluations := 0
		p := one(func(x float64) (v, g, h float64) {
			evaluations++
			noise := float64(evaluations%7) * 0x1p-52
			return 1 + noise + x*x/2, x + 1000*noise, 1
		})
		r := minimize(t, p, Newton{Tolerance: tolerance}, 1e-3)
		mustEndAs(t, r, Converged)
		if r.Evaluations.Gradients != 0 || r.Iterations > 7 {
			t.Errorf("%d iterations, %+v", r.Iterations, r.Evaluations)
		}
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	p := rosenbrock()
	it := &Iterate{X: []float64{-1.2, 1}}
	s, err := Newton{}.Start(context.Background(), p, it)
	if err != nil {
		t.Fatal(err)
	}
	if count := testing.AllocsPerRun(3, func() {
		if err := s.Step(context.Background(), it); err != nil || it.Status != Running {
			t.Fatal(it.Status, err)
		}
	}); count != 0 {
		t.Errorf("%g allocations", count)
	}
}

// The sum was taken on amd64; a difference means that some product was fused
// or some sum reordered.
func TestBitsAreTheSameOnEveryMachine(t *testing.T) {
	sum := fnv.New64a()
	for it, err := range Iterates(context.Background(), rosenbrock(), Newton{}, []float64{-1.2, 1}, Settings{}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []float64{it.X[0], it.X[1], it.Value, it.Decrement, it.Condition, it.StepLength} {
			fmt.Fprintf(sum, "%x ", math.Float64bits(v))
		}
	}
	columns := make([][]float64, 9)
	var y []float64
	for i := range 40 {
		y = append(y, float64((i*i*i)%17))
		for j := range columns {
			columns[j] = append(columns[j], float64((i*i*(j+1)+3*i*j)%19)/3)
		}
	}
	r := minimize(t, newLeastSquares(y, columns...), Newton{})
	for _, v := range append(r.X, r.Value, r.Decrement, r.Condition) {
		fmt.Fprintf(sum, "%x ", math.Float64bits(v))
	}
	if got := fmt.Sprintf("%x", sum.Sum64()); got != "40e348269ed992b3" {
		t.Errorf("bits %s", got)
	}
}
