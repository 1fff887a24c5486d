// Package gonum makes problems of gonum's optimize and of package solvers of
// each other, so that methods of one minimise problems of the other.
package gonum

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/solvers"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// From is a problem of gonum in n variables as one of solvers: a
// [solvers.Hessianer] if it has Grad and Hess, else a [solvers.Gradienter],
// whose gradient is taken by differences if it has no Grad. If the problem has
// a Status, that is asked before every evaluation, and ends the run as an
// error unless it is NotTerminated. A problem without Func is an error.
func From(p optimize.Problem, n int) (solvers.Gradienter, error) {
	if p.Func == nil {
		return nil, errors.New("gonum: the problem has no Func")
	}
	f := &from{problem: p, differences: solvers.Differences(n, p.Func)}
	if p.Grad != nil && p.Hess != nil {
		f.hessian = mat.NewSymDense(max(n, 1), nil)
		return fromHessian{f}, nil
	}
	return f, nil
}

type from struct {
	problem     optimize.Problem
	differences solvers.Gradienter
	hessian     *mat.SymDense
}

func (f *from) Dim() int { return f.differences.Dim() }

func (f *from) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	if f.problem.Status != nil {
		switch status, err := f.problem.Status(); {
		case err != nil:
			return 0, err
		case status != optimize.NotTerminated:
			return 0, errors.New("gonum: the problem has ended the run: " + status.String())
		}
	}
	if f.problem.Grad == nil {
		return f.differences.Gradient(ctx, x, g)
	}
	f.problem.Grad(g, x)
	return f.problem.Func(x), nil
}

type fromHessian struct{ *from }

func (f fromHessian) Hessian(ctx context.Context, x, g, h []float64) (float64, error) {
	value, err := f.Gradient(ctx, x, g)
	if err != nil || len(x) == 0 {
		return value, err
	}
	f.problem.Hess(f.hessian, x)
	raw := f.hessian.RawSymmetric()
	n := len(x)
	for i := range n {
		copy(h[i*n+i:(i+1)*n], raw.Data[i*raw.Stride+i:i*raw.Stride+n])
	}
	return value, nil
}

// To is a problem of solvers as one of gonum, with Func and Grad, and with Hess
// if it is a [solvers.Hessianer]. Value, gradient and Hessian that are asked
// for at one place take one evaluation, or two where the Hessian comes last. An
// error of an evaluation, or the end of ctx, makes its value NaN and is what
// Status returns. It must not be used by several goroutines at once: leave
// optimize.Settings.Concurrent at zero.
func To(ctx context.Context, p solvers.Gradienter) optimize.Problem {
	n := p.Dim()
	t := &to{ctx: ctx, problem: p, gradient: make([]float64, n)}
	out := optimize.Problem{Func: t.value, Grad: t.grad, Status: t.status}
	if h, ok := p.(solvers.Hessianer); ok {
		t.hessianer, t.hessian = h, make([]float64, n*n)
		out.Hess = t.hess
	}
	return out
}

type to struct {
	ctx       context.Context
	problem   solvers.Gradienter
	hessianer solvers.Hessianer
	err       error

	at                []float64 // where the rest is known; nil is nowhere
	f                 float64
	gradient, hessian []float64
	second            bool // the Hessian is known too
}

func (t *to) evaluate(x []float64, second bool) {
	if t.at != nil && slices.Equal(t.at, x) && (t.second || !second) {
		return
	}
	if t.err == nil {
		t.err = t.ctx.Err()
	}
	if t.err == nil {
		if second {
			t.f, t.err = t.hessianer.Hessian(t.ctx, x, t.gradient, t.hessian)
		} else {
			t.f, t.err = t.problem.Gradient(t.ctx, x, t.gradient)
		}
	}
	t.at, t.second = append(t.at[:0], x...), second
	if t.err != nil {
		t.at, t.f = nil, math.NaN()
	}
}

func (t *to) value(x []float64) float64 {
	t.evaluate(x, false)
	return t.f
}

func (t *to) grad(grad, x []float64) {
	t.evaluate(x, false)
	copy(grad, t.gradient)
}

func (t *to) hess(dst *mat.SymDense, x []float64) {
	t.evaluate(x, true)
	n := len(x)
	for i := range n {
		for j := i; j < n; j++ {
			dst.SetSym(i, j, t.hessian[i*n+j])
		}
	}
}

func (t *to) status() (optimize.Status, error) {
	if t.err != nil {
		return optimize.Failure, t.err
	}
	return optimize.NotTerminated, nil
}
