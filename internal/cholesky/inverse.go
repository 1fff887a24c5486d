package cholesky

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// InverseDiagonal sets dst, of length n, to the diagonal of A⁻¹. It panics if
// the matrix has less than full rank.
func (f *Factorization) InverseDiagonal(dst []float64) {
	f.mustBeRegular()
	if len(dst) != f.n {
		panic("cholesky: bad shape")
	}
	f.invert()
	sums := f.work
	clear(sums)
	for k := range f.n {
		for i, v := range f.inverseRow(k) {
			sums[i] = math.FMA(v, v, sums[i])
		}
		reciprocal := 1 / f.factor[k*f.n+k]
		sums[k] = float64(reciprocal * reciprocal)
	}
	for k, j := range f.order {
		dst[j] = float64(float64(sums[k]*f.scale[j]) * f.scale[j])
	}
}

// Inverse sets dst, n×n row-major, to A⁻¹, both triangles. It panics if the
// matrix has less than full rank. dst must not be the matrix that was
// factorised if that is still needed.
func (f *Factorization) Inverse(dst []float64) {
	f.mustBeRegular()
	if len(dst) != f.n*f.n {
		panic("cholesky: bad shape")
	}
	f.invert()
	sums := f.work
	for k := range f.n {
		reciprocal := 1 / f.factor[k*f.n+k]
		for i, v := range f.inverseRow(k) {
			sums[i] = float64(reciprocal * v)
		}
		sums[k] = float64(reciprocal * reciprocal)
		for l := k + 1; l < f.n; l++ {
			row := f.inverseRow(l)
			kernels.Axpy(sums[:k+1], row[k], row[:k+1])
		}
		j := f.order[k]
		for i, sum := range sums[:k+1] {
			j, i := max(j, f.order[i]), min(j, f.order[i])
			entry := float64(float64(sum*f.scale[i]) * f.scale[j])
			dst[i*f.n+j], dst[j*f.n+i] = entry, entry
		}
	}
}

// inverseRow returns row k of R⁻ᵀ left of the diagonal, whose entry is the
// reciprocal of R's.
func (f *Factorization) inverseRow(k int) []float64 { return f.factor[k*f.n : k*f.n+k] }

// invert fills the strict lower triangle of factor with R⁻ᵀ, by forward
// substitution on whole rows.
func (f *Factorization) invert() {
	if f.inverted {
		return
	}
	f.inverted = true
	for k := range f.n {
		row := f.inverseRow(k)
		clear(row)
		for i := range k {
			r := f.factor[i*f.n+k]
			kernels.Axpy(row[:i], r, f.inverseRow(i))
			row[i] = r / f.factor[i*f.n+i]
		}
		pivot := -f.factor[k*f.n+k]
		for i := range row {
			row[i] /= pivot
		}
	}
}
