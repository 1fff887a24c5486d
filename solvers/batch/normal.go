package batch

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// normal solves least squares from sums, for as many penalties as are asked
// for. The sums are centred about their own means first, where there is an
// intercept.
//
// Scaling columns to unit diagonal changes a factorisation without pivoting by
// no more than rounding, so that is left out: pivots are compared with their
// diagonals instead. Where one is too small, package cholesky judges the rank
// and names columns.
type normal struct {
	p         int
	intercept bool
	tolerance float64 // of the rank

	from    *sums
	usable  bool      // from is finite
	mean    []float64 // of z, 0 without an intercept
	centred []float64 // Σ w (z − mean)(z − mean)ᵀ, q×q, the upper triangle

	factor  []float64 // p×q: rows of R, and R⁻ᵀb behind them
	weights []float64
	lambda  []float64 // of every column, as factorised
	beta    []float64
	plain   bool // factor is that of the last solution

	full    []float64 // the matrix with its intercept, for what the fast path leaves
	right   []float64
	pivoted cholesky.Factorization
}

func newNormal(p int, intercept bool, tolerance float64) *normal {
	q := p + 1
	return &normal{
		p: p, intercept: intercept, tolerance: tolerance,
		mean: make([]float64, q), centred: memory.Slice[float64](q * q),
		factor: memory.Slice[float64](p * q), weights: make([]float64, p), lambda: make([]float64, p), beta: make([]float64, p),
		pivoted: cholesky.Factorization{Tolerance: tolerance, Threads: 1}, // others work on other systems
	}
}

func (s *normal) lead() int {
	if s.intercept {
		return 1
	}
	return 0
}

// load takes sums, which must stay as they are while they are solved.
func (s *normal) load(from *sums) {
	s.from, s.usable = from, from.finite()
	q := s.p + 1
	memory.Copy(s.centred, from.second)
	if !s.intercept {
		return
	}
	for j := range q {
		s.mean[j] = from.first[j] / from.weight
	}
	for i := range q {
		kernels.Axpy(s.centred[i*q+i:(i+1)*q], -s.mean[i], from.first[i:])
	}
}

// penalise sets the penalty of every column.
func (s *normal) penalise(l2 float64) {
	for j := range s.lambda {
		s.lambda[j] = l2
	}
}

// variance is that of column j, weighted, of the population, with or without
// an intercept.
func (s *normal) variance(j int) float64 {
	q := s.p + 1
	v := s.centred[j*q+j] / s.from.weight
	if !s.intercept {
		m := s.from.first[j] / s.from.weight
		v -= float64(m * m)
	}
	return max(v, 0)
}

// solve sets beta for the penalties in lambda: the coefficients of z.
func (s *normal) solve() (Status, []int) {
	p, q := s.p, s.p+1
	s.plain = false
	if status := s.countable(); status != Converged {
		return status, nil
	}
	for k := range p {
		row := s.factor[k*q+k : (k+1)*q]
		copy(row, s.centred[k*q+k:(k+1)*q])
		row[0] += s.lambda[k]
		raw := s.from.second[k*q+k] + s.lambda[k]
		if k > 0 {
			weights := s.weights[:k]
			for i := range weights {
				weights[i] = -s.factor[i*q+k]
			}
			kernels.Update(row, kernels.Matrix[float64]{Rows: k, Cols: len(row), Stride: q, Data: s.factor[k:]}, nil, weights)
		}
		if !(row[0] > float64(s.tolerance*raw)) {
			return s.solvePivoted()
		}
		root := math.Sqrt(row[0])
		row[0] = root
		kernels.Scal(row[1:], 1/root)
	}
	for k := p - 1; k >= 0; k-- {
		row := s.factor[k*q : (k+1)*q]
		s.beta[k] = (row[p] - product(row[k+1:p], s.beta[k+1:])) / row[k]
	}
	s.plain = true
	return Converged, nil
}

// countable says whether there is enough to solve, and all of it finite.
func (s *normal) countable() Status {
	penalised := false
	for _, l := range s.lambda {
		penalised = penalised || l > 0
	}
	width := s.p + s.lead()
	switch {
	case s.from.rows == 0 || s.from.rows < width && !penalised:
		return TooFewRows
	case !s.usable:
		return NotFinite
	}
	return Converged
}

