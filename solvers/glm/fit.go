package glm

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// Fit fits a model. A fit that does not converge, or whose classes are
// separated, is a model with Converged false and the Reason in words, and no
// error. Data that cannot be fitted are an error; columns that are linear
// combinations of others, without a penalty, are a *CollinearError. If ctx
// ends, the error is ctx.Err(), and if no checkpoint can be kept it is that of
// [Checkpoints].Save; the model, nil before the first step, is then that of the
// best point so far, without standard errors.
func Fit[T kernels.Float](ctx context.Context, d Data[T], o Options) (*Model, error) {
	f, err := newFit(d, o)
	if err != nil {
		return nil, err
	}
	return f.run(ctx)
}

// FitSource is Fit on rows that are read anew for every pass, with the same
// result to the last bit. names and target are as in Data.
func FitSource[T kernels.Float](ctx context.Context, s pass.Source[T], names []string, target string, o Options) (*Model, error) {
	f, err := newFitOfSource(s, names, target, o)
	if err != nil {
		return nil, err
	}
	return f.run(ctx)
}

// newFit checks all that can be checked before X is read.
func newFit[T kernels.Float](d Data[T], o Options) (*fit[T], error) {
	design, err := d.design()
	if err != nil {
		return nil, err
	}
	if o.Threads == 0 {
		o.Threads = pass.WorthThreads(design.X.Rows, design.X.Cols)
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
	f.passes = f.released(func(model pass.Model) (*pass.Pass[T], error) { return pass.New(design, model, o.threads()) })
	f.nullPasses = func(model pass.Model) (*pass.Pass[T], error) {
		null := *design
		null.X = kernels.Matrix[T]{Rows: null.X.Rows}
		return pass.New(&null, model, o.threads())
	}
	f.exactPasses = func(model pass.Model) (*pass.Exact[T], error) { return pass.NewExact(design, model, o.threads()) }
	f.fingerprint = func(ctx context.Context) (*fingerprint[T], error) { return ofDesign(ctx, design) }
	f.locate = func() error { return checkDesign(0, design.X, f.names) }
	return f, nil
}

func newFitOfSource[T kernels.Float](s pass.Source[T], names []string, target string, o Options) (*fit[T], error) {
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
	f.passes = f.released(func(model pass.Model) (*pass.Pass[T], error) {
		return pass.NewFromSource[T](source, model, o.threads())
	})
	f.nullPasses = func(model pass.Model) (*pass.Pass[T], error) {
		return pass.NewFromSource[T](&withoutColumns[T]{Source: source}, model, o.threads())
	}
	f.exactPasses = func(model pass.Model) (*pass.Exact[T], error) {
		return pass.NewExactFromSource[T](source, model, o.threads())
	}
	f.fingerprint = func(ctx context.Context) (*fingerprint[T], error) { return ofSource(ctx, source) }
	f.locate = func() error { return findNotFinite[T](source, f.names) }
	return f, nil
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
	same       bool    // every target is of one class; known of fits with an offset, and a penalty or bounds, only

	passes, nullPasses func(pass.Model) (*pass.Pass[T], error)
	exactPasses        func(pass.Model) (*pass.Exact[T], error)
	prepared           []*pass.Pass[T] // by passes
	locate             func() error    // finds an entry of X that is not finite
	fingerprint        func(context.Context) (*fingerprint[T], error)

	history   *history        // for checkpoints; nil keeps none
	objective *objective[T]   // of the run that matters, once it has begun
	reached   *solvers.Result // by it, when it has ended
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
	if err := f.options.checkBoundsOf(f.names); err != nil {
		return err
	}
	return f.checkExact()
}

// released notes passes, for release.
func (f *fit[T]) released(passes func(pass.Model) (*pass.Pass[T], error)) func(pass.Model) (*pass.Pass[T], error) {
	return func(model pass.Model) (*pass.Pass[T], error) {
		p, err := passes(model)
		if err == nil {
			f.prepared = append(f.prepared, p)
		}
		return p, err
	}
}

// release leaves the memory of passes to the next fit.
func (f *fit[T]) release() {
	for _, p := range f.prepared {
		p.Release()
	}
}

func (f *fit[T]) run(ctx context.Context) (*Model, error) {
	defer f.release()
	m, err := f.fit(ctx)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return f.stopped(solvers.Canceled, "the fit was interrupted; this is the best model until then"), ctx.Err()
	case f.history != nil && f.history.failed != nil:
		return f.stopped(solvers.Failed, "the fit was stopped, since its checkpoint could not be kept; this is the best model until then"), err
	}
	return m, err
}

