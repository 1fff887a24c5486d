package glm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// Fit fits a model. A fit that does not converge, or whose classes are
// separated, is a model with Converged false and the Reason in words, and no
// error. Data that cannot be fitted are an error; columns that are linear
// combinations of others, without a penalty, are a *CollinearError. If ctx
// ends, the error is ctx.Err().
func Fit[T kernels.Float](ctx context.Context, d Data[T], o Options) (*Model, error) {
	design, err := d.design()
	if err != nil {
		return nil, err
	}
	f := &fit[T]{options: o, names: d.Names, target: d.Target}
	if d.Offset != nil {
		f.offset = cmp.Or(d.OffsetName, "offset")
	}
	if err := f.prepare(d.Columns); err != nil {
		return nil, err
	}
	if err := checkRows(f.loss, 0, d.Y, d.Weights, d.Offset); err != nil {
		return nil, err
	}
	f.passes = func(model pass.Model) (*pass.Pass[T], error) { return pass.New(design, model, o.threads()) }
	f.nullPasses = func(model pass.Model) (*pass.Pass[T], error) {
		null := *design
		null.X = kernels.Matrix[T]{Rows: null.X.Rows}
		return pass.New(&null, model, o.threads())
	}
	f.exactPasses = func(model pass.Model) (*pass.Exact[T], error) { return pass.NewExact(design, model, o.threads()) }
	f.locate = func() error { return checkDesign(0, design.X, f.names) }
	return f.run(ctx)
}

// FitSource is Fit on rows that are read anew for every pass, with the same
// result to the last bit. names and target are as in Data.
func FitSource[T kernels.Float](ctx context.Context, s pass.Source[T], names []string, target string, o Options) (*Model, error) {
	if err := o.checkSource(); err != nil {
		return nil, err
	}
	f := &fit[T]{options: o, names: names, target: target}
	if s.Offsets() {
		f.offset = "offset"
	}
	if err := f.prepare(s.Columns()); err != nil {
		return nil, err
	}
	source := &checked[T]{Source: s, loss: f.loss}
	f.passes = func(model pass.Model) (*pass.Pass[T], error) {
		return pass.NewFromSource[T](source, model, o.threads())
	}
	f.nullPasses = func(model pass.Model) (*pass.Pass[T], error) {
		return pass.NewFromSource[T](&withoutColumns[T]{Source: source}, model, o.threads())
	}
	f.exactPasses = func(model pass.Model) (*pass.Exact[T], error) {
		return pass.NewExactFromSource[T](source, model, o.threads())
	}
	f.locate = func() error { return findNotFinite[T](source, f.names) }
	return f.run(ctx)
}

var errNoRows = errors.New("glm: no rows with a positive weight")

// A fit is what Fit and FitSource have in common.
type fit[T kernels.Float] struct {
	options Options
	names   []string
	target  string
	offset  string // its name, empty without one

	parameters Parameters
	loss       loss.Loss
	base       float64 // of the log-likelihood
	start      float64 // the intercept to start from
	zeros      bool    // every target is zero

	passes, nullPasses func(pass.Model) (*pass.Pass[T], error)
	exactPasses        func(pass.Model) (*pass.Exact[T], error)
	locate             func() error // finds an entry of X that is not finite
}

func (f *fit[T]) prepare(columns int) (err error) {
	if err := kernels.CheckISA(); err != nil {
		return err
	}
	if err := f.options.check(); err != nil {
		return err
	}
	if err := checkColumns(columns); err != nil {
		return err
	}
	if err := f.options.checkFactors(columns); err != nil {
		return err
	}
	f.parameters = f.options.Parameters.withDefaults(f.options.Family)
	f.loss = f.options.Family.about().loss(f.parameters)
	if f.target == "" {
		f.target = "y"
	}
	if f.names, err = columnNames(f.names, columns); err != nil {
		return err
	}
	if err := checkNames(f.names); err != nil {
		return err
	}
	return f.checkExact()
}

