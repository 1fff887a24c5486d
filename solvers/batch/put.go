package batch

import (
	"math"
	"slices"
)

// again is f with room for other results, none of them fitted; a new one if f
// is nil.
func (f *Fits) again(fits, width int, o Options) *Fits {
	if f == nil {
		return newFits(fits, width, o)
	}
	f.Width = width
	f.Coefficients = undefinedAgain(f.Coefficients, fits*width, o.threads())
	f.StdErrors = wanted(f.StdErrors, o.StdErrors, fits*width, o.threads())
	f.Deviance = wanted(f.Deviance, o.Deviance, fits, o.threads())
	f.Rows = zerosAgain(f.Rows, fits)
	f.Iterations = zerosAgain(f.Iterations, fits)
	f.Status = zerosAgain(f.Status, fits)
	clear(f.dependent)
	if f.dependent == nil {
		f.dependent = map[int][]int{}
	}
	return f
}

func undefinedAgain(s []float64, n, threads int) []float64 {
	if cap(s) < n {
		return undefined(n, threads)
	}
	s = s[:n]
	fillUndefined(s, threads)
	return s
}

func wanted(s []float64, yes bool, n, threads int) []float64 {
	if !yes {
		return nil
	}
	return undefinedAgain(s, n, threads)
}

func zerosAgain[E any](s []E, n int) []E {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// fail records a fit without results.
func (f *Fits) fail(fit, rows int, s Status) {
	f.Rows[fit], f.Status[fit] = rows, s
}

// put records a fit: the coefficients of centred columns, the intercept first,
// and what the target was taken less. The system of the worker has the Hessian.
func (f *Fits) put(w *worker, x []float64, centerY float64, s Status, iterations int, deviance float64) {
	f.estimates(w, x, centerY, s, iterations, deviance)
	if f.StdErrors == nil {
		return
	}
	if dispersion := w.dispersion(s, deviance); dispersion == dispersion {
		w.newton.system.variances(w.center)
		errors := f.StdError(w.fit)
		for i, v := range w.newton.system.variance {
			errors[i] = math.Sqrt(float64(dispersion * v))
		}
	}
}

// estimates records all but standard errors.
func (f *Fits) estimates(w *worker, x []float64, centerY float64, s Status, iterations int, deviance float64) {
	fit := w.fit
	f.Rows[fit], f.Status[fit], f.Iterations[fit] = w.rows, s, int32(iterations)
	to := f.Coefficient(fit)
	copy(to, x)
	if w.lead == 1 {
		away := 0.0
		for j, c := range w.center {
			away = math.FMA(c, x[1+j], away)
		}
		to[0] = (x[0] + centerY) - away
	}
	if f.Deviance != nil {
		f.Deviance[fit] = deviance
	}
}

// dependentIn records columns that depend on others.
func (f *Fits) dependentIn(fit, rows int, s *system) {
	f.fail(fit, rows, RankDeficient)
	columns := s.pivoted.Dependent()
	for i := range columns {
		columns[i] -= s.lead
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.dependent[fit] = columns
}
