package batch

import (
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
	"github.com/seed-0327bdf7/hesse/kernels"
)

const (
	// mostTight is the largest system that is factorised without a search for
	// pivots. Larger ones have the kernels of internal/cholesky.
	mostTight = kernels.SystemMost

	// doubtful is a·h, of a diagonal entry a of H and h of its inverse, from
	// which on a system goes to internal/cholesky. It counts a column as dependent
	// where 1/h is 1e-11·a or less, h being of the columns before it; the h of
	// all columns is larger. So what is not doubtful has full rank there too.
	doubtful = 1e6

	// refined is the a·h from which on a least squares solution is refined: some
	// two of sixteen digits may be lost by then.
	refined = 100
)

// A system solves H·x = b for a symmetric H of the data, and has the diagonal
// of H⁻¹. The zero value is ready.
type system struct {
	m, lead int // size, and 1 if variable 0 is the intercept

	// augmented is m×(m+1) row-major: the upper triangle of H and, as the last
	// column, b. Eliminated, it is R and R⁻ᵀb, H = RᵀR. Behind it are zeros, as far as
	// the rows are apart.
	augmented []float64
	apart     int
	diagonal  []float64 // of H

	// inverse is R⁻¹ in the upper triangle, rows as far apart, if tight; else H⁻¹ in
	// both triangles, m×m row-major.
	inverse  []float64
	x, u     []float64
	variance []float64 // the diagonal of H⁻¹

	tight   bool    // factorised here
	worst   float64 // largest a·h beside the intercept
	pivoted cholesky.Factorization
}

func (s *system) resize(m, lead int) {
	s.m, s.lead = m, lead
	s.apart = kernels.SystemStride(m)
	s.augmented = slices.Grow(s.augmented[:0], m*s.apart)[:m*s.apart]
	s.inverse = slices.Grow(s.inverse[:0], m*s.apart)[:m*s.apart]
	for _, v := range []*[]float64{&s.diagonal, &s.x, &s.u, &s.variance} {
		*v = slices.Grow((*v)[:0], m)[:m]
	}
}

// factorise takes H, the upper triangle of m×m row-major with a stride, and b;
// it reports whether H has full rank. x is H⁻¹b then. A tolerance of zero is
// that of internal/cholesky.
func (s *system) factorise(h []float64, stride int, b []float64, tolerance float64) bool {
	m := s.m
	if m <= mostTight && tolerance == 0 {
		s.load(h, stride, b)
		if s.solveTight() {
			return true
		}
	}
	return s.pivot(h, stride, b, tolerance, 0) == nil && s.pivoted.Rank() == m
}

// load sets the augmented matrix.
func (s *system) load(h []float64, stride int, b []float64) {
	m := s.m
	if m == 6 && stride == 6 {
		s.loadSix((*[36]float64)(h), (*[6]float64)(b))
		return
	}
	for i := range m {
		row := s.augmented[i*s.apart:][:s.apart]
		copy(row[i:m], h[i*stride+i:i*stride+m])
		row[m] = b[i]
		clear(row[m+1:])
	}
}

// pivot is factorise with internal/cholesky and a multiple of the unit diagonal
// added; Rank says how it went.
func (s *system) pivot(h []float64, stride int, b []float64, tolerance, shift float64) error {
	m := s.m
	s.tight = false
	s.worst = math.Inf(1)
	for i := range m {
		copy(s.inverse[i*m+i:(i+1)*m], h[i*stride+i:i*stride+m])
	}
	s.pivoted.Tolerance = tolerance
	if err := s.pivoted.FactorizeShifted(s.inverse[:m*m], m, s.lead, shift); err != nil {
		return err
	}
	if s.pivoted.Rank() == m {
		s.pivoted.Solve(s.x, b)
	}
	return nil
}

// solveTight eliminates the augmented matrix and sets x, variance and worst. It
// is false where rank is for internal/cholesky to judge.
func (s *system) solveTight() bool {
	if s.m == 6 {
		s.solveSix()
	} else {
		s.solveRows()
	}
	s.tight = s.worst < doubtful && s.variance[0] < math.Inf(1)
	return s.tight
}

// solveRows has a kernel that takes rows in whole vectors.
func (s *system) solveRows() {
	for k := range s.m {
		s.diagonal[k] = s.augmented[k*s.apart+k]
	}
	kernels.System(s.augmented, s.inverse, s.x, s.variance)
	s.worst = 0
	for i := s.m - 1; i >= s.lead; i-- {
		s.worst = max(s.worst, float64(s.variance[i]*s.diagonal[i])) // NaN stays
	}
}

// solve sets x = H⁻¹·b.
func (s *system) solve(b []float64) {
	if !s.tight {
		s.pivoted.Solve(s.x, b)
		return
	}
	m, apart := s.m, s.apart
	for j := range m {
		sum := float64(s.inverse[j] * b[0])
		for i := 1; i <= j; i++ {
			sum = math.FMA(s.inverse[i*apart+j], b[i], sum)
		}
		s.u[j] = sum
	}
	for i := range m {
		sum := 0.0
		for j := i; j < m; j++ {
			sum = math.FMA(s.inverse[i*apart+j], s.u[j], sum)
		}
		s.x[i] = sum
	}
}

// variances completes variance: the diagonal of H⁻¹, but where there is an
// intercept its entry is that of the intercept at zero, α − cᵀβ.
func (s *system) variances(center []float64) {
	m, apart := s.m, s.apart
	if !s.tight {
		apart = m
		s.pivoted.Inverse(s.inverse[:m*m])
		for i := range m {
			s.variance[i] = s.inverse[i*m+i]
		}
	}
	if s.lead == 0 {
		return
	}
	total := 0.0
	for k := range m {
		sum, to := s.inverse[k], m // column k of R⁻¹, or of H⁻¹
		if s.tight {
			to = k + 1
		}
		for i := 1; i < to; i++ {
			sum = math.FMA(-s.inverse[i*apart+k], center[i-1], sum)
		}
		switch {
		case s.tight:
			total = math.FMA(sum, sum, total)
		case k == 0:
			total = sum
		default:
			total = math.FMA(-sum, center[k-1], total)
		}
	}
	s.variance[0] = total
}

// condition estimates that of H, centred and scaled to unit diagonal.
func (s *system) condition(h []float64, b []float64) float64 {
	if s.tight {
		if s.pivot(h, s.m, b, 0, 0) != nil {
			return math.Inf(1)
		}
	}
	return s.pivoted.Condition()
}
