package glm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

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
	// no Checkpoints and has nothing to Observe.
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
// [Fit], and targets that are all of one class, or all zero counts.
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

// walk takes the path.
func (w *walker[T]) walk(ctx context.Context, start []float64) error {
	method := solvers.CoordinateDescent{Tolerance: cmp.Or(w.options.Tolerance, 1e-16)}
	k := -1
	for it, err := range method.Path(ctx, w.problem, start, w.nets(), solvers.Settings{MaxIterations: w.options.MaxIterations}) {
		if err != nil {
			return err
		}
		if it.Status == solvers.NotFinite {
			if err := w.fit.locate(); err != nil {
				return err
			}
			return fmt.Errorf("glm: %s: the data are too large for float64 squares", it.Reason)
		}
		if err := w.problem.see(ctx, it.X); err != nil {
			return err
		}
		if k++; k == 0 {
			w.objective.sparse.first = w.problem.value
			w.choose()
			continue // of the largest penalty
		}
		w.keep(it)
	}
	return nil
}

// nets are the penalties: a huge one, then those of the path, which are known
// when the first fit is.
func (w *walker[T]) nets() iter.Seq[solvers.Net] {
	return func(yield func(solvers.Net) bool) {
		if !yield(solvers.Net{L1: w.huge().weights}) {
			return
		}
		for _, lambda := range w.path.Lambdas {
			net := solvers.Net{L1: scaled(w.lines, lambda)}
			if w.squares != nil {
				net.L2 = scaled(w.squares, lambda)
			}
			if !yield(net) {
				return
			}
		}
	}
}

func scaled(x []float64, by float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = by * v
	}
	return y
}

// choose finds the largest λ, from the gradient where every penalised
// coefficient is zero, and with it the others.
func (w *walker[T]) choose() {
	p := w.path
	for j, line := range w.lines {
		if line > 0 {
			p.LambdaMax = max(p.LambdaMax, math.Abs(w.problem.gradient[j])/line)
		}
	}
	p.LambdaMax *= 1 + 0x1p-40 // so that rounding lets nothing in
	p.Lambdas = slices.Clone(w.options.Lambdas)
	if p.Lambdas != nil {
		return
	}
	count, ratio := w.options.Count, w.options.Ratio
	if count == 0 {
		count = 100
	}
	if ratio == 0 {
		ratio = 1e-3
	}
	p.Lambdas = make([]float64, count)
	for k := range p.Lambdas {
		p.Lambdas[k] = kernels.LogOf(ratio) * (float64(k) / float64(max(count-1, 1)))
	}
	kernels.Exp(p.Lambdas, p.Lambdas)
	for k := range p.Lambdas {
		p.Lambdas[k] *= p.LambdaMax
	}
}

// keep takes note of a fit.
func (w *walker[T]) keep(it *solvers.Iterate) {
	p := w.path
	w.x = append(w.x, it.X...)
	w.gradients = append(w.gradients, w.problem.gradient...)
	p.Deviance = append(p.Deviance, 2*w.problem.value)
	p.Iterations = append(p.Iterations, it.Iteration)
	p.Converged = append(p.Converged, it.Status == solvers.Converged)
	p.Reasons = append(p.Reasons, it.Reason)
}

// look reads the residuals of the last fit of least squares, and has the
// deviances of all from them: with d the difference from the last one,
//
//	f(x + d) = f(x) + gᵀd + ½·dᵀHd,
//
// where nothing cancels, for the last one is the least. What the gradient is off
// by is the rounding of the Gram matrix; all gradients get it.
func (w *walker[T]) look(ctx context.Context) error {
	p, n := w.path, w.objective.Dim()
	last := len(p.Lambdas) - 1
	if last < 0 {
		return nil
	}
	x, g := w.x[last*n:], make([]float64, n)
	value, err := w.objective.Gradient(ctx, x, g)
	if err != nil {
		return err
	}
	p.Evaluations.Gradients++
	was := slices.Clone(w.gradients[last*n:])
	for k := range p.Lambdas {
		loss := value
		for j := range n {
			at := k*n + j
			d := w.x[at] - x[j]
			loss = math.FMA(g[j]+0.5*(w.gradients[at]-was[j]), d, loss)
			w.gradients[at] += g[j] - was[j]
		}
		p.Deviance[k] = 2 * loss
	}
	return nil
}

// report turns what was kept into the units of the data, and checks the
// conditions of a minimum.
func (w *walker[T]) report() {
	p, o := w.path, w.objective
	n, lead, center := o.Dim(), o.Lead(), o.pass.Shift()
	sparse := &sparse{first: o.sparse.first, diagonal: o.sparse.diagonal, start: o.sparse.start, gradient: make([]float64, n)}
	for k, lambda := range p.Lambdas {
		x := w.x[k*n : (k+1)*n]
		sparse.weights = scaled(w.lines, lambda)
		for j := range n {
			sparse.gradient[j] = w.gradients[k*n+j]
			if w.squares != nil {
				sparse.gradient[j] += float64(float64(lambda*w.squares[j]) * x[j])
			}
		}
		violation := sparse.violation(x)
		p.Violation = append(p.Violation, violation)
		if p.Converged[k] && violation > mostViolation {
			p.Converged[k] = false
			p.Reasons[k] = fmt.Sprintf("%s, but the conditions of a minimum are violated by %.1e", p.Reasons[k], violation)
		}
		intercept, count := 0.0, 0
		if lead == 1 {
			intercept = x[0]
			if center != nil {
				intercept -= kernels.Sum(products(center, x[1:]))
			}
		}
		for _, v := range x[lead:] {
			if v != 0 {
				count++
			}
		}
		p.Intercepts = append(p.Intercepts, intercept)
		p.Coefficients = append(p.Coefficients, x[lead:]...)
		p.NonZero = append(p.NonZero, count)
	}
}

// watched is a problem that remembers its latest evaluation.
type watched struct {
	solvers.Hessianer
	lead      int
	threads   int
	quadratic bool
	count     solvers.Evaluations

	x, gradient []float64
	value       float64
}

func (w *watched) Lead() int       { return w.lead }
func (w *watched) Threads() int    { return w.threads }
func (w *watched) Quadratic() bool { return w.quadratic }

func (w *watched) Gradient(ctx context.Context, x, g []float64) (value float64, err error) {
	w.count.Gradients++
	value, err = w.Hessianer.Gradient(ctx, x, g)
	w.remember(x, g, value)
	return value, err
}

func (w *watched) Hessian(ctx context.Context, x, g, h []float64) (value float64, err error) {
	w.count.Hessians++
	value, err = w.Hessianer.Hessian(ctx, x, g, h)
	w.remember(x, g, value)
	return value, err
}

func (w *watched) remember(x, g []float64, value float64) {
	w.x, w.gradient, w.value = append(w.x[:0], x...), append(w.gradient[:0], g...), value
}

// see makes x the latest evaluation.
func (w *watched) see(ctx context.Context, x []float64) error {
	if slices.Equal(w.x, x) {
		return nil
	}
	_, err := w.Gradient(ctx, x, make([]float64, len(x)))
	return err
}
