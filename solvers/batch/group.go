package batch

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// fit fits the group that was fetched, by its packed rows.
func (w *worker) fit(ctx context.Context, f *Fits, fit int) error {
	if !w.count() {
		f.fail(fit, w.rows, NotFinite)
		return nil
	}
	if w.rows == 0 {
		f.fail(fit, 0, TooFewRows)
		return nil
	}
	w.pack()
	if w.kind == squared {
		w.packTargets()
		w.squares(f, fit)
		return nil
	}
	for _, v := range []*[]float64{&w.eta, &w.value, &w.r, &w.d} {
		*v = room(*v, w.x.Rows)
	}
	return w.descend(ctx, w, f, fit)
}

// squares is least squares: the Gram matrix of [1 X−c y−ȳ], eliminated, and the
// sum of squares of the residuals themselves.
func (w *worker) squares(f *Fits, fit int) {
	m, n := w.width, w.x.Rows
	s := &w.newton.system
	z := w.design(m + 1)
	clear(w.gram)
	kernels.Triangle(w.gram, m+1, z, w.w, w.work, w.next)
	if w.rows < m && w.options.L2 == 0 || !w.diagonalFinite() {
		f.fail(fit, w.rows, w.shortOrNotFinite())
		return
	}
	for j := w.lead; j < m; j++ {
		w.gram[j*(m+2)] += w.options.L2
	}
	for i := range m {
		w.gradient[i] = w.gram[i*(m+1)+m]
	}
	if !s.factorise(w.gram, m+1, w.gradient, 0) {
		f.dependentIn(fit, w.rows, s)
		return
	}
	copy(w.coefficients, s.x)
	w.residuals(z, n)
	if s.worst > refined {
		w.refine(z, n)
	}
	deviance := w.sumOfSquares(n)
	f.put(fit, w, w.coefficients[:m], w.centerY, Converged, 0, deviance)
}

// residuals sets r to y − offset − η.
func (w *worker) residuals(z kernels.Matrix[float64], n int) {
	m := w.width
	w.r = room(w.r, n)
	for i, v := range w.coefficients[:m] {
		w.gradient[i] = -v
	}
	w.signed = append(w.signed[:0], w.gradient...)
	w.signed = append(w.signed, 1)
	kernels.Dots(w.r[:n], z, nil, w.signed)
}

// refine takes a step of the factorisation from where rounding has left the
// gradient.
func (w *worker) refine(z kernels.Matrix[float64], n int) {
	m := w.width
	const rounds = 2
	for range rounds {
		r := w.weighted(n)
		clear(w.gradient)
		kernels.Update(w.gradient, w.design(m), nil, r)
		for j := w.lead; j < m; j++ {
			w.gradient[j] -= float64(w.options.L2 * w.coefficients[j])
		}
		w.newton.system.solve(w.gradient)
		for j, v := range w.newton.system.x {
			w.coefficients[j] += v
		}
		w.residuals(z, n)
	}
}

// weighted is w·r, in other memory than r if there are weights.
func (w *worker) weighted(n int) []float64 {
	if w.w == nil {
		return w.r[:n]
	}
	w.d = room(w.d, n)
	copy(w.d, w.r[:n])
	kernels.Multiply(w.d[:n], w.w)
	return w.d[:n]
}

func (w *worker) sumOfSquares(n int) float64 { return kernels.Dot(w.weighted(n), w.r[:n]) }

func (w *worker) diagonalFinite() bool {
	for at := 0; at < len(w.gram); at += w.width + 2 {
		if !finite(w.gram[at]) {
			return false
		}
	}
	return true
}

func (w *worker) shortOrNotFinite() Status {
	if w.diagonalFinite() {
		return TooFewRows
	}
	return NotFinite
}

// descend fits a loss that is not quadratic.
func (w *worker) descend(ctx context.Context, o objective, f *Fits, fit int) error {
	s := &w.newton
	if w.rows < w.width && w.options.L2 == 0 {
		f.fail(fit, w.rows, w.shortOrFlawed())
		return nil
	}
	clear(s.at.x)
	s.atInfinity = false
	if w.kind == poisson && w.lead == 1 {
		s.at.x[0], s.atInfinity = w.logStart()
	}
	if err := s.minimize(ctx, o); err != nil {
		return err
	}
	switch s.status {
	case RankDeficient:
		f.dependentIn(fit, w.rows, &s.system)
	case Separated, NotFinite:
		f.fail(fit, w.rows, s.status)
	default:
		deviance := 2 * (s.at.value - w.penalty(s.at.x))
		f.put(fit, w, s.at.x, 0, s.status, s.iterations, deviance)
	}
	return nil
}

// shortOrFlawed is the status of too few rows, unless their columns are not
// finite.
func (w *worker) shortOrFlawed() Status {
	for i := range w.x.Rows {
		if !allFinite(w.x.Row(i)) {
			return NotFinite
		}
	}
	return TooFewRows
}

// logStart is the intercept of a Poisson model without columns, where a fit
// starts: log Σwy − log Σw·exp(offset). zeros says that every target is zero.
func (w *worker) logStart() (start float64, zeros bool) {
	n := len(w.y)
	total := kernels.Sum(w.y)
	if w.w != nil {
		total = kernels.Dot(w.y, w.w)
	}
	if total == 0 {
		return 0, true
	}
	mean := kernels.LogOf(total / w.sumW)
	if !finite(mean) {
		return 0, false
	}
	if w.offset == nil {
		return mean, false
	}
	w.eta = room(w.eta, n)
	eta := w.eta[:n]
	for i, v := range w.offset {
		eta[i] = mean + v
	}
	kernels.Exp(eta, eta)
	sum := kernels.Sum(eta)
	if w.w != nil {
		sum = kernels.Dot(eta, w.w)
	}
	if start = mean + kernels.LogOf(total) - kernels.LogOf(sum); !finite(start) {
		start = 0
	}
	return start, false
}

// dispersion is that of the standard errors; NaN if there are none.
func (w *worker) dispersion(status Status, deviance float64) float64 {
	switch {
	case status != Converged || w.options.L2 > 0:
		return math.NaN()
	case w.kind != squared:
		return 1
	case w.rows <= w.width:
		return math.NaN()
	}
	return deviance / float64(w.rows-w.width)
}
