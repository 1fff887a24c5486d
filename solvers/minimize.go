package solvers

import (
	"context"
	"math"
	"slices"
)

// A Result is how a run ended, with the best point it has seen: the last one,
// unless an earlier value is lower by more than rounding.
type Result struct {
	X            []float64
	Value        float64
	Gradient     []float64
	GradientNorm float64
	// Hessian is that at X, Dim×Dim row-major with the upper triangle set, or
	// nil if the method did not evaluate it there.
	Hessian []float64
	// Decrement and Condition are those of the last iterate.
	Decrement, Condition float64

	Status      Status
	Reason      string
	Iterations  int
	Evaluations Evaluations
	Seed        uint64 // of the random numbers, if the method is stochastic
}

// Minimize runs the method to its end: it drains [Iterates]. The result is
// never nil. With an error it holds the best point until then; if the context
// ended, that error is ctx.Err() and the status Canceled. Settings.Keeper and
// Settings.From are for runs that may be stopped.
func Minimize(ctx context.Context, p Problem, m Method, x0 []float64, s Settings) (*Result, error) {
	var last *Iterate
	var end error
	for it, err := range Iterates(ctx, p, m, x0, s) {
		last, end = it, err
	}
	r := &last.run.best
	r.finish(last)
	return r, end
}

// keep copies the iterate if it is the best one so far.
func (r *Result) keep(it *Iterate) {
	if r.X != nil && !math.IsNaN(r.Value) && !(it.Value < r.Value) {
		return
	}
	r.X = append(r.X[:0], it.X...)
	r.Gradient = append(r.Gradient[:0], it.Gradient...)
	r.Value, r.GradientNorm = it.Value, it.GradientNorm
}

// finish takes over the last iterate, which nobody overwrites any more.
func (r *Result) finish(it *Iterate) {
	if r.X == nil || it.Value <= r.Value+rounding(r.Value) {
		r.X, r.Value, r.Gradient, r.GradientNorm = it.X, it.Value, it.Gradient, it.GradientNorm
	}
	if slices.Equal(r.X, it.X) {
		r.Hessian = it.Hessian
	}
	r.Decrement, r.Condition = it.Decrement, it.Condition
	r.Status, r.Reason = it.Status, it.Reason
	r.Iterations, r.Evaluations, r.Seed = it.Iteration, it.Evaluations, it.Seed
}
