package solvers

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// LowRank is the diagonal of the Hessian, where the problem knows it, and beyond
// it the directions of its largest eigenvalues, from products with random
// vectors (Nyström): with D the diagonal, or ones,
//
//	B = D^½·(U·Λ·Uᵀ + λ_r·(I − U·Uᵀ))·D^½,
//
// U·Λ·Uᵀ being of rank Rank and λ_r the least of Λ. It takes Rank products of a
// [HessianVectorer], or one Hessian, and Rank vectors. It is for few eigenvalues
// that stand out: columns that have a part in common.
//
// Source: Frangella, Tropp and Udell, Randomized Nyström preconditioning (2023).
type LowRank struct {
	// Rank is the number of directions. Zero means 10, or the number of
	// variables if it is less.
	Rank int
	// Seed is that of the random vectors.
	Seed uint64
}

// Start implements [Curvature].
func (c LowRank) Start(p Problem, count *Evaluations) (Approximation, error) {
	n := p.Dim()
	if c.Rank == 0 {
		c.Rank = 10
	}
	rank := min(c.Rank, n)
	l := &lowRank{seed: c.Seed, metric: make([]float64, n), v: make([]float64, n), count: count}
	if own, ok := p.(HessianVectorer); ok {
		l.products = ownProducts{own, counted{own, count}}
	} else if h, ok := p.(Hessianer); ok {
		l.products = newDense(h, count)
	} else {
		return nil, lacks(c, p, "products with the Hessian, or a Hessian,")
	}
	if d, ok := p.(Diagonaler); ok {
		l.diagonal = d
	} else if d, ok := l.products.(*denseProducts); ok {
		l.diagonal = d
	}
	fill(l.metric, 1)
	for range rank {
		l.omega = append(l.omega, make([]float64, n))
		l.u = append(l.u, make([]float64, n))
	}
	l.core, l.gram, l.turn = make([]float64, rank*rank), make([]float64, rank*rank), make([]float64, rank*rank)
	l.values = make([]float64, rank)
	return l, nil
}

type lowRank struct {
	products products
	diagonal Diagonaler // nil if it is not known
	count    *Evaluations
	seed     uint64

	metric     []float64
	omega      [][]float64 // the random vectors
	u          [][]float64
	values     []float64 // eigenvalues, from the largest down
	core, gram []float64
	turn       []float64
	v          []float64
	known      int // of the values: those that are not rounding
}

func (l *lowRank) Update(ctx context.Context, x []float64) error {
	if l.diagonal != nil {
		if err := diagonalAt(ctx, l.diagonal, l.metric, x, l.count); err != nil {
			return err
		}
	}
	l.draw()
	largest := 0.0
	for k, omega := range l.omega {
		for i, m := range l.metric {
			l.v[i] = omega[i] / math.Sqrt(m)
		}
		if err := l.products.HessianVector(ctx, l.u[k], x, l.v); err != nil {
			return err
		}
		for i, m := range l.metric {
			l.u[k][i] /= math.Sqrt(m)
		}
		largest = max(largest, math.Sqrt(dot(l.u[k], l.u[k])))
	}
	if l.known = 0; finite(largest) && largest > 0 {
		l.decompose(float64(1e-12 * largest))
	}
	return nil
}

// draw sets orthonormal vectors, from random signs.
func (l *lowRank) draw() {
	state := l.seed
	for k, omega := range l.omega {
		for i := range omega {
			state += 0x9e3779b97f4a7c15 // splitmix64
			z := (state ^ state>>30) * 0xbf58476d1ce4e5b9
			z = (z ^ z>>27) * 0x94d049bb133111eb
			omega[i] = 1
			if (z^z>>31)&1 == 1 {
				omega[i] = -1
			}
		}
		for range 2 {
			for _, before := range l.omega[:k] {
				kernels.Axpy(omega, -dot(before, omega), before)
			}
		}
		norm := math.Sqrt(dot(omega, omega))
		if norm < 1e-8 { // signs that the others span: none
			clear(omega)
			continue
		}
		for i := range omega {
			omega[i] /= norm
		}
	}
}

