package cholesky

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
)

// pivoted is a factorisation that does not try to do without pivots.
func pivoted(a []float64, n, lead int) *Factorization {
	f := new(Factorization)
	f.reset(n)
	f.equilibrate(a, lead, 0)
	f.load(a)
	f.eliminate(panelWidth)
	return f
}

func TestManyVariablesKeepTheirOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, n := range []int{blockedFrom, 129, 145, 200} {
		for lead := range 2 {
			columns := randomColumns(rng, 3*n, n)
			for j, x := range columns {
				for i := range x {
					x[i] = (float64(3*lead) + x[i]) * math.Pow(10, float64(j%9-4))
				}
			}
			if lead == 1 {
				columns[0] = ones(3 * n)
			}
			a := gram(columns...)
			f := factorized(t, a, n, lead)
			mustHaveRank(t, f, n)
			if !slices.IsSorted(f.order) {
				t.Errorf("n=%d lead=%d: variables were exchanged", n, lead)
			}
			if e := backwardError(f, a); e > 4*float64(n+4)*epsilon {
				t.Errorf("n=%d lead=%d: backward error %g", n, lead, e)
			}
			b, x, want := normals(rng, n), make([]float64, n), make([]float64, n)
			f.Solve(x, b)
			if r := residual(a, x, b); r > 8*float64(n)*epsilon {
				t.Errorf("n=%d lead=%d: residual %g", n, lead, r)
			}
			p := pivoted(a, n, lead)
			p.InverseDiagonal(want)
			f.InverseDiagonal(x)
			for j := range x {
				if math.Abs(x[j]-want[j]) > 1e-7*want[j] {
					t.Fatalf("n=%d lead=%d: inverse[%d,%d] = %g, pivoted %g", n, lead, j, j, x[j], want[j])
				}
			}
			if got, want := f.Condition(), p.Condition(); got < want/10 || got > 10*want {
				t.Errorf("n=%d lead=%d: condition %g, pivoted %g", n, lead, got, want)
			}
		}
	}
}

// TestRankIsThatOfPivots: where columns depend on each other, or nearly, or where
// no pivot in the variables' own order shows that the matrix is singular, what is
// found is what the pivoted factorisation finds.
func TestRankIsThatOfPivots(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	const n, rows = 140, 300
	sum := func(noise float64) []float64 {
		columns := randomColumns(rng, rows, n)
		for i := range rows {
			columns[130][i] = columns[7][i] - 2*columns[90][i] + noise*columns[130][i]
		}
		return gram(columns...)
	}
	// Kahan's example: the pivots of RᵀR are all moderate.
	kahan := make([]float64, n*n)
	r := make([][]float64, n)
	for j := range r {
		r[j] = make([]float64, n)
		for i := range j {
			r[j][i] = -0.5
		}
		r[j][j] = 1
	}
	copy(kahan, gram(r...))
	for name, a := range map[string][]float64{
		"dependent": sum(0), "nearly": sum(1e-8), "less nearly": sum(1e-6), "hardly": sum(1e-3), "independent": sum(1),
		"few rows": gram(randomColumns(rng, 100, n)...), "Kahan": kahan,
	} {
		for lead := range 2 {
			f, p := factorized(t, a, n, lead), pivoted(a, n, lead)
			if f.Rank() != p.Rank() || !slices.Equal(f.Dependent(), p.Dependent()) || f.Indefinite() != p.Indefinite() {
				t.Errorf("%s, lead %d: rank %d without %v, indefinite %t; pivoted %d without %v, %t",
					name, lead, f.Rank(), f.Dependent(), f.Indefinite(), p.Rank(), p.Dependent(), p.Indefinite())
			}
			ordered := slices.IsSorted(f.order)
			if want := name == "hardly" || name == "independent"; ordered != want {
				t.Errorf("%s, lead %d: in their own order: %t", name, lead, ordered)
			}
		}
	}
}

// TestIndefiniteWithManyVariables: what has no pivot at all in some place.
func TestIndefiniteWithManyVariables(t *testing.T) {
	a := make([]float64, 150*150)
	for i := range 150 {
		a[i*150+i] = 1
	}
	a[20*150+140] = 1.5
	if f := factorized(t, a, 150, 0); f.Rank() == 150 || !f.Indefinite() {
		t.Errorf("rank %d, indefinite %t", f.Rank(), f.Indefinite())
	}
}

func TestBitsOfManyVariables(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	const n = 230
	a := gram(randomColumns(rng, 2*n, n)...)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want := factorized(t, a, n, 1)
	condition := want.Condition()
	for _, level := range cpu.Available() {
		for _, threads := range []int{1, 3} {
			t.Run(fmt.Sprintf("%v/%d", level, threads), func(t *testing.T) {
				defer cpu.Use(level)()
				runtime.GOMAXPROCS(threads)
				f := factorized(t, a, n, 1)
				for k := range n {
					if !slices.Equal(f.row(k, k), want.row(k, k)) {
						t.Fatalf("row %d differs", k)
					}
				}
				if got := f.Condition(); got != condition {
					t.Errorf("condition %x, want %x", got, condition)
				}
			})
		}
	}
}

// TestLoadsAgree: C is the same whether variables may be exchanged or not.
func TestLoadsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	const n = blockedFrom + 3
	columns := randomColumns(rng, 2*n, n)
	for i := range columns[5] {
		columns[5][i] += 1e3
	}
	columns[0] = ones(2 * n)
	a := gram(columns...)
	for lead := range 2 {
		var f, g Factorization
		for _, h := range []*Factorization{&f, &g} {
			h.reset(n)
			h.equilibrate(a, lead, 0.25)
		}
		f.load(a)
		g.loadInOrder(a)
		for k := range n {
			if !slices.Equal(f.row(k, k+1), g.row(k, k+1)) {
				t.Fatalf("lead %d: row %d differs", lead, k)
			}
			if k >= lead && g.factor[k*n+k] != f.pivots[k] {
				t.Errorf("lead %d: diagonal %d is %g, want %g", lead, k, g.factor[k*n+k], f.pivots[k])
			}
		}
		if lead == 1 && g.factor[0] != f.factor[0] {
			t.Errorf("the leading diagonal is %g, want %g", g.factor[0], f.factor[0])
		}
		if math.Abs(f.norm-g.norm) > 1e-13*f.norm {
			t.Errorf("lead %d: norm %g, want %g", lead, g.norm, f.norm)
		}
	}
}

// TestThreadsAreLimited: goroutines are what a factorisation allocates. (And
// testing.AllocsPerRun allows a single one.)
func TestThreadsAreLimited(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	const n = 500
	a := gram(randomColumns(rand.New(rand.NewPCG(31, 32)), 2*n, n)...)
	for _, threads := range []int{0, 1} {
		f := Factorization{Threads: threads}
		least := uint64(math.MaxUint64) // a collection may empty a pool meanwhile
		for range 7 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if f.Factorize(a, n, 0) != nil || !slices.IsSorted(f.order) {
				t.Fatal("not in its own order")
			}
			runtime.ReadMemStats(&after)
			least = min(least, after.Mallocs-before.Mallocs)
		}
		if alone := threads == 1; alone != (least == 0) {
			t.Errorf("%d threads: %d allocations", threads, least)
		}
	}
}
