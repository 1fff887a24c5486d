package solvers

import (
	"context"
	"math"
)

// metricAt is the diagonal of the Hessian at the iterate, where the problem
// knows it, else all ones. Entries that are not positive are made up: the
// variable has no curvature to scale it by.
func metricAt(ctx context.Context, p Problem, it *Iterate) ([]float64, error) {
	metric := make([]float64, p.Dim())
	return metric, setMetric(ctx, metric, p, it)
}

func setMetric(ctx context.Context, metric []float64, p Problem, it *Iterate) error {
	diagonal, ok := p.(Diagonaler)
	if !ok {
		fill(metric, plainUnit(it))
		return nil
	}
	return diagonalAt(ctx, diagonal, metric, it.X, &it.Evaluations)
}

// plainUnit is the entry of a metric about which nothing is known: 1, or where
// squares of the gradient are no float64 any more, a power of two that divides
// it to the size of the iterate.
func plainUnit(it *Iterate) float64 {
	return 1 / unitOf(largestAbsolute(it.Gradient)/reachOf(it))
}

// reachOf is how large the iterate is, or 1 at the origin.
func reachOf(it *Iterate) float64 {
	if reach := largestAbsolute(it.X); reach > 0 {
		return reach
	}
	return 1
}

// diagonalAt sets dst to a diagonal without entries that are not positive.
func diagonalAt(ctx context.Context, p Diagonaler, dst, x []float64, count *Evaluations) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, dense := p.(*denseProducts); !dense {
		count.Diagonals++
	}
	if err := p.HessianDiagonal(ctx, dst, x); err != nil {
		return err
	}
	positive(dst)
	return nil
}

// dotInverse returns Σ x_i·y_i/m_i.
func dotInverse(x, y, m []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum = math.FMA(v/m[i], y[i], sum)
	}
	return sum
}

// dotScaled returns Σ m_i·x_i·y_i.
func dotScaled(x, y, m []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum = math.FMA(float64(v*m[i]), y[i], sum)
	}
	return sum
}

// firstLength is how far to go down a gradient about which nothing is known:
// g/metric, no farther than the iterate is large, or 1, and far enough to be
// seen beside it. If the metric is that of the problem, g/metric wherever that
// leads anywhere.
func firstLength(it *Iterate, metric []float64) float64 {
	longest := 0.0
	for i, v := range it.Gradient {
		longest = max(longest, math.Abs(v/metric[i]))
	}
	reach := reachOf(it)
	if it.Evaluations.Diagonals > 0 {
		return visible(longest, reach)
	}
	return min(max(1, float64(leastShare*reach)/longest), max(1, reach)/longest)
}

// leastShare is the share of the size of an iterate by which a first step
// changes it at least.
const leastShare = 0x1p-24

// visible is 1, or if a step of that length is lost in the rounding of an
// iterate of the size of reach, a greater multiple that is not.
func visible(longest, reach float64) float64 {
	if longest >= float64(epsilon*reach) {
		return 1
	}
	return float64(leastShare*reach) / longest
}
