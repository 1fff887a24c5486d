package solvers

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
)

const epsilon = 0x1p-52

// noiseMultiple is how often the unit of noise, times the condition of the
// Hessian, a decrement may be that is no better at any point tried.
const noiseMultiple = 256

// largestShift is where the search for a positive definite Hessian gives up.
const largestShift = 1e100

// A quadraticModel is f near an iterate, f + gᵀs + ½sᵀHs, and the step s to its
// minimum. Where H has none, a multiple of its unit diagonal is added.
type quadraticModel struct {
	factor     cholesky.Factorization
	n, lead    int
	step       []float64
	shift      float64
	indefinite bool
}

func newQuadraticModel(p Problem) *quadraticModel {
	m := &quadraticModel{n: p.Dim(), step: make([]float64, p.Dim())}
	m.factor.Tolerance, m.factor.Threads = cholesky.DefaultTolerance, threadsOf(p)
	if leader, ok := p.(Leader); ok {
		m.lead = leader.Lead()
	}
	if a, ok := p.(Approximate); ok {
		m.factor.Tolerance = max(m.factor.Tolerance, a.HessianTolerance())
	}
	return m
}

// factorise factorises the Hessian of the iterate, whose entries are finite,
// and sets its condition. At the start a singular one is a SingularError,
// unless f has no minimum in its dependent variables anyway.
func (m *quadraticModel) factorise(it *Iterate) error {
	m.shift, m.indefinite = 0, false
	if err := m.factor.Factorize(it.Hessian, m.n, m.lead); err != nil {
		return err
	}
	it.Condition = m.factor.Condition()
	if m.factor.Rank() == m.n {
		return nil
	}
	m.indefinite = m.factor.Indefinite()
	if it.Iteration == 0 && !m.indefinite && !m.linear(it) {
		return m.singular()
	}
	for m.shift = 10 * m.factor.Tolerance; m.shift < largestShift; m.shift *= 10 {
		err := m.factor.FactorizeShifted(it.Hessian, m.n, m.lead, m.shift)
		if err != nil || m.factor.Rank() == m.n {
			return err
		}
	}
	return nil
}

// solve sets the step and the iterate's decrement. The step is NaN if no shift
// was large enough.
func (m *quadraticModel) solve(it *Iterate) {
	if m.factor.Rank() < m.n {
		it.Decrement = math.NaN()
		fill(m.step, math.NaN())
		return
	}
	m.factor.Solve(m.step, it.Gradient)
	it.Decrement = max(dot(m.step, it.Gradient), 0)
	for i, v := range m.step {
		m.step[i] = -v
	}
}

// linear reports whether f has a slope and no curvature in some variable.
func (m *quadraticModel) linear(it *Iterate) bool {
	for _, j := range m.factor.Dependent() {
		if it.Hessian[j*m.n+j] == 0 && it.Gradient[j] != 0 {
			return true
		}
	}
	return false
}

func (m *quadraticModel) singular() error {
	e := &SingularError{Columns: m.factor.Dependent()}
	for _, j := range e.Columns {
		terms := []Term{}
		for _, t := range m.factor.Relation(j) {
			terms = append(terms, Term{t.Variable, t.Coefficient})
		}
		e.Relations = append(e.Relations, terms)
	}
	return e
}

// gainIsNoise reports whether the decrement is no more than a multiple of what
// rounding makes of it, ε²·Σ h_ii·x_i²: sums whose terms have the size of H·x
// leave as much in the gradient. Where the curvature had to be made up, that
// means nothing, and no gain counts as noise.
func (m *quadraticModel) gainIsNoise(it *Iterate, multiple float64) bool {
	unit := curvedNorm(it.Hessian, it.X, epsilon)
	return m.shift == 0 && it.Decrement <= float64(multiple*unit)
}

// steep reports whether the curvature had to be made up and some variable weighs:
// then what the model promises says nothing of a minimum.
func (m *quadraticModel) steep(it *Iterate) bool {
	for i := range it.X {
		if m.shift > 0 && weighs(it, i) {
			return true
		}
	}
	return false
}

// weighs reports whether f would change by a part of it that counts if a variable
// changed by its own size, along the slope it has there.
func weighs(it *Iterate, i int) bool {
	const counts = 0x1p-20
	return math.Abs(it.Gradient[i]*it.X[i]) > float64(counts*math.Abs(it.Value))
}

// fellStraight reports whether f fell along the step just taken as if it had no
// curvature at all, though the step was far longer than the iterate is large. f
// lies above that line if it is convex.
func (m *quadraticModel) fellStraight(it *Iterate, fall float64) bool {
	const far = 1e6
	reach := largestAbsolute(m.step)
	return fall >= float64(0.99*it.Decrement) && reach >= far && largestAbsolute(it.X) <= 2*reach
}
