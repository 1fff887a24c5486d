package batch

import (
	"math"

	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

const (
	roundingOfValue = 0x1p-46 // a rise of the value by this share is none
	maxHalvings     = 50
)

// advance takes a model from the moments at its trial point to the next one,
// or to its end.
func (l *lockstep[T]) advance(m *contender) {
	if m.probing {
		m.probing = false
		if low, high := m.low/magnified, m.high/magnified; high > 0.1 && low > -1e-3*high {
			l.end(m, Separated)
		} else {
			l.end(m, Converged)
		}
		return
	}
	lead := l.lead()
	for j, lambda := range m.penalty {
		b := m.trial[lead+j]
		m.nextValue += float64(0.5 * float64(float64(lambda*b)*b))
		m.next[lead+j] += float64(lambda * b)
		m.nextHessian[(lead+j)*len(m.x)+lead+j] += lambda
	}
	good := isFinite(m.nextValue)
	switch {
	case !m.started:
		if !good || !areFinite(m.next) {
			l.end(m, NotFinite)
			return
		}
		if m.rows == 0 || m.free && m.rows < len(m.x) {
			l.end(m, TooFewRows)
			return
		}
	case !good || m.nextValue > m.value+float64(roundingOfValue*math.Abs(m.value)):
		l.halve(m)
		return
	default:
		m.iterations++
	}
	first := !m.started
	m.started = true
	before := m.value
	m.x, m.trial = m.trial, m.x
	m.gradient, m.next = m.next, m.gradient
	m.hessian, m.nextHessian = m.nextHessian, m.hessian
	m.value = m.nextValue
	if _, classes := l.loss.(loss.Logistic); classes && m.free && m.low > 0 {
		l.end(m, Separated)
		return
	}
	if !first && m.length == 1 {
		gain := m.decrement / 2
		if gain <= float64(l.tolerance*math.Abs(m.value)) || !(m.value < before) {
			l.converged(m)
			return
		}
	}
	if m.iterations == l.limit {
		l.end(m, IterationLimit)
		return
	}
	l.aim(m, first)
}

// aim finds the step from the iterate.
func (l *lockstep[T]) aim(m *contender, first bool) {
	lead, n := l.lead(), len(m.x)
	if err := l.factor.Factorize(m.hessian, n, lead); err != nil {
		l.end(m, NotFinite)
		return
	}
	if l.factor.Rank() < n && first {
		for _, j := range l.factor.Dependent() {
			if j >= lead {
				m.dependent = append(m.dependent, j-lead)
			}
		}
		l.end(m, RankDeficient)
		return
	}
	for shift := max(1e-10, 10*l.rank); l.factor.Rank() < n; shift *= 10 {
		if shift > 1e6 || l.factor.FactorizeShifted(m.hessian, n, lead, shift) != nil {
			l.end(m, IterationLimit)
			return
		}
	}
	l.factor.Solve(m.step, m.gradient)
	m.decrement = product(m.step, m.gradient)
	if m.decrement/2 <= float64(l.tolerance*float64(l.tolerance*math.Abs(m.value))) {
		l.converged(m)
		return
	}
	m.length, m.halvings, m.moved = 1, 0, true
	l.try(m)
}

func (l *lockstep[T]) try(m *contender) {
	for i, x := range m.x {
		m.trial[i] = math.FMA(-m.length, m.step[i], x)
	}
}

// halve tries half of a step that has not lowered the loss.
func (l *lockstep[T]) halve(m *contender) {
	if m.halvings++; m.halvings <= maxHalvings {
		m.length /= 2
		l.try(m)
		return
	}
	if m.decrement/2 <= float64(0x1p-33*math.Abs(m.value)) { // rounding explains it
		l.converged(m)
		return
	}
	l.end(m, IterationLimit)
}

// converged ends a model, but for one whose last step may have led on for
// ever: a pass far along it shows whether some rows become ever more certain
// and none less so. Newton's steps keep a length of about one in η there.
func (l *lockstep[T]) converged(m *contender) {
	if _, classes := l.loss.(loss.Logistic); !classes || !m.free || !m.moved || !(m.high > suspicious) {
		l.end(m, Converged)
		return
	}
	for i, s := range m.step {
		m.trial[i] = -magnified * s
	}
	m.probing = true
}

func (l *lockstep[T]) end(m *contender, s Status) { m.status, m.done = s, true }
