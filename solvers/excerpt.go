package solvers

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// An excerpt of the problem of sweeps is what belongs to a working set: of H and of the
// gradient either that alone, copied to places next to one another, or all of it, each
// variable in its own place.
type excerpt struct {
	variables []int     // which is where
	members   []int     // places of the working set
	rows      []float64 // of H, without a leading variable: as long as there are places
	curvature []float64 // the diagonal of it, with what is added
	slope     []float64 // the gradient of the quadratic
	before    []float64 // x when it was taken

	all    []int     // every variable
	copied []float64 // room for rows of a working set
	whole  []float64 // H without the leading variable, once it was needed; empty where H is another one
}

func newExcerpt(n int) excerpt {
	room := min(n, 64)
	e := excerpt{
		members: make([]int, 0, n), curvature: make([]float64, n), slope: make([]float64, n), before: make([]float64, n),
		all: make([]int, n), copied: make([]float64, room*room),
	}
	for j := range e.all {
		e.all[j] = j
	}
	return e
}

// row is the row of H of a place. Its diagonal is not the curvature.
func (e *excerpt) row(a int) []float64 {
	m := len(e.variables)
	return e.rows[a*m : (a+1)*m]
}

// tilt adds what a step in a place does to the slopes.
func (e *excerpt) tilt(a int, step float64) {
	own := math.FMA(step, e.curvature[a], e.slope[a])
	kernels.Axpy(e.slope[:len(e.variables)], step, e.row(a))
	e.slope[a] = own
}

// manyOf is from which share of the variables on all of H is taken: a copy of the part of many
// of them takes longer than the sweeps do over longer rows.
const manyOf = 3

// take takes the excerpt of the working set.
func (s *sweeps) take() {
	s.working = s.working[:0]
	for j, in := range s.in {
		if in {
			s.working = append(s.working, j)
		}
	}
	if manyOf*len(s.working) > len(s.x) {
		s.members, s.variables = append(s.members[:0], s.working...), s.all
		s.rows = s.withoutLead()
	} else {
		s.members, s.variables = append(s.members[:0], s.all[:len(s.working)]...), s.working
		s.rows = s.copyRows()
	}
	for a, i := range s.variables {
		s.slope[a], s.before[a] = s.q[i], s.x[i]
	}
	n := len(s.x)
	for _, a := range s.members {
		// A variable without curvature gets some.
		i := s.variables[a]
		known, own := s.row(a)[a], s.hessian[i*n+i]
		if s.ridge != nil {
			known, own = known+s.ridge[i], own+s.ridge[i]
		}
		s.curvature[a] = known
		if !(known > float64(cholesky.DefaultTolerance*own)) {
			if s.curvature[a] = math.Abs(own); own == 0 {
				s.curvature[a] = 1
			}
		}
		s.made[i] = s.curvature[a] - known
	}
}

// copyRows is the part of H of the working set.
func (s *sweeps) copyRows() []float64 {
	n, m := len(s.x), len(s.working)
	if len(s.copied) < m*m {
		s.copied = memory.Slice[float64](min(4*m*m, n*n))
	}
	for a, i := range s.working {
		row, from, pull := s.copied[a*m:(a+1)*m], s.hessian[i*n:(i+1)*n], s.pull(i)
		for b, j := range s.working {
			row[b] = from[j] - float64(pull*s.hessian[j])
		}
	}
	return s.copied
}

// withoutLead is all of H, without the leading variable if there is one.
func (s *sweeps) withoutLead() []float64 {
	n := len(s.x)
	switch {
	case !s.lead:
		return s.hessian
	case len(s.whole) > 0:
		return s.whole
	case cap(s.whole) == 0:
		s.whole = memory.Slice[float64](n * n)
	}
	s.whole = s.whole[:n*n]
	for i := range n {
		row, from, pull := s.whole[i*n:(i+1)*n], s.hessian[i*n:(i+1)*n], s.pull(i)
		for j, v := range from {
			row[j] = v - float64(pull*s.hessian[j])
		}
	}
	return s.whole
}

// pull is how far the leading variable, if there is one, follows a variable the other way.
func (s *sweeps) pull(i int) float64 {
	if !s.lead {
		return 0
	}
	return s.hessian[i*len(s.x)] / s.hessian[0]
}

// renew says that H is another one.
func (s *sweeps) renew() { s.whole = s.whole[:0] }
