package glm

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// penalties gives an objective those of the options, in the units of the data, and
// their bounds.
func (f *fit[T]) penalties(ctx context.Context, o *objective[T]) error {
	composite := takesL1(f.options.Method) && !f.options.samples() || f.options.bounded()
	if f.options.L2 == 0 && f.options.L1 == 0 && !composite {
		return nil
	}
	var lines, squares []float64
	if err := f.history.note(func() (err error) {
		lines, squares, err = f.weigh(ctx, f.options.L1, f.options.L2)
		return err
	}, func(v *solvers.State) {
		if v.Grown(&lines, &squares); len(lines) != len(f.names) || len(squares) != len(f.names) {
			v.Refuse("the penalty is for other columns")
		}
	}); err != nil {
		return err
	}
	if f.options.L2 > 0 {
		o.penalty = squares
	}
	if f.options.L1 > 0 || composite {
		o.sparse = newSparse(lines, o.intercept)
		o.sparse.rough = f.options.samples()
		if f.options.bounded() {
			o.sparse.box = f.options.box(len(f.names), o.Lead())
		}
	}
	return nil
}

// weigh is λ₁ and λ for every column: times its penalty factor, and times its
// standard deviation or its variance if columns are standardized.
func (f *fit[T]) weigh(ctx context.Context, l1, l2 float64) (lines, squares []float64, err error) {
	lines, squares = make([]float64, len(f.names)), make([]float64, len(f.names))
	for j := range squares {
		lines[j], squares[j] = l1, l2
		if f.options.PenaltyFactors != nil {
			lines[j] *= f.options.PenaltyFactors[j]
			squares[j] *= f.options.PenaltyFactors[j]
		}
	}
	if !f.options.Standardize || l1 == 0 && l2 == 0 {
		return lines, squares, nil
	}
	// A pass of least squares with an intercept has the weighted variances in
	// its Hessian, whatever is fitted.
	p, err := f.passes(pass.Model{Loss: loss.Squared{}, Intercept: true})
	if err != nil {
		return nil, nil, err
	}
	n := len(f.names)
	m, err := p.Run(ctx, pass.Point{Beta: make([]float64, n)}, pass.Want{Hessian: true})
	if err != nil {
		return nil, nil, err
	}
	for j := range squares {
		mean := m.CrossD[j] / m.SumW
		variance := m.Hessian[j*n+j]/m.SumW - float64(mean*mean)
		if variance > 0 && !math.IsInf(variance, 0) {
			squares[j] *= variance
			lines[j] *= math.Sqrt(variance)
		}
	}
	return lines, squares, nil
}
