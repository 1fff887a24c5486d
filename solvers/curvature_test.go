package solvers

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

// quadratic is ½(x − 1)ᵀH(x − 1), by what it is asked for.
type quadratic struct {
	n     int
	h     []float64 // symmetric
	count Evaluations
}

func (q *quadratic) Dim() int { return q.n }

func (q *quadratic) Gradient(_ context.Context, x, g []float64) (float64, error) {
	q.count.Gradients++
	d := make([]float64, q.n)
	for i, v := range x {
		d[i] = v - 1
	}
	q.multiply(g, d)
	return dot(g, d) / 2, nil
}

func (q *quadratic) multiply(dst, v []float64) {
	for i := range dst {
		dst[i] = dot(q.h[i*q.n:(i+1)*q.n], v)
	}
}

func (q *quadratic) HessianVector(_ context.Context, dst, _, v []float64) error {
	q.count.Products++
	q.multiply(dst, v)
	return nil
}

func (q *quadratic) HessianDiagonal(_ context.Context, dst, _ []float64) error {
	q.count.Diagonals++
	for i := range dst {
		dst[i] = q.h[i*q.n+i]
	}
	return nil
}

// spiked is a Hessian whose variables have units far apart, and beyond them the
// unit matrix and a few large eigenvalues.
func spiked(n, spikes int) *quadratic {
	q := &quadratic{n: n, h: make([]float64, n*n)}
	unit := func(i int) float64 { return math.Ldexp(1, 5*(i%3)) }
	for i := range n {
		for j := range n {
			if i == j {
				q.h[i*n+j] = unit(i) * unit(i)
			}
			for k := range spikes {
				size := math.Pow(10, float64(k+2)) / float64(n)
				q.h[i*n+j] += size * unit(i) * unit(j) * math.Cos(float64((k+1)*(2*i+1))*math.Pi/float64(2*n)) * math.Cos(float64((k+1)*(2*j+1))*math.Pi/float64(2*n))
			}
		}
	}
	return q
}

// TestCurvaturesOfFullSizeAreTheHessian: B⁻¹·H·v is v.
func TestCurvaturesOfFullSizeAreTheHessian(t *testing.T) {
	q := spiked(12, 2)
	dense := HessianFunction(12, func(x, g, h []float64) float64 {
		copy(h, q.h)
		v, _ := q.Gradient(context.Background(), x, g)
		return v
	})
	v, hv := make([]float64, 12), make([]float64, 12)
	for i := range v {
		v[i] = math.Sin(float64(i))
	}
	q.multiply(hv, v)
	for _, c := range []struct {
		c Curvature
		p Problem
	}{{Blocks{Size: 12}, dense}, {Blocks{Size: 20}, dense}, {LowRank{Rank: 12}, q}, {LowRank{Rank: 50, Seed: 3}, dense}} {
		var count Evaluations
		b, err := c.c.Start(c.p, &count)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Update(context.Background(), make([]float64, 12)); err != nil {
			t.Fatal(err)
		}
		got := make([]float64, 12)
		b.Solve(got, hv)
		for i := range got {
			if math.Abs(got[i]-v[i]) > 1e-6 {
				t.Errorf("%T%+v: entry %d is %g, want %g", c.c, c.c, i, got[i], v[i])
			}
		}
		if count.Total() == 0 {
			t.Errorf("%T: no evaluation is counted", c.c)
		}
		b.Solve(hv, hv)
		if !slices.Equal(hv, got) {
			t.Errorf("%T: in place %g, else %g", c.c, hv, got)
		}
		q.multiply(hv, v)
	}
}

// TestBlocksAreTheirOwn: blocks of a block diagonal matrix are all of it, the
// last one being smaller, and singular ones are made up.
func TestBlocksAreTheirOwn(t *testing.T) {
	h := make([]float64, 49)
	for i := range 7 {
		h[i*8] = float64(i + 1)
		if i%2 == 0 && i < 6 {
			h[i*8+1] = 0.5
		}
	}
	h[2*7+3] = math.Sqrt(12) // singular
	h[3*7+3], h[4*7+4], h[4*7+5], h[5*7+5] = 4, 0, 0, 0
	p := HessianFunction(7, func(x, g, dst []float64) float64 {
		copy(dst, h)
		return 0
	})
	b, err := Blocks{Size: 2}.Start(p, new(Evaluations))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Update(context.Background(), make([]float64, 7)); err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 7)
	b.Solve(got, []float64{1, 1, 1, 1, 1, 1, 1})
	if math.Abs(got[0]-1.5/1.75) > 1e-14 || math.Abs(got[1]-0.5/1.75) > 1e-14 || math.Abs(got[6]-1.0/7) > 1e-15 || math.Abs(got[4]-1.0/7) > 1e-15 {
		t.Errorf("%g", got)
	}
	if !finite(got...) {
		t.Errorf("%g", got)
	}
}

