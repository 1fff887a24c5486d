package solvers

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A ball is the quadratic model of an exact trust region: in variables that the
// metric scales,
//
//	min gᵀs + ½·sᵀAs,  ‖s‖ ≤ Δ,  solved by (A + σI)·s = −g.
//
// Source: Moré and Sorensen, Computing a trust region step (1983).
type ball struct {
	n          int
	a, r       []float64 // A, and the Cholesky factor of A + σI: upper triangles
	g, s, q, z []float64
}

func newBall(n int) *ball {
	return &ball{
		n: n, a: memory.Slice[float64](n * n), r: memory.Slice[float64](n * n),
		g: make([]float64, n), s: make([]float64, n), q: make([]float64, n), z: make([]float64, n),
	}
}

// solve sets step to the minimum within the radius, up to a tenth of it, and
// reports whether that lies at the edge. If the Hessian is not finite, the step
// is NaN.
func (b *ball) solve(step, hessian, gradient, metric []float64, radius float64) (edge bool) {
	least, size := b.scale(hessian, gradient, metric)
	length := math.Sqrt(dot(b.g, b.g))
	if !finite(size, length) {
		fill(step, math.NaN())
		return false
	}
	clear(b.s)
	for i, v := range b.g {
		if length > 0 {
			b.s[i] = -v * (radius / length) // should no σ be found
		}
	}
	low, high := max(0, -least), length/radius+size
	sigma, slight := 0.0, float64(1e-12*size) // as good as none, where A is flat in some direction
	if low > 0 {
		sigma = low + float64(1e-3*(high-low))
	}
	for range 60 {
		if !b.factorise(sigma) {
			if sigma == 0 {
				sigma = slight
				continue
			}
			low = max(low, sigma)
			sigma = max(math.Sqrt(float64(low*high)), low+float64(1e-3*(high-low)))
			continue
		}
		for i, v := range b.g {
			b.s[i] = -v
		}
		b.solveTransposed(b.s)
		b.solveUpper(b.s)
		norm := math.Sqrt(dot(b.s, b.s))
		edge = sigma > slight
		if norm <= radius && !edge || math.Abs(norm-radius) <= float64(0.1*radius) {
			break
		}
		if norm < radius {
			high = sigma
			if b.hard(sigma, radius) {
				break
			}
		} else {
			low = sigma
		}
		copy(b.q, b.s)
		b.solveTransposed(b.q)
		next := sigma + float64(float64(norm*norm)/dot(b.q, b.q)*((norm-radius)/radius))
		if !(next > low && next < high) {
			next = max(math.Sqrt(float64(low*high)), low+float64(1e-3*(high-low)))
		}
		if next == sigma {
			break
		}
		sigma = next
	}
	for i, m := range metric {
		step[i] = b.s[i] / math.Sqrt(m)
	}
	return edge
}

// scale sets A and g. least is A's least diagonal entry, size its Frobenius
// norm.
func (b *ball) scale(hessian, gradient, metric []float64) (least, size float64) {
	n := b.n
	least = math.Inf(1)
	sum := 0.0
	for i, m := range metric {
		b.z[i] = math.Sqrt(m)
	}
	for i, root := range b.z {
		b.g[i] = gradient[i] / root
		for j := i; j < n; j++ {
			v := hessian[i*n+j] / root / b.z[j]
			b.a[i*n+j] = v
			if sum = math.FMA(v, v, sum); j > i {
				sum = math.FMA(v, v, sum)
			}
		}
		least = min(least, b.a[i*n+i])
	}
	return least, math.Sqrt(sum)
}

// factorise sets R with RᵀR = A + σI, row by row, and reports whether there is
// one.
func (b *ball) factorise(sigma float64) bool {
	n := b.n
	for i := range n {
		copy(b.r[i*n+i:(i+1)*n], b.a[i*n+i:(i+1)*n])
		b.r[i*n+i] += sigma
	}
	for k := range n {
		row := b.r[k*n+k : (k+1)*n]
		pivot := row[0]
		if !(pivot > float64(1e-14*(math.Abs(b.a[k*n+k])+sigma))) {
			return false
		}
		root := math.Sqrt(pivot)
		for j := range row {
			row[j] /= root
		}
		for i := 1; i < len(row); i++ {
			kernels.Axpy(b.r[(k+i)*n+k+i:(k+i+1)*n], -row[i], row[i:])
		}
	}
	return true
}

// solveTransposed sets x = R⁻ᵀ·x.
func (b *ball) solveTransposed(x []float64) {
	for k := range b.n {
		row := b.r[k*b.n+k : (k+1)*b.n]
		x[k] /= row[0]
		kernels.Axpy(x[k+1:], -x[k], row[1:])
	}
}

// solveUpper sets x = R⁻¹·x.
func (b *ball) solveUpper(x []float64) {
	for k := b.n - 1; k >= 0; k-- {
		row := b.r[k*b.n+k : (k+1)*b.n]
		x[k] = (x[k] - dot(row[1:], x[k+1:])) / row[0]
	}
}

// hard goes from s to the edge along a direction in which A + σI is nearly
// singular, if that is as good as what the search for σ could find: the hard
// case, in which g has no part in the direction of the least curvature.
func (b *ball) hard(sigma, radius float64) bool {
	z := b.z
	for i := range z {
		z[i] = 1 + float64(i%7)/8
	}
	for range 3 {
		b.solveTransposed(z)
		b.solveUpper(z)
		norm := math.Sqrt(dot(z, z))
		for i := range z {
			z[i] /= norm
		}
	}
	// ‖Rz‖² and ‖Rs‖² = −gᵀs.
	clear(b.q)
	for k := range b.n {
		b.q[k] = dot(b.r[k*b.n+k:(k+1)*b.n], z[k:])
	}
	flat := dot(b.q, b.q)
	sz, ss := dot(b.s, z), dot(b.s, b.s)
	tau := math.Copysign(math.Sqrt(max(float64(sz*sz)+float64(radius*radius)-ss, 0)), sz) - sz
	if float64(float64(tau*tau)*flat) > float64(0.2*(float64(sigma*float64(radius*radius))-dot(b.g, b.s))) {
		return false
	}
	kernels.Axpy(b.s, tau, z)
	return true
}