func (f *fit[T]) run(ctx context.Context) (*Model, error) {
	o := f.options
	objective := &objective[T]{family: o.Family, intercept: !o.NoIntercept, observe: o.Observe}
	var err error
	if o.L2 > 0 {
		if objective.penalty, err = f.penalties(ctx); err != nil {
			return nil, err
		}
	}
	if o.Family == Quantile && f.parameters.Bandwidth == 0 {
		if f.parameters.Bandwidth, err = f.bandwidth(ctx, objective.penalty); err != nil {
			return nil, err
		}
		f.loss = o.Family.about().loss(f.parameters)
	}
	model := pass.Model{Loss: f.loss, Intercept: !o.NoIntercept}
	if model.Shift, err = f.means(ctx); err != nil {
		return nil, err
	}
	if objective.pass, err = f.passes(model); err != nil {
		return nil, err
	}
	if err := f.majorize(objective); err != nil {
		return nil, err
	}
	if o.Precision == Exact {
		return f.exact(ctx, objective.penalty, solvers.Evaluations{})
	}
	method, _ := o.method(len(f.names))
	if err := f.begin(ctx); err != nil {
		return nil, err
	}
	objective.atInfinity = f.zeros && objective.intercept
	result, err := f.minimize(ctx, f.passes, objective, method, objective.at0(f.start), solvers.Settings{MaxIterations: o.MaxIterations})
	if err == nil && o.holdsOut() {
		// The value was that of the rows held out.
		result.Value, err = objective.Gradient(ctx, result.X, result.Gradient)
	}
	if f.needsExact(result, err, objective) {
		before := solvers.Evaluations{Hessians: 1} // a singular one is all there was
		if err == nil {
			before = result.Evaluations
		}
		return f.exact(ctx, objective.penalty, before)
	}
	if err != nil {
		if singular := (*solvers.SingularError)(nil); errors.As(err, &singular) {
			return nil, f.collinear(singular, objective.first.Rows, objective.Lead())
		}
		return nil, err
	}
	if objective.first.Rows == 0 {
		return nil, errNoRows
	}
	if result.Status == solvers.NotFinite {
		if err := f.locate(); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("glm: %s: the data are too large for float64 squares", result.Reason)
	}
	if result.Status != solvers.Separated {
		some, err := objective.separatesSome(ctx)
		if err != nil {
			return nil, err
		}
		if some {
			result.Status, result.Reason = solvers.Separated, quasi
		}
	}
	return f.model(ctx, objective, result)
}

// penalties is λ for every column, in the units of the data.
func (f *fit[T]) penalties(ctx context.Context) ([]float64, error) {
	lambdas := make([]float64, len(f.names))
	for j := range lambdas {
		lambdas[j] = f.options.L2
		if f.options.PenaltyFactors != nil {
			lambdas[j] *= f.options.PenaltyFactors[j]
		}
	}
	if !f.options.Standardize {
		return lambdas, nil
	}
	// A pass of least squares with an intercept has the weighted variances in
	// its Hessian, whatever is fitted.
	p, err := f.passes(pass.Model{Loss: loss.Squared{}, Intercept: true})
	if err != nil {
		return nil, err
	}
	n := len(f.names)
	m, err := p.Run(ctx, pass.Point{Beta: make([]float64, n)}, pass.Want{Hessian: true})
	if err != nil {
		return nil, err
	}
	for j := range lambdas {
		mean := m.CrossD[j] / m.SumW
		variance := m.Hessian[j*n+j]/m.SumW - float64(mean*mean)
		if variance > 0 && !math.IsInf(variance, 0) {
			lambdas[j] *= variance
		}
	}
	return lambdas, nil
}

// nullDeviance is the deviance of the model that has no columns but the same
// intercept and offset.
func (f *fit[T]) nullDeviance(ctx context.Context, full *objective[T]) (float64, error) {
	if full.atInfinity {
		return 0, nil
	}
	p, err := f.nullPasses(pass.Model{Loss: f.loss, Intercept: full.intercept})
	if err != nil {
		return 0, err
	}
	null := &objective[T]{pass: p, family: full.family, intercept: full.intercept}
	start := null.at0(f.start)
	if null.family.about().start == nil {
		start = null.constant(full.first)
	}
	result, err := f.minimize(ctx, f.nullPasses, null, solvers.Newton{}, start, solvers.Settings{})
	if err != nil {
		return 0, err
	}
	return 2 * result.Value, nil
}

// at0 is an intercept beside coefficients of zero.
func (o *objective[T]) at0(intercept float64) []float64 {
	x := make([]float64, o.Dim())
	if o.intercept {
		x[0] = intercept
	}
	return x
}

// constant is the intercept of the null model without an offset, from the
// moments at zero, where r is the mean at zero less the target if the link is
// canonical: a start that is the end in most cases. Others start at zero.
func (o *objective[T]) constant(atZero *pass.Moments) []float64 {
	x := make([]float64, o.Dim())
	if o.intercept && o.family.about().canonical {
		zero := []float64{0}
		o.family.about().mean(zero)
		if start := o.family.about().predictor(zero[0] - atZero.SumR/atZero.SumW); finite(start) {
			x[0] = start
		}
	}
	return x
}
