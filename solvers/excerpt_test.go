package solvers

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestExcerptsAgree: steps in a working set have the same bits whether its part of the
// Hessian is copied or all of it is taken, with a leading variable and without, and
// after another Hessian has come.
func TestExcerptsAgree(t *testing.T) {
	const n = 30
	r := rand.New(rand.NewPCG(1, 2))
	for _, lead := range []bool{false, true} {
		s := newSweeps(n, L1(make([]float64, n)), 1)
		s.lead, s.hessian, s.ridge = lead, make([]float64, n*n), make([]float64, n)
		for range 2 {
			for i := range n {
				s.q[i], s.x[i], s.ridge[i] = r.NormFloat64(), r.NormFloat64(), r.Float64()
				for j := range i {
					s.hessian[i*n+j] = r.NormFloat64()
					s.hessian[j*n+i] = s.hessian[i*n+j]
				}
				s.hessian[i*n+i] = n * (1 + r.Float64())
			}
			s.hessian[7*n+7] = 0 // no curvature
			s.renew()
			steps := make([]float64, n)
			for i := range steps {
				steps[i] = r.NormFloat64()
			}
			after := func(members int) (slopes, curvature []float64) {
				for j := range s.in {
					s.in[j] = j > 0 && j <= members
				}
				s.take()
				if copied := len(s.variables) < n; copied != (members == 9) {
					t.Fatalf("%d of %d variables: copied is %v", members, n, copied)
				}
				for _, a := range s.members {
					if j := s.variables[a]; j <= 9 {
						s.tilt(a, steps[j])
					}
				}
				for _, a := range s.members {
					if s.variables[a] <= 9 {
						slopes, curvature = append(slopes, s.slope[a]), append(curvature, s.curvature[a])
					}
				}
				return slopes, curvature
			}
			few, curvatureOfFew := after(9)
			many, curvatureOfMany := after(20)
			if !slices.Equal(few, many) || !slices.Equal(curvatureOfFew, curvatureOfMany) {
				t.Errorf("lead %v: slopes %v and %v, curvatures %v and %v", lead, few, many, curvatureOfFew, curvatureOfMany)
			}
		}
	}
}
