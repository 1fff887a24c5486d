package solvers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestIteratesFromTheStartToAStatus(t *testing.T) {
	last := -1
	var end Status
	for it, err := range Iterates(context.Background(), rosenbrock(), Newton{}, []float64{-1.2, 1}, Settings{}) {
		if err != nil {
			t.Fatal(err)
		}
		if end != Running {
			t.Fatal("an iterate after the end")
		}
		if it.Iteration != last+1 || it.Evaluations.Hessians <= it.Iteration {
			t.Errorf("iteration %d after %d, %+v", it.Iteration, last, it.Evaluations)
		}
		if it.GradientNorm != max(math.Abs(it.Gradient[0]), math.Abs(it.Gradient[1])) {
			t.Errorf("gradient %g, norm %g", it.Gradient, it.GradientNorm)
		}
		if it.Iteration == 0 && !slices.Equal(it.X, []float64{-1.2, 1}) {
			t.Errorf("starts at %g", it.X)
		}
		last, end = it.Iteration, it.Status
	}
	if end != Converged || last < 5 {
		t.Errorf("ends %v after %d", end, last)
	}
}

func TestBreakEndsTheRun(t *testing.T) {
	p := rosenbrock()
	for it := range Iterates(context.Background(), p, Newton{}, nil, Settings{}) {
		if it.Iteration == 2 {
			break
		}
	}
	if p.hessians > 4 {
		t.Errorf("%d evaluations of the Hessian", p.hessians)
	}
}

func TestIterationLimit(t *testing.T) {
	x0 := []float64{-1.2, 1}
	r, err := Minimize(context.Background(), rosenbrock(), Newton{}, x0, Settings{MaxIterations: 3})
	if err != nil || r.Status != IterationLimit || r.Iterations != 3 {
		t.Errorf("%v, %+v", err, r)
	}
	if !strings.Contains(r.Reason, "3") {
		t.Error(r.Reason)
	}
	if !slices.Equal(x0, []float64{-1.2, 1}) {
		t.Error("the start was changed")
	}
}

func TestNoVariables(t *testing.T) {
	p := &function{evaluate: func(x, g, h []float64) float64 { return 42 }}
	for _, q := range []Problem{p, claimed{p}} {
		r := minimize(t, q, Newton{})
		mustEndAs(t, r, Converged)
		if r.Iterations != 0 || r.Value != 42 || r.X == nil || len(r.X) != 0 {
			t.Errorf("%+v", r)
		}
	}
}

