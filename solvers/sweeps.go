package solvers

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// sweeps minimise a quadratic and a rough function of single variables,
//
//	gᵀ(x − x₀) + ½(x − x₀)ᵀH(x − x₀) + h(x),
//
// one variable after the other, those of a working set: that of variables which
// are off their kinks or which the gradient moves from there, and of others
// that are likely to. Their part of H is copied, so that a step costs what the
// set is large; if they are many, all of H is taken as it is. Then a look at the
// gradient of all tells who was missing.
//
// A leading variable that the rough function leaves free follows the others to
// its minimum all the time: the part of H is that without it.
//
// Where sweeps take long, the minimum of the face on which x lies is found by a
// factorisation instead, up to the first kink on the way.
type sweeps struct {
	region  region
	hessian []float64 // n×n, both triangles
	ridge   []float64 // added to its diagonal; nil is none
	lead    bool      // variable 0 is eliminated
	most    int       // sweeps

	x, q  []float64 // the best x so far, and the gradient of the quadratic there
	least []float64
	made  []float64 // curvature that was made up, of all variables

	working []int
	in      []bool
	hint    func(j int) bool // who is likely to be needed; nil is nobody

	excerpt           // of the working set
	active  []int     // places in it
	face    []float64 // part of H, for the variables off their kinks
	inside  []int     // their places
	step    []float64
	old     []float64 // x before it
	origin  []float64 // slopes before it
	factor  cholesky.Factorization
	hopeful bool // that faces have a minimum
}

func newSweeps(n int, r region, most int) *sweeps {
	room := min(n, 64)
	return &sweeps{
		region: r, most: most,
		x: make([]float64, n), q: make([]float64, n), least: make([]float64, n), made: make([]float64, n),
		working: make([]int, 0, n), in: make([]bool, n), active: make([]int, 0, n), inside: make([]int, 0, n),
		excerpt: newExcerpt(n), step: make([]float64, n), old: make([]float64, n), origin: make([]float64, n),
		face: make([]float64, room*room),
	}
}

// minimise starts at x₀ with the gradient g. A sweep that gains no more than
// enough, or than a share of the first one, ends it.
func (s *sweeps) minimise(x0, g []float64, enough, share float64) {
	copy(s.x, x0)
	copy(s.q, g)
	clear(s.in)
	clear(s.made)
	s.working, s.hopeful = s.working[:0], true
	s.follow()
	for round, left := 0, s.most; left > 0; round++ {
		s.region.least(s.least, s.x, s.q)
		missing := false
		for j := range s.x {
			if s.in[j] || s.lead && j == 0 {
				continue
			}
			if !s.region.held(j, s.x, s.least) || round == 0 && s.hint != nil && s.hint(j) {
				s.in[j], missing = true, true
			}
		}
		if !missing {
			return
		}
		s.take()
		left -= s.settle(left, &enough, share)
		share = 0
		s.spread()
	}
}

// follow moves the leading variable to its minimum.
func (s *sweeps) follow() {
	if !s.lead {
		return
	}
	n := len(s.x)
	step := -s.q[0] / s.hessian[0]
	s.x[0] += step
	kernels.Axpy(s.q, step, s.hessian[:n])
	s.q[0] = 0
}

// settle sweeps over the working set until that gains no more than enough, and
// returns how many sweeps it took.
func (s *sweeps) settle(most int, enough *float64, share float64) (count int) {
	gain := s.sweep(nil)
	*enough = max(*enough, float64(share*gain))
	for count = 1; count < most && gain > *enough; count++ {
		s.active = s.active[:0]
		for _, a := range s.members {
			j := s.variables[a]
			if s.step[a] != 0 || s.region.inside(j, s.x[j]) {
				s.active = append(s.active, a)
			}
		}
		patience := s.patience()
		for ; count < most && gain > *enough; count++ {
			if gain = s.sweep(s.active); patience == 0 && s.hopeful {
				s.land()
				patience = s.patience()
			}
			patience--
		}
		gain = s.sweep(nil)
	}
	return count
}

// sweep minimises in some of the working set, nil is all, one after the other,
// and returns what that has gained.
func (s *sweeps) sweep(some []int) (gain float64) {
	if some == nil {
		some = s.members
	}
	for _, a := range some {
		gain += s.minimiseIn(a)
	}
	return gain
}