// TestLowRankPreconditioner: with the directions that stand out known, conjugate
// gradients take next to no products.
func TestLowRankPreconditioner(t *testing.T) {
	products := map[bool]int{}
	for _, known := range []bool{false, true} {
		q := spiked(200, 5)
		m := NewtonCG{}
		if known {
			m.Preconditioner = LowRank{Rank: 12}
		}
		r := minimize(t, q, m)
		mustEndAs(t, r, Converged)
		mustBeNear(t, r.X, slices.Repeat([]float64{1}, 200), 1e-4)
		if r.Evaluations.Products != q.count.Products || r.Evaluations.Gradients != q.count.Gradients || r.Evaluations.Diagonals != q.count.Diagonals {
			t.Errorf("counted %+v, were %+v", r.Evaluations, q.count)
		}
		products[known] = r.Evaluations.Products
		if known {
			products[known] -= 12
		}
	}
	if !(2*products[true] < products[false]) {
		t.Errorf("%d products with the directions, %d without", products[true], products[false])
	}
}

// TestApproximateNewton: whatever the curvature, the logistic problem has the
// minimum that Newton's method finds.
func TestApproximateNewton(t *testing.T) {
	columns, y := measured()
	want := minimize(t, &likelihood{columns: columns, y: y}, Newton{})
	for _, m := range []Method{
		ApproximateNewton{}, ApproximateNewton{Every: 3, Curvature: Blocks{Size: 3}}, ApproximateNewton{Curvature: Blocks{}}, ApproximateNewton{Curvature: LowRank{}},
		LBFGS{Initial: Diagonal{}}, LBFGS{Initial: LowRank{Rank: 2}}, NewtonCG{Preconditioner: Blocks{Size: 2}}, NewtonCG{Preconditioner: Diagonal{}},
	} {
		r := minimize(t, &likelihood{columns: columns, y: y}, m)
		mustEndAs(t, r, Converged)
		mustBeNear(t, r.X, want.X, 1e-5)
	}
}

func TestCurvaturesNeedTheirProblem(t *testing.T) {
	p := Function(2, func(x, g []float64) float64 { g[0], g[1] = x[0]-1, x[1]; return (x[0]-1)*(x[0]-1)/2 + x[1]*x[1]/2 })
	for _, c := range []Curvature{Diagonal{}, Blocks{}, LowRank{}, Expected{}} {
		for _, m := range []Method{ApproximateNewton{Curvature: c}, LBFGS{Initial: c}} {
			if _, err := Minimize(context.Background(), p, m, nil, Settings{}); !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%s with %T: error %v", m.Name(), c, err)
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []Curvature{Diagonal{}, Blocks{}, LowRank{}} {
		b, err := c.Start(rosenbrock(), new(Evaluations))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Update(ctx, []float64{1, 2}); err != context.Canceled {
			t.Errorf("%T: error %v", c, err)
		}
	}
}

func TestJacobi(t *testing.T) {
	const r = 9
	a, was := make([]float64, r*r), make([]float64, r*r)
	for i := range r {
		for j := range r {
			a[i*r+j] = math.Sin(float64(i*j+i+j)) * math.Pow(10, -float64(i+j)/3)
		}
	}
	copy(was, a)
	values, turn := make([]float64, r), make([]float64, r*r)
	jacobi(values, turn, a, r)
	for k := range r {
		if k > 0 && values[k] > values[k-1] {
			t.Errorf("eigenvalues %g", values)
		}
		for i := range r {
			sum, product := 0.0, 0.0
			for j := range r {
				sum += was[i*r+j] * turn[j*r+k]
				product += turn[j*r+i] * turn[j*r+k]
			}
			want := 0.0
			if i == k {
				want = 1
			}
			if math.Abs(sum-values[k]*turn[i*r+k]) > 1e-14 || math.Abs(product-want) > 1e-14 {
				t.Errorf("vector %d, entry %d: %g, want %g; product %g", k, i, sum, values[k]*turn[i*r+k], product)
			}
		}
	}
}