// decompose turns products of the random vectors into eigenvectors: with Y =
// AΩ + νΩ and LLᵀ = ΩᵀY, of Y·L⁻ᵀ times its transpose.
func (l *lowRank) decompose(nu float64) {
	r := len(l.u)
	for k := range l.u {
		kernels.Axpy(l.u[k], nu, l.omega[k])
	}
	for a := range r {
		for b := a; b < r; b++ {
			l.core[a*r+b] = 0.5 * (dot(l.omega[a], l.u[b]) + dot(l.omega[b], l.u[a]))
		}
	}
	// Row by row of the factor: what the directions before leave of the next.
	for a := range r {
		pivot := l.core[a*r+a]
		if !(pivot > nu/2) {
			clear(l.u[a])
			clear(l.core[a*r+a : (a+1)*r])
			continue
		}
		root := math.Sqrt(pivot)
		for b := a; b < r; b++ {
			l.core[a*r+b] /= root
		}
		for i := range l.u[a] {
			l.u[a][i] /= root
		}
		for b := a + 1; b < r; b++ {
			share := l.core[a*r+b]
			kernels.Axpy(l.u[b], -share, l.u[a])
			kernels.Axpy(l.core[b*r+b:(b+1)*r], -share, l.core[a*r+b:(a+1)*r])
		}
	}
	for a := range r {
		for b := range r {
			l.gram[a*r+b] = dot(l.u[a], l.u[b])
		}
	}
	jacobi(l.values, l.turn, l.gram, r)
	rotate(l.u, l.turn, l.v)
	for k, value := range l.values {
		if !(value > float64(cholesky.DefaultTolerance*l.values[0])) {
			break
		}
		root := math.Sqrt(value)
		for i := range l.u[k] {
			l.u[k][i] /= root
		}
		l.known = k + 1
	}
}

// State implements [Resumable].
func (l *lowRank) State(v *State) {
	v.Numbers(l.metric, l.values)
	v.Numbers(l.u...)
	if v.Count(&l.known); l.known > len(l.u) {
		v.Refuse("there are more directions than the rank")
		l.known = 0
	}
	v.perhaps(l.products)
}

func (l *lowRank) Solve(dst, v []float64) {
	for i, m := range l.metric {
		dst[i] = v[i] / math.Sqrt(m)
	}
	if l.known > 0 {
		least := l.values[l.known-1]
		copy(l.v, dst)
		for i := range dst {
			dst[i] /= least
		}
		for k := range l.known {
			kernels.Axpy(dst, float64((1/l.values[k]-1/least)*dot(l.u[k], l.v)), l.u[k])
		}
	}
	for i, m := range l.metric {
		dst[i] /= math.Sqrt(m)
	}
}

// rotate sets u ← u·turn, vectors being columns.
func rotate(u [][]float64, turn, scratch []float64) {
	r := len(u)
	row := make([]float64, r)
	for i := range scratch {
		for k := range r {
			sum := 0.0
			for a := range r {
				sum = math.FMA(u[a][i], turn[a*r+k], sum)
			}
			row[k] = sum
		}
		for k := range r {
			u[k][i] = row[k]
		}
	}
}

// jacobi sets the eigenvalues of a symmetric r×r matrix, from the largest down,
// and its eigenvectors, the columns of turn. The matrix is overwritten.
//
// Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.5.
func jacobi(values, turn, a []float64, r int) {
	clear(turn)
	for i := range r {
		turn[i*r+i] = 1
	}
	for range 30 {
		off, on := 0.0, 0.0
		for i := range r {
			on = math.FMA(a[i*r+i], a[i*r+i], on)
			for j := i + 1; j < r; j++ {
				off = math.FMA(a[i*r+j], a[i*r+j], off)
			}
		}
		if off <= float64(1e-30*on) {
			break
		}
		for p := range r {
			for q := p + 1; q < r; q++ {
				rotateBy(a, turn, r, p, q)
			}
		}
	}
	for k := range r {
		best := k
		for i := k + 1; i < r; i++ {
			if a[i*r+i] > a[best*r+best] {
				best = i
			}
		}
		values[k] = a[best*r+best]
		a[best*r+best] = a[k*r+k]
		for i := range r {
			turn[i*r+k], turn[i*r+best] = turn[i*r+best], turn[i*r+k]
		}
	}
}

// rotateBy makes entry (p, q) zero.
func rotateBy(a, turn []float64, r, p, q int) {
	apq := a[p*r+q]
	if apq == 0 {
		return
	}
	tau := (a[q*r+q] - a[p*r+p]) / (2 * apq)
	t := 1 / (math.Abs(tau) + math.Sqrt(math.FMA(tau, tau, 1)))
	if tau < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(math.FMA(t, t, 1))
	s := t * c
	for i := range r {
		x, y := a[i*r+p], a[i*r+q]
		a[i*r+p], a[i*r+q] = math.FMA(c, x, -float64(s*y)), math.FMA(s, x, float64(c*y))
	}
	for i := range r {
		x, y := a[p*r+i], a[q*r+i]
		a[p*r+i], a[q*r+i] = math.FMA(c, x, -float64(s*y)), math.FMA(s, x, float64(c*y))
		x, y = turn[i*r+p], turn[i*r+q]
		turn[i*r+p], turn[i*r+q] = math.FMA(c, x, -float64(s*y)), math.FMA(s, x, float64(c*y))
	}
}
