package glm

import (
	"context"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// parts are passes for approximations of the Hessian, made when they are needed.
type parts[T kernels.Float] struct {
	passes   func(pass.Model) (*pass.Pass[T], error)
	blocks   *pass.Blocks[T]
	size     int
	expected *objective[T] // of Fisher scoring
	gradient []float64
}

// HessianBlocks implements [solvers.BlockDiagonaler], in one read of the rows.
func (o *objective[T]) HessianBlocks(ctx context.Context, dst []float64, size int, x []float64) (err error) {
	if o.parts.blocks == nil || o.parts.size != size {
		if o.parts.blocks, err = pass.NewBlocks(o.pass, size); err != nil {
			return err
		}
		o.parts.size = size
	}
	lead := o.Lead()
	first, err := o.parts.blocks.Run(ctx, dst[lead:], o.point(x))
	if err != nil {
		return err
	}
	if o.intercept {
		dst[0] = first
	}
	for j, lambda := range o.penalty {
		block, i := dst[lead+j/size*size*size:], j%size
		block[i*size+i] += lambda
	}
	return nil
}

// ExpectedHessian implements [solvers.Expecter], in one read of the rows: that
// of Fisher scoring where the link is not canonical, else the Hessian.
func (o *objective[T]) ExpectedHessian(ctx context.Context, x, h []float64) error {
	of := o
	if scorer, ok := o.pass.Model().Loss.(loss.Scorer); ok && o.parts.passes != nil {
		if o.parts.expected == nil {
			p, err := o.parts.passes(pass.Model{Loss: scorer.Scoring(), Intercept: o.intercept})
			if err != nil {
				return err
			}
			o.parts.expected = &objective[T]{pass: p, family: o.family, intercept: o.intercept, penalty: o.penalty}
		}
		of = o.parts.expected
	}
	if o.parts.gradient == nil {
		o.parts.gradient = make([]float64, o.Dim())
	}
	_, err := of.Hessian(ctx, x, o.parts.gradient, h)
	return err
}
