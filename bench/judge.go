package bench

import (
	"context"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A judge says why an answer, an intercept and coefficients, is worth less than
// it should be.
type judge struct {
	f64 func(b *Problem[float64], ours, theirs Answer) error
	f32 func(b *Problem[float32], ours, theirs Answer) error
}

// reaches holds the loss f at an answer to (f − f*)/|f*| ≤ 1e-8, f* the loss at
// ours. Peers compute with float32 data in float32: 1e-5 there. An answer that
// is better than ours by as much is an error too, of ours.
func reaches[T kernels.Float](family glm.Family, l loss.Loss) func(b *Problem[T], ours, theirs Answer) error {
	return func(b *Problem[T], ours, theirs Answer) error {
		share := 1e-8
		if _, ok := any(b).(*Problem[float32]); ok {
			share = 1e-5
		}
		best, err := b.lossAt(family, l, ours.Vector)
		if err != nil {
			return err
		}
		got, err := b.lossAt(family, l, theirs.Vector)
		if err != nil {
			return err
		}
		if off := math.Abs(got-best) / math.Abs(best); !(off <= share) {
			return fmt.Errorf("wrong answer: the loss is off by %.2g of it, where %.2g is allowed", (got-best)/math.Abs(best), share)
		}
		return nil
	}
}

// lossAt is the loss of all rows at an intercept and coefficients.
func (b *Problem[T]) lossAt(family glm.Family, l loss.Loss, beta []float64) (float64, error) {
	p, err := pass.New(&pass.Data[T]{X: b.X, Y: b.targets(family)},
		pass.Model{Loss: l, Intercept: true, Shift: make([]float64, b.X.Cols)}, b.Threads)
	if err != nil {
		return 0, err
	}
	m, err := p.Run(context.Background(), pass.Point{Intercept: beta[0], Beta: beta[1:]}, pass.Want{})
	if err != nil {
		return 0, err
	}
	return m.Loss, nil
}
