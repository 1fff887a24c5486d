package blas_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// A problem is one call of a routine of level 3. Its matrices are filled with
// NaN where it may not read, and where it may not write.
type problem struct {
	name        string
	m, n, k     int
	gap         int // of strides
	alpha, beta float64
	tA, tB      transpose
	side        side
	ul          uplo
	diag        diag
}

func (p problem) String() string {
	return fmt.Sprintf("%s m=%d n=%d k=%d gap=%d alpha=%v beta=%v tA=%c tB=%c side=%c ul=%c diag=%c",
		p.name, p.m, p.n, p.k, p.gap, p.alpha, p.beta, p.tA, p.tB, p.side, p.ul, p.diag)
}

var level3 = []string{"gemm", "syrk", "syr2k", "symm", "trmm", "trsm"}

// A table is a matrix with a stride.
type table struct {
	rows, columns, stride int
	data                  []float64
}

func newTable(r *rand.Rand, rows, columns, gap int) table {
	t := table{rows, columns, max(1, columns+gap), nil}
	if rows > 0 { // gonum wants room for rows even where they are empty
		t.data = make([]float64, (rows-1)*t.stride+columns)
	}
	for i := range t.data {
		t.data[i] = math.NaN()
		if i%t.stride < columns {
			t.data[i] = float64(float32(r.NormFloat64()))
		}
	}
	return t
}

// triangle leaves one triangle of a square, with a diagonal that keeps solutions
// bounded.
func (t *table) triangle(ul uplo, unitDiagonal bool) {
	for i := range t.rows {
		for j := range t.columns {
			v := &t.data[i*t.stride+j]
			switch {
			case i == j && unitDiagonal || (j > i) == (ul == lower) && i != j:
				*v = math.NaN()
			case i == j:
				*v = float64(float32(2 + math.Abs(*v)))
			default:
				*v = float64(float32(*v / math.Sqrt(float64(t.rows))))
			}
		}
	}
}

// matrices are the arguments, and the one that the routine changes.
func (p problem) matrices(r *rand.Rand) (a, b, c table, changed int) {
	shape := func(t transpose, rows, columns int) table {
		if t != noTrans {
			rows, columns = columns, rows
		}
		return newTable(r, rows, columns, p.gap)
	}
	order := p.n
	if p.side == onLeft {
		order = p.m
	}
	switch p.name {
	case "gemm":
		return shape(p.tA, p.m, p.k), shape(p.tB, p.k, p.n), newTable(r, p.m, p.n, p.gap), 2
	case "syrk", "syr2k":
		a, b, c = shape(p.tA, p.n, p.k), shape(p.tA, p.n, p.k), newTable(r, p.n, p.n, p.gap)
		c.triangle(p.ul, false)
		return a, b, c, 2
	case "symm":
		a = newTable(r, order, order, p.gap)
		a.triangle(p.ul, false)
		return a, newTable(r, p.m, p.n, p.gap), newTable(r, p.m, p.n, p.gap), 2
	}
	a = newTable(r, order, order, p.gap)
	a.triangle(p.ul, p.diag == unit)
	return a, newTable(r, p.m, p.n, p.gap), table{}, 1
}

func call3[T float](f api[T], p problem, alpha, beta float64, a table, av []T, b table, bv []T, c table, cv []T) {
	x, y := T(alpha), T(beta)
	switch p.name {
	case "gemm":
		f.gemm(p.tA, p.tB, p.m, p.n, p.k, x, av, a.stride, bv, b.stride, y, cv, c.stride)
	case "syrk":
		f.syrk(p.ul, p.tA, p.n, p.k, x, av, a.stride, y, cv, c.stride)
	case "syr2k":
		f.syr2k(p.ul, p.tA, p.n, p.k, x, av, a.stride, bv, b.stride, y, cv, c.stride)
	case "symm":
		f.symm(p.side, p.ul, p.m, p.n, x, av, a.stride, bv, b.stride, y, cv, c.stride)
	case "trmm":
		f.trmm(p.side, p.ul, p.tA, p.diag, p.m, p.n, x, av, a.stride, bv, b.stride)
	case "trsm":
		f.trsm(p.side, p.ul, p.tA, p.diag, p.m, p.n, x, av, a.stride, bv, b.stride)
	}
}

func convert[T float](x []float64) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(v)
	}
	return y
}

func absolute(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Abs(v)
	}
	return y
}

func epsilon[T float]() float64 {
	if T(1)+T(0x1p-40) == 1 {
		return 0x1p-24
	}
	return 0x1p-53
}

