package solvers

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"
)

func minimize(t *testing.T, p Problem, m Method, x0 ...float64) *Result {
	t.Helper()
	r, err := Minimize(context.Background(), p, m, x0, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustEndAs(t *testing.T, r *Result, status Status) {
	t.Helper()
	if r.Status != status || r.Reason == "" {
		t.Fatalf("status %v (%s) after %d iterations at x = %g, f = %g; want %v",
			r.Status, r.Reason, r.Iterations, r.X, r.Value, status)
	}
}

func mustBeNear(t *testing.T, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("length %d, want %d", len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			t.Errorf("entry %d is %.17g, want %.17g", i, got[i], want[i])
		}
	}
}

func TestQuadraticTakesTwoPasses(t *testing.T) {
	u := []float64{1, 2, 3, 4, 5, 6}
	p := newLeastSquares([]float64{2.1, 3.9, 6.2, 7.8, 10.1, 12.2}, []float64{1, 1, 1, 1, 1, 1}, u)
	r := minimize(t, p, Newton{})
	mustEndAs(t, r, Converged)
	// Σ(u−ū)(y−ȳ) / Σ(u−ū)² = 35.35 / 17.5, and ȳ = 7.05.
	slope := 35.35 / 17.5
	mustBeNear(t, r.X, []float64{7.05 - 3.5*slope, slope}, 4e-15)
	if r.Iterations != 1 || r.Evaluations != (Evaluations{Gradients: 1, Hessians: 1}) || p.gradients != 1 || p.hessians != 1 {
		t.Errorf("%d iterations, %+v", r.Iterations, r.Evaluations)
	}
	if r.GradientNorm > 1e-13 || r.Decrement > 1e-25 || r.Hessian == nil {
		t.Errorf("gradient %g, decrement %g", r.GradientNorm, r.Decrement)
	}
	g := make([]float64, 2)
	if want, _ := p.Gradient(context.Background(), r.X, g); math.Abs(r.Value-want) > 1e-14*want {
		t.Errorf("value %.17g, want %.17g", r.Value, want)
	}
}

func TestQuadraticRefinesWhatTheGramMatrixLost(t *testing.T) {
	// 1/VIF is some 1e-10: the normal equations alone leave some 5 digits.
	var y []float64
	columns := make([][]float64, 4)
	for i := range 50 {
		u, v, w := float64(i%7), float64(i%11), float64(i%13)
		y = append(y, 1+2*u-3*v+4*(u+v+1e-5*w)+float64((i*i)%5-2))
		for j, value := range []float64{1, u, v, u + v + 1e-5*w} {
			columns[j] = append(columns[j], value)
		}
	}
	p := newLeastSquares(y, columns...)
	r := minimize(t, p, Newton{})
	mustEndAs(t, r, Converged)
	for j, column := range columns {
		size, sum := 0.0, 0.0
		for i := range y {
			residual := y[i]
			for k := range columns {
				residual -= columns[k][i] * r.X[k]
			}
			sum += residual * column[i]
			size += math.Abs(residual * column[i])
		}
		if math.Abs(sum) > 1e-9*size {
			t.Errorf("column %d: the residuals correlate by %g", j, sum/size)
		}
	}
	if r.Condition < 1e9 || r.Condition > 1e12 {
		t.Errorf("condition %g", r.Condition)
	}
}

// single is a least squares problem whose Hessian is summed in float32.
type single struct{ *leastSquares }

func (single) HessianTolerance() float64 { return 1e-5 }

func (p single) Hessian(ctx context.Context, x, g, h []float64) (float64, error) {
	f, err := p.leastSquares.Hessian(ctx, x, g, h)
	for i := range h {
		h[i] = float64(float32(h[i]))
	}
	return f, err
}

func TestQuadraticWithHessianInFloat32(t *testing.T) {
	var y []float64
	columns := make([][]float64, 4)
	for i := range 50 {
		u, v := float64(i%7)+0.1, float64(i%11)/3
		y = append(y, 1+2*u-3*v+float64((i*i)%5-2)/1000)
		for j, value := range []float64{1, u, v, float64(i % 13)} {
			columns[j] = append(columns[j], value)
		}
	}
	p := newLeastSquares(y, columns...)
	want := minimize(t, p, Newton{})
	got := minimize(t, single{p}, Newton{})
	mustEndAs(t, got, Converged)
	mustBeNear(t, got.X, want.X, 1e-12)

	collinear := newLeastSquares(y, columns[0], columns[1], columns[2], columns[1])
	_, err := Minimize(context.Background(), single{collinear}, Newton{}, nil, Settings{})
	if e := new(SingularError); !errors.As(err, &e) || !slices.Equal(e.Columns, []int{3}) {
		t.Errorf("error %v", err)
	}
}

func TestQuadraticExactFit(t *testing.T) {
	p := newLeastSquares([]float64{1, 3, 5, 7.1}, []float64{1, 1, 1, 1}, []float64{0, 1, 2, 3.05})
	r := minimize(t, p, Newton{})
	mustEndAs(t, r, Converged)
	mustBeNear(t, r.X, []float64{1, 2}, 1e-14)
	if r.Value < 0 || r.Value > 1e-28 {
		t.Errorf("value %g", r.Value)
	}
}

func TestQuadraticIllConditionedExactFit(t *testing.T) {
	columns := make([][]float64, 3)
	var y []float64
	for i := range 20 {
		u, w := float64(i%7)/3, float64(i%5)/7
		y = append(y, 1+u)
		for j, v := range []float64{1, u, u + 1e-4*w} {
			columns[j] = append(columns[j], v)
		}
	}
	r := minimize(t, newLeastSquares(y, columns...), Newton{})
	mustEndAs(t, r, Converged)
	mustBeNear(t, r.X, []float64{1, 1, 0}, 1e-10)
}

func TestQuadraticStartedWithinRounding(t *testing.T) {
	p := newLeastSquares([]float64{1, 3, 5, 7.1}, []float64{1, 1, 1, 1}, []float64{0, 1, 2, 3.05})
	for _, x0 := range [][]float64{{1 + 4*epsilon, 2}, {1 - 100*epsilon, 2 + 30*epsilon}, {1 + 1e-9, 2}} {
		r := minimize(t, p, Newton{}, x0...)
		mustEndAs(t, r, Converged)
		mustBeNear(t, r.X, []float64{1, 2}, 1e-14)
	}
}

func TestQuadraticStartedAtTheMinimum(t *testing.T) {
	p := newLeastSquares([]float64{1, -1, 1, -1}, []float64{1, 1, 1, 1})
	r := minimize(t, p, Newton{})
	mustEndAs(t, r, Converged)
	if r.Iterations != 0 || r.Evaluations.Hessians != 1 || r.Evaluations.Gradients != 0 {
		t.Errorf("%d iterations, %+v", r.Iterations, r.Evaluations)
	}
}

// claimed says that a function is quadratic.
type claimed struct{ *function }

func (claimed) Quadratic() bool { return true }

func TestQuadraticWithoutMinimum(t *testing.T) {
	saddle := &function{n: 2, evaluate: func(x, g, h []float64) float64 {
		g[0], g[1] = 2*x[0]+1, -2*x[1]
		copy(h, []float64{2, 0, 0, -2})
		return x[0]*x[0] + x[0] - x[1]*x[1]
	}}
	slope := one(func(x float64) (v, g, h float64) { return x, 1, 0 })
	for _, p := range []*function{saddle, slope} {
		mustEndAs(t, minimize(t, claimed{p}, Newton{}), Unbounded)
	}
}

func TestFalseQuadraticStalls(t *testing.T) {
	quartic := one(func(x float64) (v, g, h float64) { return x * x * x * x, 4 * x * x * x, 12 * x * x })
	mustEndAs(t, minimize(t, claimed{quartic}, Newton{}, 1), Stalled)
	undefined := one(func(x float64) (v, g, h float64) { return 1 + math.Sqrt(-x), 1, 1 })
	mustEndAs(t, minimize(t, claimed{undefined}, Newton{}, -0.1), Stalled)
}

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

func TestUnsupported(t *testing.T) {
	_, err := Minimize(context.Background(), dimension(2), Newton{}, nil, Settings{})
	if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "Hessian") {
		t.Errorf("error %v", err)
	}
}

// dimension is a problem that can compute nothing.
type dimension int

func (d dimension) Dim() int { return int(d) }
