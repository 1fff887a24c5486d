package batch

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// startPoisson is the intercept of the null model: log of Σ w y / Σ w exp(o).
// ok is false where the targets are all zero, and the maximum at infinity.
func (l *lockstep[T]) startPoisson(m *contender) (ok bool) {
	sumY, sumMu := 0.0, 0.0
	mu := l.value
	for lo := 0; lo < l.data.X.Rows; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, l.data.X.Rows)
		y, w := l.fetch(m.model, lo, hi, l.y[:hi-lo], l.w[:hi-lo])
		o := l.offsets(lo, hi)
		mu = mu[:hi-lo]
		if o != nil {
			kernels.Exp(mu, o)
		}
		for i, v := range y {
			weight, base := 1.0, 1.0
			if w != nil {
				weight = w[i]
			}
			if o != nil {
				base = mu[i]
			}
			if weight > 0 {
				sumY = math.FMA(weight, v, sumY)
				sumMu = math.FMA(weight, base, sumMu)
			}
		}
		mu = l.value
	}
	if sumY == 0 && sumMu > 0 {
		return false
	}
	if start := kernels.LogOf(sumY / sumMu); l.intercept && isFinite(start) {
		m.trial[0] = start
	}
	return true
}

// begin sets where models start, and ends those that have no finite maximum.
func (l *lockstep[T]) begin(models []*contender) []*contender {
	for _, m := range models {
		clear(m.trial)
	}
	_, counts := l.loss.(loss.Poisson)
	_, classes := l.loss.(loss.Logistic)
	if !counts && !classes || !l.intercept {
		return models
	}
	var rest []*contender
	for _, m := range models {
		if counts && l.startPoisson(m) || classes && (m.free || !l.sameClass(m)) {
			rest = append(rest, m)
			continue
		}
		l.countRows(m)
		l.end(m, Separated)
	}
	return rest
}

// sameClass tells whether all targets are of one class: no penalty holds the
// intercept.
func (l *lockstep[T]) sameClass(m *contender) bool {
	first := -1.0
	for lo := 0; lo < l.data.X.Rows; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, l.data.X.Rows)
		y, w := l.fetch(m.model, lo, hi, l.y[:hi-lo], l.w[:hi-lo])
		for i, v := range y {
			if w != nil && w[i] == 0 {
				continue
			}
			if first < 0 {
				first = v
			}
			if v != first {
				return false
			}
		}
	}
	return first >= 0
}

// countRows is for a model that no pass has seen.
func (l *lockstep[T]) countRows(m *contender) {
	m.rows = 0
	for lo := 0; lo < l.data.X.Rows; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, l.data.X.Rows)
		_, w := l.fetch(m.model, lo, hi, l.y[:hi-lo], l.w[:hi-lo])
		if w == nil {
			m.rows += hi - lo
			continue
		}
		for _, v := range w {
			if v > 0 {
				m.rows++
			}
		}
	}
}

func areFinite(x []float64) bool {
	for _, v := range x {
		if !isFinite(v) {
			return false
		}
	}
	return true
}
