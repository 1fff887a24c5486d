package cholesky

import (
	"math"

	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
	hesseblas "github.com/seed-0327bdf7/hesse/kernels/blas"
)

// blockedFrom is from how many variables on a factorisation without pivoting is
// tried first, halved again and again, so that nearly all of it is products of
// matrices. Below, it would gain little.
const blockedFrom = 128

// leaf is the triangles that are not halved.
const leaf = 16

// caution is how much farther from zero than its limit every pivot of every order
// must be for a factorisation without pivoting to count.
const caution = 1000

// probes is how many random right-hand sides say so.
const probes = 8

// withoutPivoting tries to factorise the variables in their own order. It
// reports false, and the pivoted factorisation has to start anew, unless that
// one would find full rank for sure.
//
// A pivot of variable j is the least, in whatever order, when all others come
// first: 1/(C⁻¹)_jj, the inverse of what statistics call its variance inflation
// factor. With random signs z, the expectation of (R⁻¹z)_j² is just (C⁻¹)_jj. The
// largest of eight is below a thousandth of it in one case of 10¹².
func (f *Factorization) withoutPivoting(a []float64) bool {
	if f.n < blockedFrom || f.candidates < f.n {
		return false
	}
	f.loadInOrder(a)
	m, first := f.n-f.lead, f.lead*f.n+f.lead
	b := hesseblas.Implementation{Threads: f.Threads}
	if !halve(b, f.factor[first:], f.n, m, f.limits[f.lead:]) {
		return false
	}
	f.probe = resize(f.probe, m*probes)
	random := uint64(1)
	for i := range f.probe {
		random ^= random << 13 // Marsaglia's xorshift
		random ^= random >> 7
		random ^= random << 17
		f.probe[i] = math.Copysign(1, float64(int64(random)))
	}
	b.Dtrsm(blas.Left, blas.Upper, blas.NoTrans, blas.NonUnit, m, probes, 1, f.factor[first:], f.n, f.probe, probes)
	for i, limit := range f.limits[f.lead:] {
		for _, v := range f.probe[i*probes:][:probes] {
			if !(float64(float64(v*v)*float64(caution*limit)) <= 1) {
				return false
			}
		}
	}
	f.rank = f.n
	return true
}

// halve turns the upper triangle of a into R, unless a pivot is too small.
func halve(b hesseblas.Implementation, a []float64, lda, n int, limits []float64) bool {
	if n <= leaf {
		return eliminateLeaf(a, lda, n, limits)
	}
	h := (n/2 + leaf - 1) / leaf * leaf
	if !halve(b, a, lda, h, limits[:h]) {
		return false
	}
	beside, below := a[h:], a[h*lda+h:]
	b.Dtrsm(blas.Left, blas.Upper, blas.Trans, blas.NonUnit, h, n-h, 1, a, lda, beside, lda)
	b.Dsyrk(blas.Upper, blas.Trans, n-h, h, -1, beside, lda, 1, below, lda)
	return halve(b, below, lda, n-h, limits[h:])
}

func eliminateLeaf(a []float64, lda, n int, limits []float64) bool {
	for k := range n {
		row := a[k*lda+k : k*lda+n]
		if !(row[0] > float64(caution*limits[k])) {
			return false
		}
		row[0] = math.Sqrt(row[0])
		rest := row[1:]
		for j, v := range rest {
			rest[j] = v / row[0]
		}
		if k+1 < n {
			kernels.RowAxpys(a[(k+1)*lda+k+1:], lda+1, rest, 1, -1, rest, len(rest), -1)
		}
	}
	return true
}

// loadInOrder is load for variables that all are candidates, in rows of vectors:
// the upper triangle of C with its diagonal, entry by entry the same numbers.
func (f *Factorization) loadInOrder(a []float64) {
	n := f.n
	if f.lead == 1 {
		copy(f.factor[:n], f.leading)
		kernels.Multiply(f.factor[:n], f.unit)
	}
	sums, scale := f.work, f.signs
	clear(sums)
	for k := f.lead; k < n; k++ {
		row := f.factor[k*n+k : (k+1)*n]
		copy(row, a[k*n+k:(k+1)*n])
		kernels.Scal(row, f.power[k])
		kernels.Multiply(row, f.power[k:])
		if f.lead == 1 {
			kernels.Axpy(row, -f.leading[k], f.leading[k:])
		}
		scale := scale[k:]
		copy(scale, f.unit[k:])
		kernels.Scal(scale, f.unit[k])
		kernels.Multiply(row, scale)
		row[0] = f.pivots[k]
		sums[k] += kernels.AbsSum(row)
		for l, v := range row[1:] {
			sums[k+1+l] += math.Abs(v)
		}
	}
	f.norm = 0
	for _, sum := range sums[f.lead:] {
		f.norm = max(f.norm, sum)
	}
}
