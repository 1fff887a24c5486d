package cholesky

import (
	"math"
	"math/rand/v2"
	"testing"
)

const epsilon = 0x1p-52

// gram returns the Gram matrix of columns, row-major.
func gram(columns ...[]float64) []float64 {
	n := len(columns)
	a := make([]float64, n*n)
	for i, x := range columns {
		for j, y := range columns {
			for k := range x {
				a[i*n+j] = math.FMA(x[k], y[k], a[i*n+j])
			}
		}
	}
	return a
}

func ones(n int) []float64 {
	x := make([]float64, n)
	fill(x, 1)
	return x
}

func normals(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func randomColumns(rng *rand.Rand, rows, columns int) [][]float64 {
	x := make([][]float64, columns)
	for j := range x {
		x[j] = normals(rng, rows)
	}
	return x
}

func powers(n, degree int) [][]float64 {
	x := [][]float64{ones(n)}
	for range degree {
		last := x[len(x)-1]
		next := make([]float64, n)
		for i := range next {
			next[i] = last[i] * float64(i+1)
		}
		x = append(x, next)
	}
	return x
}

func hilbert(n int) []float64 {
	a := make([]float64, n*n)
	for i := range n {
		for j := range n {
			a[i*n+j] = 1 / float64(i+j+1)
		}
	}
	return a
}

func factorized(t *testing.T, a []float64, n, lead int) *Factorization {
	t.Helper()
	f := new(Factorization)
	if err := f.Factorize(a, n, lead); err != nil {
		t.Fatal(err)
	}
	return f
}

func mustHaveRank(t *testing.T, f *Factorization, rank int) {
	t.Helper()
	if f.Rank() != rank {
		t.Fatalf("rank %d, want %d (pivots %g)", f.Rank(), rank, f.pivots)
	}
}

// backwardError returns the largest |a_ij − (D⁻¹·P·Rᵀ·R·Pᵀ·D⁻¹)_ij| / √(a_ii·a_jj).
func backwardError(f *Factorization, a []float64) float64 {
	n := f.n
	worst := 0.0
	for k := range n {
		for l := k; l < n; l++ {
			sum := 0.0
			for i := range min(k+1, f.rank) {
				sum = math.FMA(f.factor[i*n+k], f.factor[i*n+l], sum)
			}
			i, j := min(f.order[k], f.order[l]), max(f.order[k], f.order[l])
			got := sum / f.scale[i] / f.scale[j]
			size := math.Sqrt(a[i*n+i]) * math.Sqrt(a[j*n+j])
			worst = max(worst, math.Abs(got-a[i*n+j])/size)
		}
	}
	return worst
}

// residual returns ‖b − A·x‖∞ relative to Σ_j |a_ij|·|x_j| + |b_i|.
func residual(a, x, b []float64) float64 {
	n := len(b)
	worst := 0.0
	for i := range n {
		r, size := b[i], math.Abs(b[i])
		for j := range n {
			v := a[min(i, j)*n+max(i, j)]
			r = math.FMA(-v, x[j], r)
			size += math.Abs(v * x[j])
		}
		if size > 0 {
			worst = max(worst, math.Abs(r)/size)
		}
	}
	return worst
}
