package batch

import (
	"math"
)

// result puts what a model came to into entry i of the fits, and columns that
// depend on others aside.
func (l *lockstep[T]) result(m *contender, f *Fits, i int, trouble *map[int][]int) {
	f.Status[i], f.Rows[i], f.Iterations[i] = m.status, m.rows, int32(m.iterations)
	if m.status != Converged && m.status != IterationLimit {
		if m.dependent != nil {
			if *trouble == nil {
				*trouble = map[int][]int{}
			}
			(*trouble)[i] = m.dependent
		}
		return
	}
	l.coefficients(f.Coefficient(i), m)
	if f.Deviance != nil {
		f.Deviance[i] = 2 * l.unpenalised(m)
	}
	if f.StdErrors != nil && m.free {
		l.stdErrors(f.StdError(i), m)
	}
}

// coefficients sets dst to those of a model, in the units of the data.
func (l *lockstep[T]) coefficients(dst []float64, m *contender) {
	copy(dst, m.x)
	for j, c := range l.shift {
		dst[0] = math.FMA(-float64(c), dst[l.lead()+j], dst[0])
	}
}

func (l *lockstep[T]) unpenalised(m *contender) float64 {
	v := m.value
	for j, lambda := range m.penalty {
		b := m.x[l.lead()+j]
		v -= float64(0.5 * float64(float64(lambda*b)*b))
	}
	return v
}

// stdErrors are the roots of the diagonal of H⁻¹, in the units of the data.
func (l *lockstep[T]) stdErrors(dst []float64, m *contender) {
	n := len(m.x)
	if n == 0 || l.factor.Factorize(m.hessian, n, l.lead()) != nil || l.factor.Rank() < n {
		return
	}
	l.factor.InverseDiagonal(dst)
	if l.shift != nil {
		e := m.step
		e[0] = 1
		for j, c := range l.shift {
			e[1+j] = -float64(c)
		}
		l.factor.Solve(m.trial, e)
		dst[0] = product(e, m.trial)
	}
	for i, v := range dst {
		dst[i] = math.Sqrt(v)
	}
}
