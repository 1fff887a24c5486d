package batch

import (
	"fmt"
	"math"
	"runtime"

	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// Options are those of every fit of a batch. The zero value is least squares
// with an intercept.
type Options struct {
	Loss        loss.Loss // loss.Squared, loss.Logistic or loss.Poisson; nil is loss.Squared
	L2          float64   // λ, the weight of the penalty λ/2 ‖β‖², which leaves the intercept alone
	NoIntercept bool

	// StdErrors and Deviance ask for these beside the coefficients.
	StdErrors, Deviance bool

	MaxIterations int     // of a loss that is not quadratic; 0 means 100
	Tolerance     float64 // gain of a step, relative to the loss, that counts as converged; 0 means 1e-14
	Threads       int     // 0 means runtime.GOMAXPROCS(0)
}

func (o Options) check() error {
	switch o.Loss.(type) {
	case nil, loss.Squared, loss.Logistic, loss.Poisson:
	default:
		return fmt.Errorf("batch: loss %T; the choice is loss.Squared, loss.Logistic and loss.Poisson", o.Loss)
	}
	switch {
	case !(o.L2 >= 0) || math.IsInf(o.L2, 0):
		return fmt.Errorf("batch: L2 is %v; it is a finite number, not negative", o.L2)
	case !(o.Tolerance >= 0 && o.Tolerance < 1):
		return fmt.Errorf("batch: Tolerance is %v; it lies between 0 and 1", o.Tolerance)
	case o.MaxIterations < 0:
		return fmt.Errorf("batch: MaxIterations is %d", o.MaxIterations)
	case o.Threads < 0:
		return fmt.Errorf("batch: Threads is %d", o.Threads)
	}
	return nil
}

func (o Options) threads() int {
	if o.Threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Threads
}

// width is the number of coefficients of a fit to so many columns.
func (o Options) width(columns int) int {
	if o.NoIntercept {
		return columns
	}
	return 1 + columns
}