// check3 compares a call with gonum's in float64, within a bound that the same
// call on absolute values gives. A solution is multiplied back.
func check3[T float](t *testing.T, f api[T], p problem) {
	t.Helper()
	a, b, c, changed := p.matrices(rand.New(rand.NewPCG(uint64(p.m*1000+p.n), uint64(p.k))))
	wide := doubles(gonum.Implementation{})
	av, bv, cv := convert[T](a.data), convert[T](b.data), convert[T](c.data)
	call3(f, p, p.alpha, p.beta, a, av, b, bv, c, cv)
	eps := epsilon[T]()
	got := convertBack(cv)
	if changed == 1 {
		got = convertBack(bv)
	}
	var want, bound []float64
	if p.name == "trsm" && p.alpha != 0 {
		// The residual of the system: op(A)·X against alpha·B.
		q := p
		q.name = "trmm"
		x := append([]float64(nil), got...)
		call3(wide, q, 1, 0, a, a.data, b, x, c, nil)
		size := absolute(got)
		call3(wide, q, 1, 0, a, absolute(a.data), b, size, c, nil)
		got, want, bound = x, make([]float64, len(x)), size
		for i, v := range b.data {
			want[i] = p.alpha * v
			bound[i] += math.Abs(want[i])
		}
	} else {
		run := func(alpha, beta float64, a1, b1, c1 []float64) []float64 {
			b2, c2 := append([]float64(nil), b1...), append([]float64(nil), c1...)
			call3(wide, p, alpha, beta, a, a1, b, b2, c, c2)
			if changed == 1 {
				return b2
			}
			return c2
		}
		want = run(p.alpha, p.beta, a.data, b.data, c.data)
		bound = run(math.Abs(p.alpha), math.Abs(p.beta), absolute(a.data), absolute(b.data), absolute(c.data))
	}
	depth := float64(max(p.m, p.n, p.k) + 8)
	for i := range want {
		if math.IsNaN(want[i]) != math.IsNaN(got[i]) || math.Abs(got[i]-want[i]) > 2*depth*eps*bound[i] {
			t.Fatalf("%v: element %d is %v, gonum has %v; bound %.3g", p, i, got[i], want[i], 2*depth*eps*bound[i])
		}
	}
}

func convertBack[T float](x []T) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// problems visits sizes at which paths change: every small one, around strips,
// panels, vectors and the depth of chains.
func problems(name string, yield func(problem)) {
	r := rand.New(rand.NewPCG(7, 7))
	pick := func(from ...float64) float64 { return from[r.IntN(len(from))] }
	one := func(m, n, k int) {
		p := problem{name: name, m: m, n: n, k: k, gap: r.IntN(3), alpha: pick(1, 1, -1, 0.75, 0), beta: pick(0, 1, 1, -0.5),
			tA: noTrans, tB: noTrans, side: onLeft, ul: upper, diag: nonUnit}
		if r.IntN(2) == 0 {
			p.tA = trans
		}
		if r.IntN(2) == 0 {
			p.tB = trans
		}
		if r.IntN(2) == 0 {
			p.side = onRight
		}
		if r.IntN(2) == 0 {
			p.ul = lower
		}
		if r.IntN(2) == 0 {
			p.diag = unit
		}
		yield(p)
	}
	for m := range 20 {
		for n := range 20 {
			one(m, n, (m+n)%7)
			one(m, n, r.IntN(20))
		}
	}
	edges := []int{1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 47, 48, 49, 63, 65, 95, 96, 97, 127, 129}
	for range 200 {
		at := func() int { return edges[r.IntN(len(edges))] }
		one(at(), at(), at())
	}
	for _, size := range [][3]int{{255, 40, 255}, {33, 256, 256}, {257, 100, 257}, {70, 520, 70}, {300, 241, 513}, {50, 1000, 30}, {1000, 50, 30}, {20, 1000, 520}} {
		for range 2 {
			one(size[0], size[1], size[2])
		}
	}
}

func TestLevel3(t *testing.T) {
	var ours blas.Implementation
	for _, level := range cpu.Available() {
		for _, name := range level3 {
			t.Run(level.String()+"/"+name, func(t *testing.T) {
				defer cpu.Use(level)()
				problems(name, func(p problem) {
					if (testing.Short() || level == cpu.Generic) && p.m*p.n*p.k > 1<<18 {
						return // the definition has the bits of the others
					}
					check3(t, doubles(ours), p)
					check3(t, singles(ours), p)
				})
			})
		}
	}
}
