package batch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A Curve is the error of every penalty. An error is the deviance of rows that
// a fit has not seen, per unit of weight: the mean squared error in least
// squares. What is undefined, since a fit has failed, is NaN.
type Curve struct {
	Penalties []float64

	// FoldErrors and Status are folds × penalties: of the fit to all other folds.
	FoldErrors []float64
	Status     []Status
	FoldRows   []int     // with a positive weight
	FoldWeight []float64 // Σ w

	// Error is the mean over folds, weighted by their weight, and StdError its
	// standard error: the root of the weighted variance of the fold errors over
	// folds − 1, as in glmnet.
	Error, StdError []float64

	// Best is the index of the penalty with the least error, the larger of
	// equals. OneStdError is that of the largest penalty whose error is within
	// one standard error of the least.
	Best, OneStdError int

	// Coefficients are those of the fits to all rows, penalties × Width.
	// AllStatus says how these ended.
	Width        int
	Coefficients []float64
	AllStatus    []Status
}

// Coefficient is the coefficients with one penalty, a part of Coefficients.
func (c *Curve) Coefficient(penalty int) []float64 {
	return c.Coefficients[penalty*c.Width : (penalty+1)*c.Width : (penalty+1)*c.Width]
}

func newCurve(folds, width int, penalties []float64) *Curve {
	n := len(penalties)
	c := &Curve{
		Penalties: slices.Clone(penalties), FoldErrors: undefined(folds*n, 1), Status: make([]Status, folds*n),
		FoldRows: make([]int, folds), FoldWeight: make([]float64, folds),
		Error: undefined(n, 1), StdError: undefined(n, 1),
		Width: width, Coefficients: undefined(n*width, 1), AllStatus: make([]Status, n),
	}
	return c
}

// choose takes means over folds, and the best of them.
func (c *Curve) choose() error {
	n := len(c.Penalties)
	for i := range n {
		c.average(i)
	}
	c.Best = -1
	for _, i := range fallingOrder(c.Penalties) {
		if isFinite(c.Error[i]) && (c.Best < 0 || c.Error[i] < c.Error[c.Best]) {
			c.Best = i
		}
	}
	if c.Best < 0 {
		for i, s := range c.Status {
			if s != Converged {
				return fmt.Errorf("batch: no penalty could be fitted in every fold; fold %d with penalty %v: %s", i/n, c.Penalties[i%n], s)
			}
		}
		return errNotFinite
	}
	limit := c.Error[c.Best] + c.StdError[c.Best]
	for _, i := range fallingOrder(c.Penalties) {
		if c.Error[i] <= limit {
			c.OneStdError = i
			break
		}
	}
	return nil
}

// average is the mean error of a penalty, and its standard error.
func (c *Curve) average(penalty int) {
	n := len(c.Penalties)
	total, sum := 0.0, 0.0
	for k, w := range c.FoldWeight {
		total += w
		sum = math.FMA(w, c.FoldErrors[k*n+penalty], sum)
	}
	m := sum / total
	spread := 0.0
	for k, w := range c.FoldWeight {
		e := c.FoldErrors[k*n+penalty] - m
		spread = math.FMA(float64(w*e), e, spread)
	}
	c.Error[penalty] = m
	c.StdError[penalty] = math.Sqrt(spread / total / float64(len(c.FoldWeight)-1))
}

// fallingOrder is indices from the largest penalty to the smallest.
func fallingOrder(penalties []float64) []int {
	order := make([]int, len(penalties))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(penalties[b], penalties[a]) })
	return order
}
