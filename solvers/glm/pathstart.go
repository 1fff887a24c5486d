package glm

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A walker goes along a path.
type walker[T kernels.Float] struct {
	fit       *fit[T]
	options   PathOptions
	objective *objective[T]
	problem   *watched
	lines     []float64 // λ₁ for λ = 1, of all variables
	squares   []float64 // λ of the L2 penalty

	path      *Path
	x         []float64 // of all fits
	gradients []float64 // of the loss, at all of them
}

func (f *fit[T]) path(ctx context.Context, o PathOptions) (*Path, error) {
	defer f.release()
	if o.Mix == 0 {
		o.Mix = 1
	}
	w := &walker[T]{fit: f, options: o}
	w.path = &Path{Family: o.Family, Names: f.names, Mix: o.Mix}
	start, err := w.begin(ctx)
	if err != nil {
		return nil, err
	}
	w.path.Parameters = f.parameters
	if err := w.walk(ctx, start); err != nil {
		return nil, err
	}
	if w.problem.quadratic {
		if err := w.look(ctx); err != nil {
			return nil, err
		}
	} else {
		w.path.Evaluations = w.problem.count
	}
	w.report()
	return w.path, nil
}

// begin fits the model that is left where λ is large, and finds what the others
// start with.
func (w *walker[T]) begin(ctx context.Context) (start []float64, err error) {
	f, intercept := w.fit, !w.options.NoIntercept
	lines, squares, err := f.weigh(ctx, w.options.Mix, 1-w.options.Mix)
	if err != nil {
		return nil, err
	}
	w.objective = &objective[T]{family: w.options.Family, intercept: intercept, sparse: newSparse(lines, intercept)}
	w.lines = w.objective.sparse.weights
	if w.options.Mix < 1 {
		w.squares = newSparse(squares, intercept).weights
	}
	if f.options.Family == Quantile && f.parameters.Bandwidth == 0 {
		if f.parameters.Bandwidth, err = f.bandwidth(ctx, &objective[T]{intercept: intercept, sparse: w.huge()}); err != nil {
			return nil, err
		}
		f.loss = f.options.Family.about().loss(f.parameters)
	}
	if err := f.begin(ctx); err != nil {
		return nil, err
	}
	if f.zeros && intercept {
		return nil, errors.New("glm: " + allZero)
	}
	null, err := f.nullObjective(intercept)
	if err != nil {
		return nil, err
	}
	result, err := f.minimize(ctx, f.nullPasses, null, solvers.Newton{}, null.at0(f.start), solvers.Settings{})
	switch {
	case null.first != nil && null.first.Rows == 0:
		return nil, errNoRows
	case err != nil:
		return nil, err
	case result.Status == solvers.Separated:
		return nil, errors.New("glm: " + result.Reason)
	}
	w.path.Rows = null.first.Rows
	w.path.NullDeviance = 2 * result.Value
	if w.objective.pass, err = f.passes(pass.Model{Loss: f.loss, Intercept: intercept}); err != nil {
		return nil, err
	}
	start = w.objective.at0(0)
	if intercept {
		start[0] = result.X[0]
	}
	if err := w.tabulate(ctx); err != nil {
		return nil, err
	}
	if !w.problem.quadratic && slices.Contains(w.lines[w.objective.Lead():], 0) {
		free := &objective[T]{pass: w.objective.pass, family: w.options.Family, intercept: intercept, sparse: w.huge()}
		if result, err = f.minimize(ctx, f.passes, free, solvers.CoordinateDescent{}, start, solvers.Settings{}); err != nil {
			return nil, err
		}
		reason, err := free.separatesSome(ctx)
		if err != nil {
			return nil, err
		}
		if reason != "" {
			return nil, errors.New("glm: " + reason)
		}
		start = result.X
	}
	return start, nil
}

// huge is a penalty that leaves only the columns without one.
func (w *walker[T]) huge() *sparse {
	weights := slices.Clone(w.lines)
	for j, line := range weights {
		if line > 0 {
			weights[j] = 1e300
		}
	}
	return &sparse{weights: weights, first: math.NaN()}
}

// tabulate makes the problem of the path: least squares as a quadratic function
// from one pass, others as they are.
func (w *walker[T]) tabulate(ctx context.Context) error {
	o := w.objective
	if !o.Quadratic() {
		w.problem = &watched{Hessianer: o, lead: o.Lead(), threads: w.options.threads()}
		return nil
	}
	n := o.Dim()
	g, h := make([]float64, n), kernels.NewMatrix[float64](n, n).Data
	value, err := o.Hessian(ctx, make([]float64, n), g, h)
	if err != nil {
		return err
	}
	w.path.Evaluations.Hessians = 1
	w.problem = &watched{Hessianer: solvers.NewQuadric(value, g, h, o.Lead()), lead: o.Lead(), threads: w.options.threads(), quadratic: true}
	return nil
}
