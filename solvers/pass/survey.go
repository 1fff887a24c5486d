package pass

import (
	"context"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A Survey is what one reading of the rows tells before anything is fitted: where
// columns lie and how they spread, and value, gradient and the diagonal of the
// Hessian where every coefficient is zero.
type Survey struct {
	// Moments are those at that point, of columns less their means. They and the
	// Diagonal are nil where the first rows lie so far from all others that sums about
	// their means say little of the spread: they are to be read anew.
	*Moments
	// Means are those of the columns with weights dᵢ, second derivatives of the loss,
	// rounded to the type of the data: relative to them, columns and intercept are
	// orthogonal. Nil for a model without an intercept.
	Means []float64
	// Diagonal is that of the Hessian, Σᵢ dᵢ(xᵢⱼ − c)², and First its entry for the
	// intercept, Σᵢ dᵢ.
	Diagonal []float64
	First    float64
}

// surveyed is what a survey adds up, of columns less the shift of the pass.
type surveyed struct {
	*Moments
	columns []float64 // Xᵀr, Xᵀd and (X∘X)ᵀd
}

// Survey reads the rows once, where every coefficient is zero and the intercept is as
// given, or zero too if the model has none. It is nil if the second derivatives add up
// to nothing, or sums are not finite. Errors are those of [Pass.Run].
func (p *Pass[T]) Survey(ctx context.Context, intercept float64) (*Survey, error) {
	if !p.model.Intercept {
		intercept = 0
	}
	walk := newWalk(p, (*surveyed).add, func(worker int, d *Data[T], lo, hi int) *surveyed {
		m, s := &surveyed{newMoments(0, false), memory.Slice[float64](3 * p.columns)}, p.scratch(worker)
		for first := lo; first < hi; first += segmentRows {
			seg := s.segment(d, first, min(first+segmentRows, hi))
			p.survey(s, &seg, intercept, m)
		}
		return m
	})
	m, ok, err := walk.sum(ctx)
	if err != nil || !ok {
		return nil, err
	}
	return p.settle(m), nil
}

// survey takes a segment through the loss, and then through one read of its rows.
func (p *Pass[T]) survey(s *scratch[T], seg *segment[T], intercept float64, m *surveyed) {
	n := seg.x.Rows
	s.constant(seg, intercept)
	s.evaluate(p.model.Loss, seg, 0, n, m.Moments)
	kernels.Spread(m.columns, seg.take(0, n), p.shift, s.r[:n], s.d[:n])
	s.count(seg, m.Moments, true)
}

// constant sets eta for a segment where every coefficient is zero.
func (s *scratch[T]) constant(seg *segment[T], intercept float64) {
	eta := s.eta[:seg.x.Rows]
	for i := range eta {
		eta[i] = intercept
	}
	if seg.offset != nil {
		kernels.Axpy(eta, 1, seg.offset)
	}
}

func (m *surveyed) add(later *surveyed) {
	m.Moments.add(later.Moments)
	kernels.Axpy(m.columns, 1, later.columns)
}

// settle takes sums from the shift to the means.
func (p *Pass[T]) settle(m *surveyed) *Survey {
	c := p.columns
	second := m.columns[c : 2*c]
	m.Gradient = m.columns[:c:c]
	s := &Survey{Moments: m.Moments, Diagonal: m.columns[2*c:], First: m.SumD}
	usable, far := m.SumW > 0 && m.SumD > 0 && finite(m.Loss) && finite(m.SumR) && finite(m.SumD), false
	if p.model.Intercept {
		s.Means = make([]float64, c)
		for j, near := range p.shift {
			s.Means[j] = float64(T(float64(near) + second[j]/m.SumD))
			way := s.Means[j] - float64(near)
			moved := float64(way * float64(way*m.SumD))
			m.Gradient[j] -= float64(way * m.SumR)
			s.Diagonal[j] = max(0, s.Diagonal[j]+moved-float64(2*float64(way*second[j])))
			far = far || s.Diagonal[j] < float64(0x1p-20*moved)
			usable = usable && finite(s.Means[j])
		}
	}
	for j, g := range m.Gradient {
		usable = usable && finite(g) && finite(s.Diagonal[j])
	}
	if !usable {
		return nil
	}
	m.Shift = s.Means
	if far {
		s.Moments, s.Diagonal = nil, nil
	}
	return s
}
