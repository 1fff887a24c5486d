package glm

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// Options are those of a fit. The zero value is least squares with an
// intercept and no penalty.
type Options struct {
	Family      Family
	Parameters  Parameters // of the family
	L1          float64    // λ₁, the weight of the penalty λ₁ ‖β‖₁: lasso, beside an L2 an elastic net
	L2          float64    // λ, the weight of the penalty λ/2 ‖β‖²
	NoIntercept bool

	// PenaltyFactors multiply λ₁ and λ, one factor a column, so that the penalty is
	// λ₁ Σ factorⱼ·|βⱼ| + λ/2 Σ factorⱼ·βⱼ². 0 leaves a column without a penalty; nil means 1 for all.
	PenaltyFactors []float64

	// Lower and Upper are bounds of the coefficients, one a column, in the units of
	// the data; ±Inf is none, and nil means none for all. The intercept has none.
	// [solvers.BoxMethods] lists the methods that take them. They do not go with an
	// L1 penalty. Sums are float64 whatever the columns are. Where the fit ends at a
	// bound, what follows from a likelihood that is at its maximum is undefined:
	// standard errors of all coefficients, AIC and BIC.
	Lower, Upper []float64

	// Standardize lets the penalty act on the coefficients of columns scaled
	// to standard deviation one (weighted, of the population). Coefficients
	// are in the units of the data all the same.
	Standardize bool

	Method        solvers.Method // nil chooses by the loss and the number of columns; the model says what and why
	Tolerance     float64        // of the method that is chosen; 0 is its own
	Precision     Precision      // of the sums; the model says which was used
	MaxIterations int            // 0 means the limit of the method
	Threads       int            // 0 means runtime.GOMAXPROCS(0), or fewer where rows in memory are too few for so many

	// Observe is called with every iterate, the start included; nil is none.
	// The iterate is valid during the call only. Its variables are the
	// intercept, if there is one, and the coefficients, both of centered columns.
	// A fit in exact precision has none to show.
	Observe func(*solvers.Iterate)

	Checkpoints Checkpoints // for a fit that may be stopped
}

func (o Options) check() error {
	switch {
	case !o.Family.known():
		return fmt.Errorf("glm: family %d is not known", int(o.Family))
	case o.Parameters.Check(o.Family) != nil:
		return o.Parameters.Check(o.Family)
	case !(o.L2 >= 0) || math.IsInf(o.L2, 0):
		return fmt.Errorf("glm: L2 is %v; it is a finite number, not negative", o.L2)
	case o.checkL1() != nil:
		return o.checkL1()
	case o.checkBounds() != nil:
		return o.checkBounds()
	case !o.Precision.known():
		return fmt.Errorf("glm: precision %d is not known", int(o.Precision))
	case !(o.Tolerance >= 0 && o.Tolerance < 1):
		return fmt.Errorf("glm: Tolerance is %v; it lies between 0 and 1", o.Tolerance)
	case o.Tolerance != 0 && o.Method != nil:
		return errors.New("glm: Tolerance is for the method that is chosen; one that is given has its own")
	case o.MaxIterations < 0:
		return fmt.Errorf("glm: MaxIterations is %d", o.MaxIterations)
	case o.Threads < 0:
		return fmt.Errorf("glm: Threads is %d", o.Threads)
	}
	return nil
}

// checkFactors is for a fit of as many columns.
func (o Options) checkFactors(columns int) error {
	if o.PenaltyFactors == nil {
		return nil
	}
	switch {
	case len(o.PenaltyFactors) != columns:
		return fmt.Errorf("glm: %d penalty factors for %d columns", len(o.PenaltyFactors), columns)
	case o.L1 == 0 && o.L2 == 0:
		return errors.New("glm: there are penalty factors and no L1 or L2 that they multiply")
	}
	for j, factor := range o.PenaltyFactors {
		if !(factor >= 0) || math.IsInf(factor, 0) {
			return fmt.Errorf("glm: penalty factor %d is %v; it is a finite number, not negative", j, factor)
		}
	}
	if columns > 0 && slices.Max(o.PenaltyFactors) == 0 {
		return errors.New("glm: every penalty factor is 0; leave L1 and L2 out")
	}
	return nil
}

func (o Options) threads() int {
	if o.Threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Threads
}