func TestWrongLength(t *testing.T) {
	r, err := Minimize(context.Background(), rosenbrock(), Newton{}, []float64{1}, Settings{})
	if err == nil || r == nil || r.Status != Failed {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestDefaultsAreNotWrittenBack(t *testing.T) {
	m := Newton{}
	s := Settings{}
	if _, err := Minimize(context.Background(), rosenbrock(), &m, nil, s); err != nil {
		t.Fatal(err)
	}
	if m != (Newton{}) || s != (Settings{}) {
		t.Errorf("%+v, %+v", m, s)
	}
}

// interrupted ends the context, or fails, at an evaluation.
type interrupted struct {
	*function
	at    int
	cause func() error
}

func (p interrupted) interrupt() error {
	if p.gradients+p.hessians == p.at {
		return p.cause()
	}
	return nil
}

func (p interrupted) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	if err := p.interrupt(); err != nil {
		return 0, err
	}
	return p.function.Gradient(ctx, x, g)
}

func (p interrupted) Hessian(ctx context.Context, x, g, h []float64) (float64, error) {
	if err := p.interrupt(); err != nil {
		return 0, err
	}
	return p.function.Hessian(ctx, x, g, h)
}

func TestCancelKeepsTheBestPoint(t *testing.T) {
	for at := range 8 {
		for _, reported := range []error{nil, errors.New("wrapped")} {
			ctx, cancel := context.WithCancel(context.Background())
			p := interrupted{rosenbrock(), at, func() error { cancel(); return reported }}
			r, err := Minimize(ctx, p, Newton{}, []float64{-1.2, 1}, Settings{})
			if err != context.Canceled || r.Status != Canceled || r.Reason == "" {
				t.Fatalf("at %d: %v, %+v", at, err, r)
			}
			if r.Iterations > at {
				t.Errorf("at %d: %d iterations", at, r.Iterations)
			}
			if g := make([]float64, 2); r.Gradient != nil {
				if f, _ := p.function.Gradient(context.Background(), r.X, g); f != r.Value || !slices.Equal(g, r.Gradient) {
					t.Errorf("at %d: f = %g and gradient %g do not belong to x = %g", at, r.Value, r.Gradient, r.X)
				}
			}
		}
	}
}

// interruptedQuadratic is interrupted, and quadratic.
type interruptedQuadratic struct{ interrupted }

func (interruptedQuadratic) Quadratic() bool { return true }

func TestCancelBetweenThePassesOfAQuadratic(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	parabola := one(func(x float64) (v, g, h float64) { return x * x, 2 * x, 2 })
	p := interruptedQuadratic{interrupted{parabola, 1, func() error { cancel(); return ctx.Err() }}}
	r, err := Minimize(ctx, p, Newton{}, []float64{3}, Settings{})
	if err != context.Canceled || r.Status != Canceled || r.X[0] != 3 || r.Value != 9 || r.Iterations != 0 {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestErrorOfTheProblem(t *testing.T) {
	broken := errors.New("line 7")
	p := interrupted{rosenbrock(), 2, func() error { return broken }}
	r, err := Minimize(context.Background(), p, Newton{}, []float64{-1.2, 1}, Settings{})
	if !errors.Is(err, broken) || r.Status != Failed || r.Iterations != 1 || r.Value >= 24.2 {
		t.Errorf("%v, %+v", err, r)
	}
}

// walk is a method that goes through given points, whatever their values.
type walk []float64

func (walk) Name() string { return "walk" }

func (w walk) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	g, err := need[Gradienter](w, p, "a gradient")
	if err != nil {
		return nil, err
	}
	it.Gradient = make([]float64, p.Dim())
	it.Value, err = g.Gradient(ctx, it.X, it.Gradient)
	return &walker{g, w}, err
}

type walker struct {
	p    Gradienter
	rest walk
}

func (w *walker) Step(ctx context.Context, it *Iterate) (err error) {
	if len(w.rest) == 0 {
		it.stop(Stalled, "the walk is over")
		return nil
	}
	it.X[0], w.rest = w.rest[0], w.rest[1:]
	it.Iteration++
	it.Value, err = w.p.Gradient(ctx, it.X, it.Gradient)
	return err
}

func TestBestPointIsKept(t *testing.T) {
	parabola := one(func(x float64) (v, g, h float64) { return 1 + x*x, 2 * x, 2 })
	for _, c := range []struct {
		x0   float64
		walk walk
		want float64
	}{
		{5, walk{2, -1, 3, 4}, -1},
		{0, walk{2, 3}, 0},
		{4, walk{3, 2, 1}, 1},
		{5, walk{1, math.NaN()}, 1},
		{math.NaN(), walk{2, 3}, 2},
		// A rise within rounding is none: the last point stays.
		{1, walk{1e-9, 2e-9}, 2e-9},
	} {
		r := minimize(t, parabola, c.walk, c.x0)
		mustEndAs(t, r, Stalled)
		if r.X[0] != c.want || r.Value != 1+c.want*c.want || r.Gradient[0] != 2*c.want || r.GradientNorm != math.Abs(2*c.want) {
			t.Errorf("walk %g: %+v", c.walk, r)
		}
		if r.Iterations != len(c.walk) {
			t.Errorf("%d iterations", r.Iterations)
		}
	}
}

func TestStopperIsAskedOncePerIterate(t *testing.T) {
	parabola := one(func(x float64) (v, g, h float64) { return x * x, 2 * x, 2 })
	var asked []int
	p := stopper{parabola, func(it *Iterate) (Status, string) {
		asked = append(asked, it.Iteration)
		return Running, ""
	}}
	mustEndAs(t, minimize(t, p, walk{1, 2}, 5), Stalled)
	if !slices.Equal(asked, []int{0, 1, 2}) {
		t.Errorf("asked at %d", asked)
	}
	p.stop = func(it *Iterate) (Status, string) { return Separated, "seen" }
	r := minimize(t, p, Newton{}, 0)
	mustEndAs(t, r, Separated)
	if r.Reason != "seen" {
		t.Error(r.Reason)
	}
}

type stopper struct {
	*function
	stop func(it *Iterate) (Status, string)
}

func (s stopper) Stop(it *Iterate) (Status, string) { return s.stop(it) }

func TestStatusInWords(t *testing.T) {
	for s := Running; s <= Failed; s++ {
		if word := s.String(); word == "" || strings.HasPrefix(word, "Status(") {
			t.Errorf("%d is %q", int(s), word)
		}
	}
	if got := fmt.Sprint(Status(99), Status(-1)); got != "Status(99) Status(-1)" {
		t.Error(got)
	}
}
