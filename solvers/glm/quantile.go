package glm

import (
	"context"
	"errors"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// quantile is smoothed quantile regression: a prediction is the quantile
// Parameters.Quantile of the target. It has no likelihood, and no standard
// errors.
var quantile = family{
	name: "quantile", link: "identity",
	loss:      func(p Parameters) loss.Loss { return loss.Quantile{Tau: p.Quantile, Bandwidth: p.Bandwidth} },
	mean:      func([]float64) {},
	predictor: func(mean float64) float64 { return mean },
	explained: "explained loss",
}

// bandwidth is how far a quantile regression is smoothed unless it is told,
//
//	h = s·max(0.05, √(τ(1 − τ))·((p + log n)/n)^0.4)
//
// the rule of He, Pan, Tan & Zhou (2023) times s, the standard deviation of the
// residuals of least squares, for a target in any unit. The fit of these takes
// two passes. Residuals that are nothing but rounding count as a millionth of
// the target.
func (f *fit[T]) bandwidth(ctx context.Context, of *objective[T]) (float64, error) {
	squares := &stage[T]{passes: f.passes, objective: &objective[T]{intercept: of.intercept, penalty: of.penalty, sparse: of.sparse, history: of.history}}
	s, err := squares.squares(ctx)
	first := squares.objective.first
	if singular := (*solvers.SingularError)(nil); errors.As(err, &singular) {
		return 0, f.collinear(singular, first.Rows, squares.objective.Lead())
	}
	if err != nil {
		return 0, err
	}
	rows, columns := float64(first.Rows), float64(len(f.names))
	share := []float64{0.4 * (kernels.LogOf(columns+kernels.LogOf(rows)) - kernels.LogOf(rows))}
	kernels.Exp(share, share)
	tau := f.parameters.Quantile
	width := max(0.05, float64(math.Sqrt(tau*(1-tau))*share[0]))
	size := math.Sqrt(2 * first.Loss / first.SumW) // at zero it is the target's
	h := max(float64(width*s), float64(0x1p-20*size))
	if !finite(h) || h == 0 {
		return 1, nil // no rows, or nothing to smooth, or data that the fit will refuse
	}
	return h, nil
}
