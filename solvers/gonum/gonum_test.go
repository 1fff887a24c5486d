package gonum_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/gonum"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/optimize/functions"
)

func ExampleFrom() {
	wood := functions.Wood{}
	p, err := gonum.From(optimize.Problem{Func: wood.Func, Grad: wood.Grad}, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := solvers.Minimize(context.Background(), p, solvers.LBFGS{}, []float64{-3, -1, -3, -1}, solvers.Settings{})
	fmt.Printf("%v at %.6f %v\n", r.Status, r.X, err)
	// Output:
	// converged at [1.000000 1.000000 1.000000 1.000000] <nil>
}

func ExampleTo() {
	bowl := solvers.Function(2, func(x, g []float64) float64 {
		g[0], g[1] = 2*(x[0]-3), 8*(x[1]+1)
		return (x[0]-3)*(x[0]-3) + 4*(x[1]+1)*(x[1]+1)
	})
	r, err := optimize.Minimize(gonum.To(context.Background(), bowl), []float64{0, 0}, nil, &optimize.BFGS{})
	fmt.Printf("%.6f %v\n", r.X, err)
	// Output:
	// [3.000000 -1.000000] <nil>
}

func TestThereAndBack(t *testing.T) {
	watson := functions.Watson{}
	there := optimize.Problem{Func: watson.Func, Grad: watson.Grad, Hess: watson.Hess}
	for _, with := range []optimize.Problem{{Func: there.Func}, {Func: there.Func, Grad: there.Grad}, there} {
		p, err := gonum.From(with, 6)
		if err != nil {
			t.Fatal(err)
		}
		_, second := p.(solvers.Hessianer)
		back := gonum.To(context.Background(), p)
		if second != (with.Hess != nil) || second != (back.Hess != nil) {
			t.Errorf("a Hessian %v became %v and %v", with.Hess != nil, second, back.Hess != nil)
		}
		var m optimize.Method = &optimize.LBFGS{}
		if second {
			m = &optimize.Newton{}
		}
		r, err := optimize.Minimize(back, make([]float64, 6), &optimize.Settings{GradientThreshold: 1e-5}, m)
		if err != nil || math.Abs(r.F-0.00228767005355) > 1e-7 {
			t.Errorf("%v, %+v", err, r)
		}
		if second {
			ours, err := solvers.Minimize(context.Background(), p, solvers.Newton{}, nil, solvers.Settings{})
			if err != nil || math.Abs(ours.Value-0.00228767005355) > 1e-12 {
				t.Errorf("%v, %+v", err, ours)
			}
		}
	}
}

func TestErrorsPass(t *testing.T) {
	if _, err := gonum.From(optimize.Problem{}, 2); err == nil {
		t.Error("no Func is no error")
	}
	broken := errors.New("broken")
	sphere := optimize.Problem{Func: functions.Sphere{}.Func, Grad: functions.Sphere{}.Grad}
	for _, status := range []func() (optimize.Status, error){
		func() (optimize.Status, error) { return optimize.Failure, broken },
		func() (optimize.Status, error) { return optimize.RuntimeLimit, nil },
	} {
		p := sphere
		p.Status = status
		ours, err := gonum.From(p, 2)
		if err != nil {
			t.Fatal(err)
		}
		r, err := solvers.Minimize(context.Background(), ours, solvers.BFGS{}, []float64{1, 2}, solvers.Settings{})
		if err == nil || r.Status != solvers.Failed {
			t.Errorf("%v, %+v", err, r)
		}
		if _, err := optimize.Minimize(gonum.To(context.Background(), ours), []float64{1, 2}, nil, &optimize.BFGS{}); err == nil {
			t.Error("an evaluation that failed is no error")
		}
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	ours, _ := gonum.From(sphere, 2)
	if _, err := optimize.Minimize(gonum.To(canceled, ours), []float64{1, 2}, nil, &optimize.BFGS{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
