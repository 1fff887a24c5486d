package batch

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// lanes are the systems of groups that wait to be solved side by side, as
// kernels.Systems takes them. Each has the bits that [system] gives alone.
type lanes struct {
	a, inverse, x, variance, along, v []float64
}

func (l *lanes) prepare(m int) {
	const count = kernels.SystemLanes
	l.a = memory.Slice[float64](count * m * (m + 1))
	l.inverse = memory.Slice[float64](count * m * m)
	l.x = memory.Slice[float64](count * m)
	l.variance = memory.Slice[float64](count * m)
	l.along = memory.Slice[float64](count)
	l.v = memory.Slice[float64](count * m)
}

// wait puts the system of the group at hand beside the others, and solves them
// if there is no room for more.
func (w *worker) wait(f *Fits) {
	const count = kernels.SystemLanes
	m, lane := w.width, w.waiting
	for i := range m {
		from := w.gram[i*(m+1)+i : (i+1)*(m+1)]
		to := w.lanes.a[(i*(m+1)+i)*count+lane:]
		for j, v := range from {
			to[j*count] = v
		}
	}
	if w.lead == 1 { // the direction of the intercept at zero, α − cᵀβ
		v := w.lanes.v[lane:]
		v[0] = 1
		for j, c := range w.center {
			v[(1+j)*count] = -c
		}
	}
	w.waiting++
	if w.waiting == count {
		w.solve(f)
	}
}

// solve ends the fits that wait.
func (w *worker) solve(f *Fits) {
	const count = kernels.SystemLanes
	if w.waiting == 0 {
		return
	}
	l, m := &w.lanes, w.width
	kernels.Systems(l.a, l.inverse, l.x, l.variance, l.along, l.v, m)
	for lane := range w.waiting {
		w.group = &w.beside[lane]
		worst := 0.0
		for i := w.lead; i < m; i++ {
			worst = max(worst, float64(l.variance[i*count+lane]*w.gram[i*(m+2)])) // NaN stays
		}
		if !(worst <= refined && l.variance[lane] < math.Inf(1)) {
			w.squares(f)
			continue
		}
		for i := range m {
			w.coefficients[i] = l.x[i*count+lane]
		}
		w.residuals()
		deviance := w.sumOfSquares()
		if !finite(deviance) { // the target is not
			w.squares(f)
			continue
		}
		f.estimates(w, w.coefficients[:m], w.centerY, Converged, 0, deviance)
		if f.StdErrors == nil {
			continue
		}
		if dispersion := w.dispersion(Converged, deviance); dispersion == dispersion {
			errors := f.StdError(w.fit)
			for i := range errors {
				errors[i] = math.Sqrt(float64(dispersion * l.variance[i*count+lane]))
			}
			if w.lead == 1 {
				errors[0] = math.Sqrt(float64(dispersion * l.along[lane]))
			}
		}
	}
	w.waiting = 0
}
