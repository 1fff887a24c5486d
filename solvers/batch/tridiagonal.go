package batch

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A reduction is what ridge regressions of the same sums have in common: with the
// penalty on scaled columns, which is λ times the unit matrix, their matrix is
//
//	S(Z'Z)S + λ = Q(T + λ)Qᵀ,   Q orthogonal, T tridiagonal,
//
// by Householder's reflections, which take as long as 3 (p = 5) to 15 (p = 500) Cholesky
// factorisations (BenchmarkReduction). Every λ after them takes some p² operations
// instead of p³/3.
// (Eldén, Algorithms for the regularization of ill-conditioned least squares
// problems, 1977, does so from a bidiagonal Z.)
type reduction struct {
	p        int
	scale    []float64 // S
	q        []float64 // p×p
	diagonal []float64 // of T
	beside   []float64 // its other diagonal, of p − 1 numbers
	right    []float64 // QᵀSZ'y
	least    float64   // the least λ that it is good for
}

// worthReducing is of how many penalties a reduction makes less work.
const worthReducing = 24

// reduce is the reduction of the sums that s has, or nil where a factorisation of
// each is more exact: where columns that the penalty takes to be alike are of
// different sizes, reflections would mix them.
func (s *normal) reduce(standardize bool) *reduction {
	p, q := s.p, s.p+1
	if p == 0 || !s.usable || s.from.rows == 0 {
		return nil
	}
	r := &reduction{
		p: p, q: memory.Slice[float64](p * p), scale: make([]float64, p), diagonal: make([]float64, p), beside: make([]float64, p), right: make([]float64, p),
	}
	small, large := math.Inf(1), 0.0
	for j := range p {
		r.scale[j] = 1
		if standardize {
			r.scale[j] = 1 / math.Sqrt(s.variance(j))
		}
		square := float64(r.scale[j] * r.scale[j])
		size := float64(s.centred[j*q+j] * square)
		small, large = min(small, size), max(large, size)
		r.least = max(r.least, float64(s.from.second[j*q+j]*square))
	}
	const alike, room, least = 256, 16, 0x1p-900 // below, squares lose digits
	if !(large <= alike*small) || !isFinite(large*large) || !(small*small > least) {
		return nil
	}
	// A factorisation calls such a matrix regular, since no pivot is below λ.
	r.least *= room * s.tolerance / (1 - room*s.tolerance)
	a := memory.Slice[float64](p * p)
	for i := range p {
		for j := i; j < p; j++ {
			v := float64(float64(s.centred[i*q+j]*r.scale[i]) * r.scale[j])
			a[i*p+j], a[j*p+i] = v, v
		}
	}
	r.reflect(a)
	b := make([]float64, p)
	for j := range b {
		b[j] = float64(r.scale[j] * s.centred[j*q+p])
	}
	kernels.Update(r.right, r.square(), nil, b)
	return r
}

func (r *reduction) square() kernels.Matrix[float64] {
	return kernels.Matrix[float64]{Rows: r.p, Cols: r.p, Stride: r.p, Data: r.q}
}

// reflect reduces a, of which reflections take the place, and accumulates them.
func (r *reduction) reflect(a []float64) {
	p := r.p
	factors := make([]float64, p) // 2/vᵀv
	room := make([]float64, p)
	for k := range p {
		r.diagonal[k] = a[k*p+k]
		if k == p-1 {
			break
		}
		m := p - k - 1
		v := a[k*p+k+1 : (k+1)*p]
		first, tail := v[0], product(v[1:], v[1:])
		r.beside[k] = first
		if tail == 0 {
			continue
		}
		length := math.Copysign(math.Sqrt(math.FMA(first, first, tail)), first)
		r.beside[k] = -length
		v[0] = first + length
		factor := 1 / float64(length*v[0])
		factors[k] = factor
		rest := kernels.Matrix[float64]{Rows: m, Cols: m, Stride: p, Data: a[(k+1)*p+k+1:]}
		w := room[:m]
		kernels.Dots(w, rest, nil, v)
		kernels.Scal(w, factor)
		kernels.Axpy(w, float64(-0.5*factor)*product(w, v), v)
		kernels.RowAxpys(rest.Data, p, w, 0, -1, v, m, 0)
		kernels.RowAxpys(rest.Data, p, v, 0, -1, w, m, 0)
	}
	for i := range p {
		r.q[i*p+i] = 1
	}
	for k := p - 2; k >= 0; k-- {
		if factors[k] == 0 {
			continue
		}
		m, v := p-k-1, a[k*p+k+1:(k+1)*p]
		rest := kernels.Matrix[float64]{Rows: m, Cols: m, Stride: p, Data: r.q[(k+1)*p+k+1:]}
		row := room[:m]
		clear(row)
		kernels.Update(row, rest, nil, v)
		kernels.RowAxpys(rest.Data, p, row, 0, -factors[k], v, m, 0)
	}
}

// A ridge solves reduced systems.
type ridge struct{ z, pivots, ratios []float64 }

func newRidge(p int) *ridge {
	return &ridge{make([]float64, p), make([]float64, p), make([]float64, p)} // the last ratio stays zero
}

// solve sets beta for a penalty, or tells that it is not for a reduction.
func (w *ridge) solve(r *reduction, l2 float64, beta []float64) bool {
	if r == nil || !(l2 >= r.least) || l2 == 0 {
		return false
	}
	// T + λ = LDLᵀ.
	pivot, ratio := r.diagonal[0]+l2, 0.0
	for i := range w.z {
		w.z[i] = r.right[i]
		if i > 0 {
			ratio = r.beside[i-1] / pivot
			pivot = math.FMA(-ratio, r.beside[i-1], r.diagonal[i]+l2)
			w.z[i] = math.FMA(-ratio, w.z[i-1], w.z[i])
			w.ratios[i-1] = ratio
		}
		if !(pivot > 0) {
			return false
		}
		w.pivots[i] = pivot
	}
	above := 0.0
	for i := len(w.z) - 1; i >= 0; i-- {
		above = math.FMA(-w.ratios[i], above, w.z[i]/w.pivots[i])
		w.z[i] = above
	}
	kernels.Dots(beta, r.square(), nil, w.z)
	for j, s := range r.scale {
		beta[j] *= s
	}
	return true
}
