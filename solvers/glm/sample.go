package glm

import (
	"context"
	"fmt"

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

// means are the weighted means of the columns where the method takes samples:
// its steps want columns that are centred, not only moved near to zero. It is nil
// otherwise, and without an intercept.
func (f *fit[T]) means(ctx context.Context) ([]float64, error) {
	if !f.options.samples() || f.options.NoIntercept {
		return nil, nil
	}
	p, err := f.passes(pass.Model{Loss: loss.Squared{}, Intercept: true})
	if err != nil {
		return nil, err
	}
	if p.Rows() == 0 {
		return nil, errNoRows
	}
	n := len(f.names)
	none, sums := make([]float64, n), make([]float64, n)
	total, err := pass.NewCurvature(p).Product(ctx, sums, pass.Point{Beta: none}, pass.Point{Intercept: 1, Beta: none})
	if err != nil || !(total > 0) {
		return nil, err
	}
	near := p.Shift()
	for j := range sums {
		sums[j] = near[j] + sums[j]/total
		if !finite(sums[j]) {
			return nil, nil // what is wrong with the column is found out later
		}
	}
	return sums, nil
}

// majorize lets a method that asks for the diagonal of the Hessian measure the
// columns with a curvature that is positive wherever it starts.
func (f *fit[T]) majorize(o *objective[T]) error {
	m, ok := f.loss.(loss.Majorizer)
	if method, _ := f.options.method(len(f.names)); !ok || takesHessians(method) {
		return nil
	}
	model := o.pass.Model()
	model.Loss = m.Majorized()
	p, err := f.passes(model)
	if err != nil {
		return err
	}
	o.majorized = pass.NewCurvature(p)
	return nil
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
	if o.batches == nil {
		var err error
		if o.batches, err = pass.NewBatches(o.pass); err != nil {
			return nil, err
		}
	}
	if b.Index != nil {
		return o.batches.Rows(ctx, o.point(x), want, b.Index, b.Next)
	}
	return o.batches.Range(ctx, o.point(x), want, b.From, b.To)
}

// estimate fills g and returns the value.
func (o *objective[T]) estimate(m *pass.Moments, scale float64, x, g []float64) float64 {
	lead := o.Lead()
	if o.intercept {
		g[0] = float64(scale * m.SumR)
	}
	g = g[lead:]
	if o.penalty == nil {
		for j, v := range m.Gradient {
			g[j] = float64(scale * v)
		}
		return float64(scale * m.Loss)
	}
	sum, beta := 0.0, x[lead:]
	for j, v := range m.Gradient {
		pull := float64(o.penalty[j] * beta[j])
		g[j] = float64(scale*v) + pull
		sum += float64(pull * beta[j])
	}
	return float64(scale*m.Loss) + float64(0.5*sum)
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
