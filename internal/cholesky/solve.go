package cholesky

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Solve sets dst = A⁻¹·b, or for a shifted factorisation (A + shift·D⁻²)⁻¹·b.
// Both have length n, and dst may be b. It panics if the matrix has less than
// full rank.
func (f *Factorization) Solve(dst, b []float64) {
	f.mustBeRegular()
	if len(dst) != f.n || len(b) != f.n {
		panic("cholesky: bad shape")
	}
	y := f.work
	for k, j := range f.order {
		y[k] = float64(b[j] * f.scale[j])
	}
	f.solveTransposed(y, 0)
	f.solveUpper(y, 0, f.n)
	for k, j := range f.order {
		dst[j] = float64(y[k] * f.scale[j])
	}
}

// solveTransposed sets y = R⁻ᵀ·y in the positions from first on.
func (f *Factorization) solveTransposed(y []float64, first int) {
	for k := first; k < f.rank; k++ {
		y[k] /= f.factor[k*f.n+k]
		kernels.Axpy(y[k+1:f.candidates], -y[k], f.row(k, k+1))
	}
}

// solveUpper sets y = R⁻¹·y in the positions first ≤ k < last.
func (f *Factorization) solveUpper(y []float64, first, last int) {
	for k := last - 1; k >= first; k-- {
		row := f.factor[k*f.n+k : k*f.n+last]
		y[k] = (y[k] - dot(row[1:], y[k+1:last])) / row[0]
	}
}

// dot returns Σ x_i·y_i in four chains of fused multiply-adds, i modulo 4,
// joined as (0+1) + (2+3); the last len(x) modulo 4 terms go to chain 0.
func dot(x, y []float64) float64 {
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