func (s *sweeps) minimiseIn(a int) (gain float64) {
	j := s.variables[a]
	x, curvature := s.x[j], s.curvature[a]
	next := s.region.single(j, x-s.slope[a]/curvature, curvature)
	step := next - x
	if s.step[a] = step; step == 0 {
		return 0
	}
	s.x[j] = next
	s.tilt(a, step)
	return float64(0.5 * float64(float64(curvature*step)*step))
}

// patience is how many sweeps take as long as a factorisation.
func (s *sweeps) patience() int { return 4 + len(s.active)/16 }

// land goes to the minimum of the face on which x lies. Variables that would
// pass a kink stay there; if that is no descent, all stop where the first one
// comes to its kink.
func (s *sweeps) land() {
	m := len(s.variables)
	s.inside = s.inside[:0]
	for _, a := range s.members {
		if j := s.variables[a]; s.region.inside(j, s.x[j]) {
			s.inside = append(s.inside, a)
		}
	}
	k := len(s.inside)
	if k == 0 || !s.aim(k) {
		return
	}
	copy(s.origin, s.slope[:m])
	for u, a := range s.inside {
		s.old[u] = s.x[s.variables[a]]
	}
	change, t, first := s.move(1, -1)
	if change < 0 || first < 0 {
		return
	}
	copy(s.slope[:m], s.origin)
	for u, a := range s.inside {
		s.x[s.variables[a]] = s.old[u]
	}
	s.move(t, first)
}

// aim sets the step to the minimum of the face of k variables, and reports
// whether there is one.
func (s *sweeps) aim(k int) bool {
	if len(s.face) < k*k {
		s.face = memory.Slice[float64](min(4*k*k, len(s.x)*len(s.x)))
	}
	for u, a := range s.inside {
		row := s.row(a)
		s.face[u*k+u] = s.curvature[a]
		for v := u + 1; v < k; v++ {
			s.face[u*k+v] = row[s.inside[v]]
		}
		j := s.variables[a]
		s.step[u] = -s.region.slope(j, s.x[j], s.slope[a])
	}
	s.hopeful = s.factor.Factorize(s.face, k, 0) == nil && s.factor.Rank() == k
	if s.hopeful {
		s.factor.Solve(s.step[:k], s.step[:k])
	}
	return s.hopeful
}

// move goes t steps, to a kink for those who come to theirs before and for
// variable last, and returns the change of the quadratic and the rough function,
// and where on the way to t the first kink is: first is -1 if there is none.
func (s *sweeps) move(t float64, last int) (change, nearest float64, first int) {
	nearest, first = t, -1
	for u, a := range s.inside {
		j := s.variables[a]
		x := s.x[j]
		next := math.FMA(t, s.step[u], x)
		reach := s.region.reach(j, x, s.step[u])
		if reach < t || u == last {
			next = s.region.kink(j, s.step[u])
		}
		if reach < nearest {
			nearest, first = reach, u
		}
		// On its face the rough function is straight.
		before := s.slope[a]
		straight := s.region.slope(j, x, before) - before
		s.tilt(a, next-x)
		change = math.FMA(0.5*(before+s.slope[a])+straight, next-x, change)
		s.x[j] = next
	}
	return change, nearest, first
}

// spread tells all variables what has become of the working set.
func (s *sweeps) spread() {
	n := len(s.x)
	for _, a := range s.members {
		j := s.variables[a]
		step := s.x[j] - s.before[a]
		if step == 0 {
			continue
		}
		kernels.Axpy(s.q, step, s.hessian[j*n:(j+1)*n])
		s.q[j] += float64(s.made[j] * step)
		if s.ridge != nil {
			s.q[j] += float64(s.ridge[j] * step)
		}
	}
	s.follow()
}

// mirror copies the upper triangle to the lower, in blocks.
func mirror(h []float64, n int) {
	const block = 32
	for top := 0; top < n; top += block {
		for left := 0; left <= top; left += block {
			for i := top; i < min(top+block, n); i++ {
				for j := left; j < min(left+block, i); j++ {
					h[i*n+j] = h[j*n+i]
				}
			}
		}
	}
}
