package solvers

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
)

// A Net is an elastic net, Σ L1_i·|x_i| + ½·Σ L2_i·x_i². No entry is negative.
type Net struct {
	L1 L1
	L2 []float64 // nil is zero
}

// Path minimises f + h for one net h after another, each from the minimum of the
// last: the iterate at the end of every run, whose Iteration counts the steps of
// that run alone. x0 is as for [Iterates]. Nets are asked for when they are
// needed, so that one may depend on the minimum before; they must not change
// afterwards.
//
// Of one net after a larger one, a variable at zero is swept if |g_j| ≥
// 2·L1_j − L1'_j > 0, where g is the gradient at the minimum before and L1' the
// weights there: others seldom move (the sequential strong rule). Whether they
// do is seen in the gradient at the end of every model.
//
// f has a Hessian for every net at most where it is not [Quadratic]: that of the
// net before will do as long as the gain to be had falls by a factor of 16 a
// step. A run ends at a limit, or where it finds nothing better, with a status;
// an error ends the path.
//
// Source: Tibshirani and others, Strong rules for discarding predictors in
// lasso-type problems (2012).
func (m CoordinateDescent) Path(ctx context.Context, f Hessianer, x0 []float64, nets iter.Seq[Net], s Settings) iter.Seq2[*Iterate, error] {
	return func(yield func(*Iterate, error) bool) {
		it := &Iterate{X: slices.Clone(x0), Value: math.NaN(), GradientNorm: math.NaN()}
		if it.X == nil {
			it.X = make([]float64, f.Dim())
		}
		var stepper *coordinateStepper
		for net := range nets {
			err := error(nil)
			switch n := f.Dim(); {
			case len(net.L1) != n || net.L2 != nil && len(net.L2) != n || len(it.X) != n:
				err = fmt.Errorf("solvers: a net of %d and %d weights from a start of length %d, for %d variables", len(net.L1), len(net.L2), len(it.X), n)
			case stepper == nil:
				stepper, err = m.start(ctx, f, net.L1, net.L2, it)
			default:
				it.Iteration, it.Status, it.Reason = 0, Running, ""
				stepper.turn(it, net)
			}
			for err == nil && it.Status == Running {
				if limit := s.maxIterations(m); it.Iteration >= limit {
					it.stop(IterationLimit, fmt.Sprintf("the limit of %d iterations is reached", limit))
					break
				}
				err = stepper.Step(ctx, it)
			}
			if err != nil {
				yield(it, it.fail(ctx, err))
				return
			}
			it.GradientNorm = largestAbsolute(it.Gradient)
			if !yield(it, nil) {
				return
			}
		}
	}
}

// turn goes on from the iterate with another net.
func (s *coordinateStepper) turn(it *Iterate, net Net) {
	before := s.region.(L1)
	it.Value += net.L1.Value(it.X) - before.Value(it.X)
	for i, x := range it.X {
		ridge := 0.0
		if s.ridge != nil {
			ridge -= s.ridge[i]
		}
		if net.L2 != nil {
			ridge += net.L2[i]
		}
		it.Value += 0.5 * float64(float64(ridge*x)*x)
		s.gradient[i] += float64(ridge * x)
	}
	s.region, s.ridge = net.L1, net.L2
	s.goal.beginAnew(it)
	s.sweeps.hint = func(j int) bool {
		least := float64(2*net.L1[j]) - before[j]
		return least > 0 && math.Abs(s.gradient[j]) >= least
	}
	s.aim(it)
	if largestAbsolute(it.Gradient) == 0 || s.goal.reached(it.Decrement/2, it.Value) {
		it.stop(Converged, "the minimum is that of the net before")
	}
}
