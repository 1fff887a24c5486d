package pass

import (
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// Least squares need no segments and no strips: kernels.LeastSquares takes a
// block of rows from the dot products through the loss to the gradient.

// fused says whether it can.
func (p *Pass[T]) fused(d *Data[T]) bool {
	_, squared := p.model.Loss.(loss.Squared)
	return squared && d.Index == nil && d.Offset == nil
}

// squares adds loss, gradient and Σr of up to a block of rows, w their weights.
func (p *Pass[T]) squares(d *Data[T], lo, hi int, w []float64, at Point, m *Moments) {
	r, value := kernels.LeastSquares(m.Gradient, d.X.Slice(lo, hi), p.shift, at.Beta, at.Intercept, d.Y[lo:hi], w)
	m.SumR += r
	m.Loss += value
}

// countSquares adds what rows contribute beside that. Their d are weights.
func (m *Moments) countSquares(rows int, w []float64, logarithms bool) {
	for first := 0; first < rows; first += segmentRows {
		n := min(segmentRows, rows-first)
		sum := m.weigh(n, piece(w, first, first+n), logarithms)
		m.SumW += sum
		m.SumD += sum
	}
}

// blockWeights is the weights of up to a block of rows, nil where all are 1.
func (s *scratch[T]) blockWeights(d *Data[T], lo, hi int) []float64 {
	if d.Weights == nil {
		return nil
	}
	if _, same := any(d.Weights).([]float64); !same {
		s.weights = grow(s.weights, blockRows)
	}
	return float64s(s.weights, d.Weights[lo:hi])
}
