package glm

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// PathOptions are those of a path of fits. The zero value is the lasso of least
// squares for 100 penalties.
type PathOptions struct {
	// Options are those of every fit. L1 and L2 are 0, for Lambdas and Mix say
	// what they are, and so is Method: it is coordinate descent. Tolerance is
	// 1e-16 if it is 0, which leaves coefficients some eight digits. A path keeps
	// no Checkpoints, and has no bounds and nothing to Observe.
	Options

	// Mix is α, the share of the L1 penalty: λ₁ is αλ, and the λ of the L2
	// penalty (1 − α)λ. 0 means 1, a lasso.
	Mix float64

	// Lambdas are the penalties, best from large to small. nil means Count of
	// them, from the least that leaves no column but those without a penalty
	// down to Ratio times that, evenly in their logarithms.
	Lambdas []float64
	Count   int     // 0 means 100
	Ratio   float64 // 0 means 1e-3
}

// A Path is one fit for each of several penalties.
type Path struct {
	Family     Family
	Parameters Parameters
	Names      []string // of the columns
	Mix        float64
	Rows       int // with a positive weight

	LambdaMax float64   // the least λ that leaves no column but those without a penalty
	Lambdas   []float64 // of the fits

	// Coefficients of fit k are Coefficients[k·p : (k+1)·p], p the number of
	// columns, beside Intercepts[k], in the units of the data.
	Coefficients []float64
	Intercepts   []float64

	Deviance     []float64 // as in Model
	NullDeviance float64   // of the model without columns
	NonZero      []int     // coefficients of columns that are not 0
	Iterations   []int     // steps from the fit before
	Violation    []float64 // of the conditions of a minimum, as in Model
	Converged    []bool
	Reasons      []string

	// Evaluations counts the passes over the rows.
	Evaluations solvers.Evaluations
}

// Of is the intercept and the coefficients of fit k. The slice is a part of the
// path.
func (p *Path) Of(k int) (intercept float64, coefficients []float64) {
	columns := len(p.Names)
	return p.Intercepts[k], p.Coefficients[k*columns : (k+1)*columns]
}

// FitPath fits one model for each of several penalties, from the largest down,
// each from the one before, by coordinate descent with screening (see
// [solvers.CoordinateDescent]). A fit minimises
//
//	Σ wᵢ ℓᵢ + λ·(α Σ factorⱼ·|βⱼ| + (1 − α)/2 Σ factorⱼ·βⱼ²)
//
// so that λ is Σw times the alpha of scikit-learn's lasso_path, enet_path and of
// glum, and n times the λ of glmnet.
//
// Least squares take two passes for all penalties together: one of the Gram
// matrix, and one of the residuals at the end, from which the deviances of all
// fits follow. Other losses take some passes for every penalty, most of them
// without a Hessian where there are more than 16 columns. Errors are those of
// [Fit], and targets that are all of one class, or all zero counts, or that columns
// without a penalty separate. A fit whose penalty is zero and whose classes are
// separated has not converged.
func FitPath[T kernels.Float](ctx context.Context, d Data[T], o PathOptions) (*Path, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	f, err := newFit(d, o.fit())
	if err != nil {
		return nil, err
	}
	return f.path(ctx, o)
}

// FitPathSource is FitPath on rows that are read anew for every pass, with the
// same result to the last bit.
func FitPathSource[T kernels.Float](ctx context.Context, s pass.Source[T], names []string, o PathOptions) (*Path, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	f, err := newFitOfSource(s, names, "", o.fit())
	if err != nil {
		return nil, err
	}
	return f.path(ctx, o)
}

func (o PathOptions) check() error {
	switch {
	case o.L1 != 0 || o.L2 != 0:
		return errors.New("glm: a path has Lambdas and Mix, and no L1 or L2")
	case o.Method != nil:
		return errors.New("glm: a path has a method of its own, coordinate descent")
	case o.bounded():
		return errors.New("glm: a path has no bounds; leave Lower and Upper out")
	case o.Checkpoints.Save != nil || o.Checkpoints.From != nil:
		return errors.New("glm: a path keeps no checkpoints")
	case o.Observe != nil:
		return errors.New("glm: a path shows no iterates; leave Observe out")
	case o.Precision == Exact:
		return errors.New("glm: precision exact is for fits without an L1 penalty")
	case !(o.Mix >= 0 && o.Mix <= 1):
		return fmt.Errorf("glm: Mix is %v; it lies between 0 and 1", o.Mix)
	case o.Count < 0:
		return fmt.Errorf("glm: Count is %d", o.Count)
	case !(o.Ratio >= 0 && o.Ratio < 1):
		return fmt.Errorf("glm: Ratio is %v; it lies between 0 and 1", o.Ratio)
	case o.Lambdas != nil && (o.Count != 0 || o.Ratio != 0):
		return errors.New("glm: Count and Ratio are for a path without Lambdas")
	}
	for k, lambda := range o.Lambdas {
		if !(lambda >= 0) || math.IsInf(lambda, 0) {
			return fmt.Errorf("glm: Lambdas[%d] is %v; penalties are finite and not negative", k, lambda)
		}
	}
	return nil
}

// fit is the options as those of a fit with an L1 penalty, whose factors have
// something to multiply.
func (o PathOptions) fit() Options {
	o.Options.L1 = 1
	return o.Options
}
