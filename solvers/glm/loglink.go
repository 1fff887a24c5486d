package glm

import (
	"context"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

func exponential(eta []float64) { kernels.Exp(eta, eta) }

// logStart is what the intercept of a model without columns lacks, with a log
// link and a variance of μ^p, from its moments: a start that is the end. There
// Σ w·y·exp((1−p)(α + offset)) = Σ w·exp((2−p)(α + offset)), and both sums are
// in those of R and D, anywhere.
func logStart(m *pass.Moments, p float64) float64 {
	targets := m.SumD - float64((2-p)*m.SumR)
	means := targets + m.SumR
	return kernels.LogOf(targets) - kernels.LogOf(means)
}

const allZero = "every target is 0: the maximum of the likelihood lies at infinity, where every mean is 0, and coefficients mean nothing"

// begin looks at the target before a fit: of two classes with an offset, whether
// there is but one of them; with a log link, for its part of the likelihood, and for an intercept from which Newton's method has a short way,
// since exp, from far below, takes steps that are far too long, and from far
// above steps of one. R starts near the same place. Without an intercept the
// start is zero.
func (f *fit[T]) begin(ctx context.Context) error {
	about := f.options.Family.about()
	if about.classes && f.offset != "" && !f.options.NoIntercept && (f.options.L1 > 0 || f.options.L2 > 0 || f.options.bounded()) {
		m, err := f.null(ctx, targetLoss{}, 0)
		if err != nil {
			return err
		}
		f.same = m.Rows > 0 && (m.SumR == 0 || m.SumR == m.SumW)
	}
	if about.start == nil {
		return nil
	}
	m, err := f.null(ctx, targetLoss{about.base}, 0)
	if err != nil {
		return err
	}
	f.base, f.zeros = m.Loss, m.SumR == 0 && m.Rows > 0
	mean := about.predictor(m.SumR / m.SumW)
	if !finite(mean) {
		return nil
	}
	if m, err = f.null(ctx, f.loss, mean); err != nil {
		return err
	}
	if start := mean + about.start(f.parameters, m); finite(start) {
		f.start = start
	}
	return nil
}
