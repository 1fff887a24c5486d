package glm

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// samples tells whether the method takes samples of the rows.
func (o Options) samples() bool {
	_, ok := o.Method.(solvers.Sampler)
	return ok
}

// holdOut is the share of the rows from which nothing is learned.
func (o Options) holdOut() float64 {
	if m, ok := o.Method.(solvers.Sampler); ok {
		return m.Sampled().HoldOut
	}
	return 0
}

func (o Options) holdsOut() bool { return o.holdOut() > 0 }

// checkSource says whether rows may be read from a source.
func (o Options) checkSource() error {
	if o.samples() {
		return fmt.Errorf("glm: solver %s takes samples of the rows, which must lie in memory: use Fit, or another method", o.Method.Name())
	}
	return nil
}

// survey is one reading before the first step, where the method takes samples: its
// steps want columns that are centred, not only moved near to zero, and it asks for
// the gradient at the start and for the diagonal of the Hessian there. It is nil
// otherwise, and where something is not finite: what, is found out later.
func (f *fit[T]) survey(ctx context.Context) (*pass.Survey, error) {
	if !f.options.samples() {
		return nil, nil
	}
	p, err := f.passes(pass.Model{Loss: f.measured(), Intercept: !f.options.NoIntercept})
	if err != nil {
		return nil, err
	}
	if p.Rows() == 0 {
		return nil, errNoRows
	}
	return p.Survey(ctx, f.start)
}

// measured is the loss whose curvature measures the columns for a method that
// asks for the diagonal of the Hessian: one that is positive wherever it starts.
func (f *fit[T]) measured() loss.Loss {
	method, _ := f.options.method(len(f.names))
	if m, ok := f.loss.(loss.Majorizer); ok && !takesHessians(method) {
		return m.Majorized()
	}
	return f.loss
}

// majorize lets the objective have its diagonals from there.
func (f *fit[T]) majorize(o *objective[T]) error {
	model := o.pass.Model()
	if model.Loss = f.measured(); model.Loss == f.loss {
		return nil
	}
	p, err := f.passes(model)
	if err != nil {
		return err
	}
	o.majorized = pass.NewCurvature(p)
	return nil
}

// known is what a survey has told of the start, for the run that begins there.
type known struct {
	*pass.Survey
	start []float64
}

func (k *known) at(x []float64) bool { return k != nil && slices.Equal(x, k.start) }

// moments are those at x, or nil if they are not known. They are the caller's, and
// not known any more.
func (k *known) moments(x []float64, want pass.Want) (m *pass.Moments) {
	if k.at(x) && !want.Hessian {
		m, k.Moments = k.Moments, nil
	}
	return m
}

// diagonal is that of the Hessian at x, first that of the intercept, if it is known.
func (k *known) diagonal(x, dst []float64) (first float64, ok bool) {
	if !k.at(x) || k.Diagonal == nil {
		return 0, false
	}
	copy(dst, k.Diagonal)
	return k.First, true
}

// Terms is the number of rows: an objective is a sum over them, and a penalty.
func (o *objective[T]) Terms() int { return o.pass.Rows() }

// Sample estimates value and gradient from a batch of rows.
func (o *objective[T]) Sample(ctx context.Context, b solvers.Batch, x, g []float64) (float64, error) {
	m, err := o.sample(ctx, b, x, pass.Want{})
	if err != nil {
		return 0, err
	}
	return o.estimate(m, o.scale(b), x, g), nil
}

// SampleChange estimates how the gradient has changed since a point.
func (o *objective[T]) SampleChange(ctx context.Context, b solvers.Batch, x, since, g []float64) error {
	if err := o.prepareBatches(); err != nil {
		return err
	}
	var m *pass.Moments
	var err error
	if b.Index != nil {
		m, err = o.batches.RowsChange(ctx, o.point(x), o.point(since), b.Index, b.Next)
	} else {
		m, err = o.batches.RangeChange(ctx, o.point(x), o.point(since), b.From, b.To)
	}
	if err != nil {
		return err
	}
	o.gradientOf(m, o.scale(b), g)
	lead := o.Lead()
	for j, lambda := range o.penalty {
		g[lead+j] += float64(lambda * (x[lead+j] - since[lead+j]))
	}
	return nil
}

// SampleHessian estimates the Hessian too.
func (o *objective[T]) SampleHessian(ctx context.Context, b solvers.Batch, x, g, h []float64) (float64, error) {
	m, err := o.sample(ctx, b, x, pass.Want{Hessian: true})
	if err != nil {
		return 0, err
	}
	o.hessian(m, h)
	scale, n := o.scale(b), o.Dim()
	for i := range n {
		row := h[i*n+i : (i+1)*n]
		for j := range row {
			row[j] *= scale
		}
	}
	o.penalizeHessian(h)
	return o.estimate(m, scale, x, g), nil
}

// scale is by how much the rows of a batch stand for all.
func (o *objective[T]) scale(b solvers.Batch) float64 {
	return float64(o.Terms()) / float64(max(1, b.Len()))
}

func (o *objective[T]) sample(ctx context.Context, b solvers.Batch, x []float64, want pass.Want) (*pass.Moments, error) {
	if err := o.prepareBatches(); err != nil {
		return nil, err
	}
	if b.Index != nil {
		return o.batches.Rows(ctx, o.point(x), want, b.Index, b.Next)
	}
	return o.batches.Range(ctx, o.point(x), want, b.From, b.To)
}

// prepareBatches makes them, once.
func (o *objective[T]) prepareBatches() (err error) {
	if o.batches == nil {
		o.batches, err = pass.NewBatches(o.pass)
	}
	return err
}

// estimate fills g and returns the value.
func (o *objective[T]) estimate(m *pass.Moments, scale float64, x, g []float64) float64 {
	o.gradientOf(m, scale, g)
	lead, sum := o.Lead(), 0.0
	for j, lambda := range o.penalty {
		pull := float64(lambda * x[lead+j])
		g[lead+j] += pull
		sum += float64(pull * x[lead+j])
	}
	return float64(scale*m.Loss) + float64(0.5*sum)
}

// gradientOf fills g with that of moments, of a batch that stands for all.
func (o *objective[T]) gradientOf(m *pass.Moments, scale float64, g []float64) {
	lead := o.Lead()
	if o.intercept {
		g[0] = float64(scale * m.SumR)
	}
	for j, v := range m.Gradient {
		g[lead+j] = float64(scale * v)
	}
}

// hessian copies that of moments, without the penalty.
func (o *objective[T]) hessian(m *pass.Moments, h []float64) {
	lead, n, p := o.Lead(), o.Dim(), o.pass.Columns()
	if o.intercept {
		h[0] = m.SumD
		copy(h[1:n], m.CrossD)
	}
	for j := range p {
		memory.Copy(h[(lead+j)*n+lead+j:(lead+j+1)*n], m.Hessian[j*p+j:(j+1)*p])
	}
}

func (o *objective[T]) penalizeHessian(h []float64) {
	lead, n := o.Lead(), o.Dim()
	for j, lambda := range o.penalty {
		h[(lead+j)*n+lead+j] += lambda
	}
}
