package glm

import (
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// A Scale is what a prediction is: a mean or a linear predictor.
type Scale int

const (
	Response Scale = iota // the mean of the target: a probability for a binomial family, a quantile for a quantile one
	Link                  // the linear predictor η
)

// Predict sets dst[i] to the prediction for row i of x, which is row-major
// with a stride (0 means as many as the model has columns). offset is nil or
// has one element a row. Prediction of a row does not depend on the others.
func Predict[T kernels.Float](dst []float64, m *Model, x []T, stride int, offset []T, scale Scale) error {
	columns := m.Columns()
	p, n := len(columns), len(dst)
	if stride == 0 {
		stride = p
	}
	rows := kernels.Matrix[T]{Rows: n, Cols: p, Stride: stride, Data: x}
	switch {
	case stride < p:
		return fmt.Errorf("glm: stride %d for the model's %d columns", stride, p)
	case !rows.Valid():
		return fmt.Errorf("glm: x has %d elements, too few for %d rows of %d columns with stride %d", len(x), n, p, stride)
	case offset != nil && len(offset) != n:
		return fmt.Errorf("glm: %d offsets for %d rows", len(offset), n)
	case scale != Response && scale != Link:
		return fmt.Errorf("glm: scale %d is not known", int(scale))
	}
	beta, center := make([]float64, p), make([]T, p)
	for j, c := range columns {
		beta[j], center[j] = c.Estimate, T(c.Center)
	}
	kernels.Dots(dst, rows, center, beta)
	for i := range dst {
		dst[i] += m.centeredIntercept
		if offset != nil {
			dst[i] += float64(offset[i])
		}
	}
	if scale == Response {
		m.Family.about().mean(dst)
	}
	return nil
}