// factorise is the pivoted factorisation of the matrix with its intercept.
func (s *normal) factorise() {
	lead := s.lead()
	n, q := s.p+lead, s.p+1
	if s.full == nil {
		s.full, s.right = memory.Slice[float64](n*n), make([]float64, n)
	}
	if lead == 1 {
		s.full[0] = s.from.weight
		copy(s.full[1:n], s.from.first)
		s.right[0] = s.from.first[s.p]
	}
	for i := range s.p {
		row := s.full[(lead+i)*n+lead+i : (lead+i+1)*n]
		copy(row, s.from.second[i*q+i:])
		row[0] += s.lambda[i]
		s.right[lead+i] = s.from.second[i*q+s.p]
	}
	// Finite it is: countable has looked, and a sum of penalties that is not is
	// an error of the caller's that shows as a rank of zero.
	if err := s.pivoted.Factorize(s.full, n, lead); err != nil {
		return
	}
}

// solvePivoted names the columns that depend on others, or solves what the
// order of the columns alone has made look singular.
func (s *normal) solvePivoted() (Status, []int) {
	s.factorise()
	lead := s.lead()
	if s.pivoted.Rank() < s.p+lead {
		var dependent []int
		for _, j := range s.pivoted.Dependent() {
			if j >= lead {
				dependent = append(dependent, j-lead)
			}
		}
		return RankDeficient, dependent
	}
	s.pivoted.Solve(s.right, s.right)
	copy(s.beta, s.right[lead:])
	return Converged, nil
}

// residual is Σ w (y − ŷ)² of the rows of another sums, at the same shift, for
// the solution beta with the means of s: (1, −β)ᵀS(1, −β) about the means of
// those rows, and w times the square of what the means are off. Its error is
// within (p + 3)·ε·(n/128 + 128)·(Σ|βⱼ|sⱼ + s_y)², s the root of the sums of
// squares: relative to the residuals, as large as they are small beside the
// data.
func (s *normal) residual(of *normal) float64 {
	p, q := s.p, s.p+1
	total := of.centred[q*q-1]
	for i, b := range s.beta {
		row := of.centred[i*q : (i+1)*q]
		inner := math.FMA(0.5*b, row[i], product(row[i+1:p], s.beta[i+1:])) - row[p]
		total = math.FMA(2*b, inner, total)
	}
	if s.intercept {
		off := of.mean[p] - s.mean[p]
		for j, b := range s.beta {
			off = math.FMA(-b, of.mean[j]-s.mean[j], off)
		}
		total = math.FMA(float64(of.from.weight*off), off, total)
	}
	return max(total, 0)
}

// blur is how large a residual must be to keep some eight digits.
func (s *normal) blur(of *normal) float64 {
	q := s.p + 1
	size := math.Sqrt(max(of.centred[q*q-1], 0))
	for j, b := range s.beta {
		size += float64(math.Abs(b) * math.Sqrt(max(of.centred[j*q+j], 0)))
	}
	return float64(0x1p-26 * float64(size*size))
}

// coefficients sets dst to the solution in the units of the data: c is the
// shift of the columns, and of the target behind them.
func (s *normal) coefficients(dst, c []float64) {
	copy(dst[s.lead():], s.beta)
	if !s.intercept {
		return
	}
	alpha := s.mean[s.p] + c[s.p]
	for j, b := range s.beta {
		alpha = math.FMA(-b, s.mean[j]+c[j], alpha)
	}
	dst[0] = alpha
}

// stdErrors sets dst to the roots of the diagonal of σ²H⁻¹, in the units of
// the data, without a penalty; NaN if the rank is too small for it.
func (s *normal) stdErrors(dst, c []float64, variance float64) {
	s.factorise()
	lead := s.lead()
	if s.pivoted.Rank() < s.p+lead {
		for i := range dst {
			dst[i] = math.NaN()
		}
		return
	}
	s.pivoted.InverseDiagonal(dst)
	if lead == 1 { // α − cᵀβ varies with all of β
		s.right[0] = 1
		for j := range s.p {
			s.right[1+j] = -c[j]
		}
		e := append([]float64(nil), s.right...)
		s.pivoted.Solve(s.right, s.right)
		dst[0] = product(e, s.right)
	}
	for i, v := range dst {
		dst[i] = math.Sqrt(float64(v * variance))
	}
}

// product is Σ xᵢyᵢ in four chains, i modulo 4, added (0+1) + (2+3); the last
// len(x) modulo 4 terms go to chain 0.
func product(x, y []float64) float64 {
	y = y[:len(x)]
	var s0, s1, s2, s3 float64
	for ; len(x) >= 4; x, y = x[4:], y[4:] {
		s0 = math.FMA(x[0], y[0], s0)
		s1 = math.FMA(x[1], y[1], s1)
		s2 = math.FMA(x[2], y[2], s2)
		s3 = math.FMA(x[3], y[3], s3)
	}
	for i, v := range x {
		s0 = math.FMA(v, y[i], s0)
	}
	return (s0 + s1) + (s2 + s3)
}
