package pass

import (
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// Two losses have kernels that take rows from the dot products to the gradient in
// one read of memory, without segments and strips.

// oneRead says whether one of them takes these rows. Many columns of a Hessian take
// so long that the memory is not what they wait for, and without columns, as in a
// null model, there is nothing to read.
func (p *Pass[T]) oneRead(d *Data[T], hessian bool) bool {
	switch p.model.Loss.(type) {
	case loss.Squared, loss.Logistic:
		return p.columns > 0 && d.Index == nil && d.Offset == nil && !(hessian && p.columns > kernels.NarrowColumns)
	}
	return false
}

// gradient adds loss, gradient, Σr, Σd and margins of up to a block of rows, w their
// weights. second is nil, or gets the second derivatives of a loss that is not
// quadratic. next is memory that is fetched meanwhile.
func (p *Pass[T]) gradient(d *Data[T], lo, hi int, w []float64, at Point, second []float64, next []T, m *Moments) {
	x, y := d.X.Slice(lo, hi), d.Y[lo:hi]
	sums := kernels.LossSums{R: m.SumR, Loss: m.Loss, D: m.SumD, Low: m.MinMargin, High: m.MaxMargin}
	quadratic := p.model.Loss.Quadratic()
	if quadratic {
		kernels.LeastSquares(&sums, m.Gradient, x, p.shift, at.Beta, at.Intercept, y, w, next)
	} else {
		kernels.LogisticRegression(&sums, m.Gradient, x, p.shift, at.Beta, at.Intercept, y, w, second, next)
	}
	m.SumR, m.Loss, m.SumD, m.MinMargin, m.MaxMargin = sums.R, sums.Loss, sums.D, sums.Low, sums.High
	if !quadratic {
		return
	}
	for first := 0; first < hi-lo; first += segmentRows {
		last := min(first+segmentRows, hi-lo)
		if w == nil {
			m.SumD += float64(last - first)
		} else {
			m.SumD += kernels.Sum(w[first:last])
		}
	}
}

// weighRows counts the rows of a block with their weights.
func (m *Moments) weighRows(rows int, w []float64, logarithms bool) {
	for first := 0; first < rows; first += segmentRows {
		n := min(segmentRows, rows-first)
		m.SumW += m.weigh(n, piece(w, first, first+n), logarithms)
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

// narrowElements is how much of X goes through the gradient before the Hessian. The
// second-level cache keeps it; in less, calls begin and end too often.
const narrowElements = 8192

// narrow is loss, gradient and Hessian of a block of rows of few columns: some
// segments at a time, for a call of few rows is mostly beginning and end. While the
// two kernels find these in cache, they fetch the rows that come next, about as
// much each as its share of the time.
func (p *Pass[T]) narrow(s *scratch[T], d *Data[T], lo, hi int, w []float64, m *Moments) {
	step := max(segmentRows, narrowElements/max(p.columns, 1)/segmentRows*segmentRows)
	s.second = grow(s.second, blockRows)
	for from := lo; from < hi; from += step {
		to := min(from+step, hi)
		next := d.X.Slice(to, min(to+to-from, d.X.Rows)).Data
		now := len(next) * 16 / (16 + p.columns)
		weights, second := piece(w, from-lo, to-lo), s.second[:to-from]
		p.gradient(d, from, to, weights, p.at, second, next[:now], m)
		next = next[now:]
		if p.model.Loss.Quadratic() {
			second = weights
		}
		factors := second
		if second == nil { // all ones
			factors = s.ones[:to-from]
		}
		rows := d.X.Slice(from, to)
		x := s.shifted(p, rows)
		s.center(p, x, rows)
		p.cross(x, factors, m)
		kernels.Triangle(m.Hessian, p.columns, x, second, s.work(p.columns), next)
	}
}