func (f *fit[T]) fit(ctx context.Context) (m *Model, err error) {
	o := f.options
	if f.history, err = newHistory(o, func() (*fingerprint[T], error) { return f.fingerprint(ctx) }); err != nil {
		return nil, err
	}
	objective := &objective[T]{family: o.Family, intercept: !o.NoIntercept, offset: f.offset != "", observe: o.Observe, history: f.history}
	if err = f.penalties(ctx, objective); err != nil {
		return nil, err
	}
	if o.Family == Quantile && f.parameters.Bandwidth == 0 {
		if f.parameters.Bandwidth, err = f.bandwidth(ctx, objective); err != nil {
			return nil, err
		}
		f.loss = o.Family.about().loss(f.parameters)
	}
	if err := f.history.note(func() error { return f.begin(ctx) }, func(v *solvers.State) {
		v.Number(&f.base, &f.start)
		v.Flag(&f.zeros)
		v.Flag(&f.same)
	}); err != nil {
		return nil, err
	}
	model := pass.Model{Loss: f.loss, Intercept: !o.NoIntercept}
	var survey *pass.Survey
	if err := f.history.note(func() (err error) {
		if survey, err = f.survey(ctx); survey != nil {
			model.Shift = survey.Means
		}
		return err
	}, func(v *solvers.State) {
		if v.Grown(&model.Shift); model.Shift != nil && len(model.Shift) != len(f.names) {
			v.Refuse("the means are of other columns")
			model.Shift = nil
		}
	}); err != nil {
		return nil, err
	}
	if objective.pass, err = f.passes(model); err != nil {
		return nil, err
	}
	if err := f.majorize(objective); err != nil {
		return nil, err
	}
	if survey != nil {
		objective.known = &known{survey, objective.at0(f.start)}
	}
	objective.parts.passes = f.passes
	if o.Precision == Exact {
		return f.exact(ctx, objective.penalty, solvers.Evaluations{})
	}
	method, _ := o.method(len(f.names))
	switch {
	case f.zeros && objective.intercept:
		objective.atInfinity = allZero
	case f.same:
		objective.atInfinity = sameClassFree
	}
	if o.holdsOut() { // otherwise nothing would count the rows
		if err := f.history.note(func() error {
			start := objective.at0(f.start)
			_, err := objective.Gradient(ctx, start, make([]float64, len(start)))
			return err
		}, func(v *solvers.State) {
			if showSums(v, &objective.first); objective.first == nil {
				v.Refuse("nothing was evaluated")
			}
		}); err != nil {
			return nil, err
		}
	}
	result, err := f.minimize(ctx, f.passes, objective, method, objective.at0(f.start), solvers.Settings{MaxIterations: o.MaxIterations})
	f.objective, f.reached = objective, result
	if err == nil && o.holdsOut() {
		// The value was that of the rows held out.
		var value float64
		if value, err = objective.Gradient(ctx, result.X, result.Gradient); err == nil {
			result.Value = value + objective.sparse.value(result.X)
		}
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
		large, err := objective.tooLarge(ctx, result)
		if err != nil {
			return nil, err
		}
		if large {
			if err := f.locate(); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("glm: %s: the data are too large for float64 squares", result.Reason)
		}
	}
	if result.Status != solvers.Separated {
		reason, err := objective.separatesSome(ctx)
		if err != nil {
			return nil, err
		}
		if reason != "" {
			result.Status, result.Reason = solvers.Separated, reason
		}
	}
	return f.model(ctx, objective, result)
}

// nullDeviance is the deviance of the model that has no columns but the same
// intercept and offset.
func (f *fit[T]) nullDeviance(ctx context.Context, full *objective[T]) (float64, error) {
	if full.atInfinity != "" {
		return 0, nil
	}
	null, err := f.nullObjective(full.intercept)
	if err != nil {
		return 0, err
	}
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

// nullObjective is that of the model without columns.
func (f *fit[T]) nullObjective(intercept bool) (*objective[T], error) {
	p, err := f.nullPasses(pass.Model{Loss: f.loss, Intercept: intercept})
	return &objective[T]{pass: p, family: f.options.Family, intercept: intercept}, err
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
