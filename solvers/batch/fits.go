package batch

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/seed-0327bdf7/hesse/internal/memory"
)

// Fits are the results of a batch, one entry or one row a fit. What is
// undefined is NaN: all of a fit that has none by its status, standard errors
// with a penalty, without residual degrees of freedom, or where the Hessian at
// the solution is singular.
type Fits struct {
	// Width is the number of coefficients of a fit: the intercept first, if there
	// is one, then the columns in their order.
	Width int

	Coefficients []float64 // fits × Width
	StdErrors    []float64 // fits × Width; nil if not asked for
	Deviance     []float64 // twice the loss; nil if not asked for
	Rows         []int     // with a positive weight
	Iterations   []int32   // of Newton's method; 0 for a quadratic loss
	Status       []Status

	dependent map[int][]int
	mutex     sync.Mutex // of dependent
	workers   []*worker  // of groups, kept for the next batch
}

// Coefficient is the coefficients of a fit, a part of Coefficients.
func (f *Fits) Coefficient(fit int) []float64 {
	return f.Coefficients[fit*f.Width : (fit+1)*f.Width : (fit+1)*f.Width]
}

// StdError is the standard errors of a fit, a part of StdErrors, which must
// have been asked for.
func (f *Fits) StdError(fit int) []float64 {
	return f.StdErrors[fit*f.Width : (fit+1)*f.Width : (fit+1)*f.Width]
}

// Dependent is the columns, by their index in X, that are linear combinations
// of the others in a fit whose status is RankDeficient; nil for any other.
func (f *Fits) Dependent(fit int) []int { return slices.Clone(f.dependent[fit]) }

// newFits is room for results, all of them NaN and not fitted.
func newFits(fits, width int, o Options) *Fits {
	f := newFitsUnset(fits, width, o)
	fillUndefined(f.Coefficients, o.threads())
	return f
}

// newFitsUnset is newFits for a caller that sets all coefficients: where they are many, it
// takes long to touch them for the first time.
func newFitsUnset(fits, width int, o Options) *Fits {
	f := &Fits{
		Width:        width,
		Coefficients: memory.Slice[float64](fits * width),
		Rows:         make([]int, fits),
		Iterations:   make([]int32, fits),
		Status:       make([]Status, fits),
		dependent:    map[int][]int{},
	}
	if o.StdErrors {
		f.StdErrors = undefined(fits*width, o.threads())
	}
	if o.Deviance {
		f.Deviance = undefined(fits, o.threads())
	}
	return f
}

// filledPart is how many numbers a goroutine sets at a time: a huge page of them, since
// most of the time goes to memory that is touched for the first time.
const filledPart = 1 << 18

// undefined is n results that there are not yet, set by some goroutines.
func undefined(n, threads int) []float64 {
	x := memory.Slice[float64](n)
	fillUndefined(x, threads)
	return x
}

func fillUndefined(x []float64, threads int) {
	if threads == 1 || len(x) <= filledPart { // without what goroutines take of memory
		setUndefined(x)
		return
	}
	_ = share(context.Background(), threads, (len(x)+filledPart-1)/filledPart, func(_, task int) {
		setUndefined(x[task*filledPart : min((task+1)*filledPart, len(x))])
	})
}

func setUndefined(x []float64) {
	for i := range x {
		x[i] = math.NaN()
	}
}
