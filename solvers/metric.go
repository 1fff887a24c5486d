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
		fill(metric, 1)
		return nil
	}
	return diagonalAt(ctx, diagonal, metric, it.X, &it.Evaluations)
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
// g/metric if the metric is that of the problem, and no farther than the
// iterate is large, or 1.
func firstLength(it *Iterate, metric []float64) float64 {
	longest := 0.0
	for i, v := range it.Gradient {
		longest = max(longest, math.Abs(v/metric[i]))
	}
	if it.Evaluations.Diagonals > 0 {
		return 1
	}
	return min(1, max(1, largestAbsolute(it.X))/longest)
}
