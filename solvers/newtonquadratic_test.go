package solvers

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

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
