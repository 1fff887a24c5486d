package batch

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// fitRows fits the group of rows lo to hi, or lets it wait for others that are
// solved beside it.
func fitRows[T kernels.Float](ctx context.Context, w *worker, g *Groups[T], f *Fits, fit int) error {
	lo, hi := g.Starts[fit], g.Starts[fit+1]
	w.group = &w.alone
	if waits := w.kind == squared && w.width <= kernels.SystemSize && (hi-lo)*w.stride <= besideElements; waits {
		w.group = &w.beside[w.waiting]
	}
	w.fit = fit
	fetch(w, g, lo, hi)
	if !w.count() {
		f.fail(fit, w.rows, NotFinite)
		return nil
	}
	if w.rows == 0 {
		f.fail(fit, 0, TooFewRows)
		return nil
	}
	if w.kind == squared {
		w.lessOffset()
	}
	w.makeRoom(w.x.Rows)
	w.centerAll(w.kind == squared && w.w == nil && w.x.Rows <= kernels.PanelRows)
	if !w.octets {
		w.pack()
	}
	if w.kind != squared {
		for _, v := range []*[]float64{&w.eta, &w.value, &w.r, &w.d} {
			*v = room(*v, w.x.Rows)
		}
		return w.descend(ctx, w, f, fit)
	}
	if !w.octets {
		w.packTargets()
	}
	if w.short {
		w.penaliseGram()
	} else {
		w.sums()
	}
	if w.group == &w.alone || w.rows < w.width && w.options.L2 == 0 {
		w.squares(f) // which tells what is wrong with few rows
		return nil
	}
	if w.waiting++; w.waiting == kernels.SystemLanes {
		w.solve(f)
	}
	return nil
}

// sums is the Gram matrix of [1 X−c y−ȳ], and the penalty.
func (w *worker) sums() {
	m := w.width
	clear(w.gram)
	kernels.Triangle(w.gram, w.stride, w.design(m+1), w.w, w.work, w.next)
	w.penaliseGram()
}

func (w *worker) penaliseGram() {
	if w.options.L2 > 0 {
		for j := w.lead; j < w.width; j++ {
			w.gram[j*(w.stride+1)] += w.options.L2
		}
	}
}

// squares solves a system by itself.
func (w *worker) squares(f *Fits) {
	m, s := w.width, &w.newton.system
	if w.short { // what is less than easy is done as a single fit would do it
		w.centerAll(false)
		w.sums()
	}
	for i := range m + 1 {
		if !finite(w.gram[i*(w.stride+1)]) {
			f.fail(w.fit, w.rows, NotFinite)
			return
		}
	}
	if w.rows < m && w.options.L2 == 0 {
		f.fail(w.fit, w.rows, TooFewRows)
		return
	}
	for i := range m {
		w.gradient[i] = w.gram[i*w.stride+m]
	}
	if !s.factorise(w.gram, w.stride, w.gradient, 0) {
		f.dependentIn(w.fit, w.rows, s)
		return
	}
	copy(w.coefficients, s.x)
	w.residuals()
	if s.worst > refined {
		w.refine()
	}
	deviance := w.sumOfSquares()
	f.put(w, w.coefficients[:m], w.centerY, Converged, 0, deviance)
}

// residuals sets r to y − offset − η.
func (w *worker) residuals() {
	m, n := w.width, w.x.Rows
	w.r = room(w.r, n)
	for i, v := range w.coefficients[:m] {
		w.signed[i] = -v
	}
	w.signed[m] = 1
	kernels.Dots(w.r[:n], w.design(m+1), nil, w.signed)
}

// refine takes a step of the factorisation from where rounding has left the
// gradient.
func (w *worker) refine() {
	m := w.width
	const rounds = 2
	for range rounds {
		r := w.weighted()
		clear(w.gradient)
		kernels.Update(w.gradient, w.design(m), nil, r)
		for j := w.lead; j < m; j++ {
			w.gradient[j] -= float64(w.options.L2 * w.coefficients[j])
		}
		w.newton.system.solve(w.gradient)
		for j, v := range w.newton.system.x {
			w.coefficients[j] += v
		}
		w.residuals()
	}
}

// weighted is w·r, in other memory than r if there are weights.
func (w *worker) weighted() []float64 {
	n := w.x.Rows
	if w.w == nil {
		return w.r[:n]
	}
	w.d = room(w.d, n)
	copy(w.d, w.r[:n])
	kernels.Multiply(w.d[:n], w.w)
	return w.d[:n]
}

func (w *worker) sumOfSquares() float64 { return kernels.Dot(w.weighted(), w.r[:w.x.Rows]) }

// descend fits a loss that is not quadratic.
func (w *worker) descend(ctx context.Context, o objective, f *Fits, fit int) error {
	s := &w.newton
	w.fit = fit
	if w.rows < w.width && w.options.L2 == 0 {
		f.fail(fit, w.rows, w.shortOrFlawed())
		return nil
	}
	clear(s.at.x)
	s.atInfinity = false
	if w.kind == poisson && w.lead == 1 {
		s.at.x[0], s.atInfinity = w.logStart()
	}
	if w.kind == logistic && w.lead == 1 && w.options.L2 > 0 {
		s.atInfinity = w.sameClass()
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
		f.put(w, s.at.x, 0, s.status, s.iterations, deviance)
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

// sameClass tells whether all targets are of one class: no penalty holds the
// intercept.
func (w *worker) sameClass() bool {
	first := -1.0
	for i, y := range w.y {
		if w.w != nil && w.w[i] == 0 {
			continue
		}
		if first < 0 {
			first = y
		}
		if y != first {
			return false
		}
	}
	return first >= 0
}

// dispersion is that of the standard errors; NaN if there are none.
func (w *worker) dispersion(status Status, deviance float64) float64 {
	switch {
	case status != Converged || w.options.L2 > 0 || w.newton.shift > 0: // the Hessian at the end was singular
		return math.NaN()
	case w.kind != squared:
		return 1
	case w.rows <= w.width:
		return math.NaN()
	}
	return deviance / float64(w.rows-w.width)
}
