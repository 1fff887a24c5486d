package batch

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// lanes are the systems of groups that wait to be solved side by side, by
// kernels.Systems. Each has the bits that [system] gives alone. They are filled one
// after the other, turned, solved, and turned back.
type lanes struct {
	slots   []float64 // of every group: −1 and the means of its columns, then the rows of its Gram matrix
	turned  []float64 // slots side by side: the direction of the intercept at zero, cᵀβ − α, then H and b
	inverse []float64
	solved  []float64 // side by side: x and a −1, then variances
	results []float64 // solved, one after the other
	along   []float64
}

// prepare makes room for systems of m variables whose rows have a stride.
func (l *lanes) prepare(m, stride int) {
	const count = kernels.SystemLanes
	l.slots = memory.Slice[float64](count * slotLength(m, stride))
	l.turned = memory.Slice[float64](count * (m + 1) * stride)
	l.inverse = memory.Slice[float64](count * m * m)
	l.solved = memory.Slice[float64](count * 2 * stride)
	l.results = memory.Slice[float64](count * 2 * stride)
	l.along = memory.Slice[float64](count)
	for lane := range count {
		l.solved[m*count+lane] = -1
	}
}

// slotLength is how much a group has of slots: means, the rows of H and b, and a
// last row, the sum of squares of the target.
func slotLength(m, stride int) int { return (m + 2) * stride }

// slot is that of one of the groups.
func (l *lanes) slot(lane, m, stride int) []float64 {
	n := slotLength(m, stride)
	return l.slots[lane*n : (lane+1)*n : (lane+1)*n]
}

// solve ends the fits that wait.
func (w *worker) solve(f *Fits) {
	const count = kernels.SystemLanes
	if w.waiting == 0 {
		return
	}
	l, m, stride := &w.lanes, w.width, w.stride
	kernels.Transpose(l.turned, count, kernels.Matrix[float64]{Rows: count, Cols: (m + 1) * stride, Stride: slotLength(m, stride), Data: l.slots})
	kernels.Systems(l.turned[count*stride:], l.inverse, l.solved[:count*m], l.solved[count*stride:][:count*m], l.along, l.turned[:count*m], m, stride)
	kernels.Transpose(l.results, 2*stride, kernels.Matrix[float64]{Rows: 2 * stride, Cols: count, Stride: count, Data: l.solved})
	for lane := range w.waiting {
		w.group = &w.beside[lane]
		x := l.results[lane*2*stride:][:2*stride]
		variance := x[stride:][:m]
		if !w.plain(variance) {
			w.squares(f)
			continue
		}
		deviance := w.deviance(x[:stride])
		if !finite(deviance) { // the target is not
			w.squares(f)
			continue
		}
		f.estimates(w, x[:m], w.centerY, Converged, 0, deviance)
		if f.StdErrors == nil {
			continue
		}
		if dispersion := w.dispersion(Converged, deviance); dispersion == dispersion {
			errors := f.StdError(w.fit)
			for i := range errors {
				errors[i] = math.Sqrt(float64(dispersion * variance[i]))
			}
			if w.lead == 1 {
				errors[0] = math.Sqrt(float64(dispersion * l.along[lane]))
			}
		}
	}
	w.waiting = 0
}

// plain says that a system needs neither pivots nor refinement.
func (w *worker) plain(variance []float64) bool {
	for i := w.lead; i < len(variance); i++ {
		if !(float64(variance[i]*w.gram[i*(w.stride+1)]) <= refined) { // NaN is not plain
			return false
		}
	}
	return variance[0] < math.Inf(1)
}

// deviance is the sum of squares of residuals; behind x there is a −1.
func (w *worker) deviance(x []float64) float64 {
	if w.octets && w.w == nil {
		return kernels.RowSquares(w.packed[:w.x.Rows*kernels.CenterWidth], x)
	}
	copy(w.coefficients, x[:w.width])
	w.residuals()
	return w.sumOfSquares()
}
