package cholesky

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestBackwardErrorIsAFewRoundings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 7, 31, 32, 33, 34, 65, 130} {
		for lead := range 2 {
			columns := randomColumns(rng, 2*n, n)
			if lead == 1 {
				columns[0] = ones(2 * n)
			}
			for j, x := range columns {
				for i := range x {
					x[i] *= math.Pow(10, float64(j%9-4))
				}
			}
			a := gram(columns...)
			f := factorized(t, a, n, lead)
			mustHaveRank(t, f, n)
			if e := backwardError(f, a); e > 4*float64(n+4)*epsilon {
				t.Errorf("n=%d lead=%d: backward error %g", n, lead, e)
			}
		}
	}
}

func TestAgreesWithGonum(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 40
	a := gram(randomColumns(rng, 100, n)...)
	b := normals(rng, n)

	var peer mat.Cholesky
	if !peer.Factorize(mat.NewSymDense(n, a)) {
		t.Fatal("gonum calls it singular")
	}
	var want mat.VecDense
	if err := peer.SolveVecTo(&want, mat.NewVecDense(n, b)); err != nil {
		t.Fatal(err)
	}
	var inverse mat.SymDense
	if err := peer.InverseTo(&inverse); err != nil {
		t.Fatal(err)
	}

	for lead := range 2 {
		f := factorized(t, a, n, lead)
		got := make([]float64, n)
		f.Solve(got, b)
		all, diagonal := make([]float64, n*n), make([]float64, n)
		f.Inverse(all)
		f.InverseDiagonal(diagonal)
		for i := range n {
			if math.Abs(got[i]-want.AtVec(i)) > 1e-14 {
				t.Errorf("x[%d] = %g, want %g", i, got[i], want.AtVec(i))
			}
			if d := diagonal[i]; math.Abs(d-inverse.At(i, i)) > 1e-13*d || math.Abs(d-all[i*n+i]) > 4*epsilon*d {
				t.Errorf("inverse[%d,%d] = %g and %g, want %g", i, i, d, all[i*n+i], inverse.At(i, i))
			}
			for j := range n {
				if math.Abs(all[i*n+j]-inverse.At(i, j)) > 1e-14 {
					t.Errorf("inverse[%d,%d] = %g, want %g", i, j, all[i*n+j], inverse.At(i, j))
				}
			}
		}
	}
}

func TestHilbert(t *testing.T) {
	for n := 1; n <= 7; n++ {
		a := hilbert(n)
		f := factorized(t, a, n, 0)
		mustHaveRank(t, f, n)
		b, x := ones(n), make([]float64, n)
		f.Solve(x, b)
		if r := residual(a, x, b); r > 8*float64(n)*epsilon {
			t.Errorf("n=%d: residual %g", n, r)
		}
	}
	if f := factorized(t, hilbert(15), 15, 0); f.Rank() == 15 || f.Indefinite() {
		t.Errorf("Hilbert 15: rank %d, indefinite %t", f.Rank(), f.Indefinite())
	}
}

func TestPolynomialsAreIndependent(t *testing.T) {
	for degree := 1; degree <= 8; degree++ {
		for _, n := range []int{21, 100} {
			f := factorized(t, gram(powers(n, degree)...), degree+1, 1)
			if f.Rank() != degree+1 {
				t.Errorf("degree %d on %d points: rank %d", degree, n, f.Rank())
			}
		}
	}
}

func TestColumnsOfEveryScale(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	scales := []float64{1e-150, 1e-75, 1e-10, 1, 1e10, 1e75, 1e150}
	n := len(scales)
	columns := randomColumns(rng, 50, n)
	plain := gram(columns...)
	for j, x := range columns {
		for i := range x {
			x[i] *= scales[j]
		}
	}
	a := gram(columns...)
	for lead := range 2 {
		f := factorized(t, a, n, lead)
		mustHaveRank(t, f, n)
		want, got := make([]float64, n), make([]float64, n)
		factorized(t, plain, n, lead).InverseDiagonal(want)
		f.InverseDiagonal(got)
		for j := range n {
			if w := want[j] / scales[j] / scales[j]; math.Abs(got[j]-w) > 1e-12*w {
				t.Errorf("lead %d: inverse[%d,%d] = %g, want %g", lead, j, j, got[j], w)
			}
		}
	}
}

func TestEmptyAndSingle(t *testing.T) {
	for lead := range 2 {
		f := factorized(t, nil, 0, lead)
		mustHaveRank(t, f, 0)
		f.Solve(nil, nil)
		f.Inverse(nil)
		if f.Condition() != 1 {
			t.Errorf("condition %g", f.Condition())
		}

		f = factorized(t, []float64{4}, 1, lead)
		mustHaveRank(t, f, 1)
		x := []float64{10}
		f.Solve(x, x)
		if x[0] != 2.5 || f.Condition() != 1 {
			t.Errorf("lead %d: x = %g, condition %g", lead, x[0], f.Condition())
		}

		f = factorized(t, []float64{0}, 1, lead)
		mustHaveRank(t, f, 0)
		if f.Indefinite() || len(f.Relation(0)) != 0 {
			t.Error("a zero is indefinite or related")
		}
	}
}

func TestIndefinite(t *testing.T) {
	for name, c := range map[string]struct {
		n int
		a []float64
	}{
		"negative diagonal":        {2, []float64{1, 0, 0, -1}},
		"correlation above 1":      {2, []float64{1, 2, 0, 1}},
		"zero diagonal":            {2, []float64{0, 1, 0, 1}},
		"zero diagonals":           {2, []float64{0, 1, 0, 0}},
		"zero diagonal, row above": {2, []float64{1, 1, 0, 0}},
		"zero Schur complements":   {3, []float64{1, 1, 1, 0, 1, 0.5, 0, 0, 1}},
	} {
		for lead := range 2 {
			f := factorized(t, c.a, c.n, lead)
			if f.Rank() == c.n || !f.Indefinite() {
				t.Errorf("%s, lead %d: rank %d, indefinite %t", name, lead, f.Rank(), f.Indefinite())
			}
		}
	}
}

func TestNotFinite(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		a := []float64{1, v, math.NaN(), 1}
		var f Factorization
		if err := f.Factorize(a, 2, 0); !errors.Is(err, ErrNotFinite) || f.Rank() != 0 || len(f.Dependent()) != 2 {
			t.Errorf("%g: %v, rank %d", v, err, f.Rank())
		}
		a[1] = 0.5
		if err := f.Factorize(a, 2, 0); err != nil || f.Rank() != 2 {
			t.Errorf("the lower triangle is read: %v", err)
		}
	}
}

func TestShiftAddsToTheUnitDiagonal(t *testing.T) {
	a := []float64{4, 2, 6, 0, 3, 5, 0, 0, 25}
	for lead := range 2 {
		var f Factorization
		if err := f.FactorizeShifted(a, 3, lead, 0.5); err != nil {
			t.Fatal(err)
		}
		mustHaveRank(t, &f, 3)
		shifted := slices.Clone(a)
		for j := lead; j < 3; j++ {
			centred := a[4*j]
			if lead == 1 {
				centred -= a[j] * a[j] / a[0]
			}
			shifted[4*j] += 0.5 * centred
		}
		if e := backwardError(&f, shifted); e > 8*epsilon {
			t.Errorf("lead %d: error %g", lead, e)
		}
	}
}

func TestShiftMakesAnyMatrixDefinite(t *testing.T) {
	for _, a := range [][]float64{
		{0, 0, 0, 0}, {1, 1, 0, 1}, {-1, 0, 0, 1}, {0, 1, 0, 1}, {1, 50, 0, 1}, {1e-300, 1e-290, 0, 0}, {-4, 3, 0, -5},
	} {
		for lead := range 2 {
			var f Factorization
			shift := 1e-9
			for f.FactorizeShifted(a, 2, lead, shift); f.Rank() < 2; f.FactorizeShifted(a, 2, lead, shift) {
				if shift *= 10; shift > 1e60 {
					t.Fatalf("%g: no shift helps", a)
				}
			}
		}
	}
}

func TestBitsDoNotDependOnThePanel(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	const n = 67
	for _, rows := range []int{40, 200} {
		a := gram(randomColumns(rng, rows, n)...)
		want := factorized(t, a, n, 1)
		for _, width := range []int{8, 16, 32, 128} {
			var f Factorization
			f.reset(n)
			f.equilibrate(a, 1, 0)
			f.load(a)
			f.eliminate(width)
			if f.rank != want.rank || !slices.Equal(f.order, want.order) {
				t.Fatalf("width %d: rank %d, want %d", width, f.rank, want.rank)
			}
			for k := range n {
				if !slices.Equal(f.row(k, k+1), want.row(k, k+1)) {
					t.Fatalf("width %d: row %d differs", width, k)
				}
			}
		}
	}
}

// The sum was taken on amd64; a difference means that some product was fused
// or some sum reordered.
func TestBitsAreTheSameOnEveryMachine(t *testing.T) {
	n := 37
	columns := powers(60, n-1)
	for j, x := range columns[1:] {
		for i := range x {
			x[i] = float64((i*i*(j+3)+7*j*i+j*j*j)%101) / 7
		}
	}
	a := gram(columns...)
	f := factorized(t, a, n, 1)
	mustHaveRank(t, f, n)
	x := make([]float64, n*n)
	f.Inverse(x)
	f.Solve(a[:n], a[:n])
	sum := fnv.New64a()
	for _, v := range append(append(x, a[:n]...), f.Condition()) {
		fmt.Fprintf(sum, "%x ", math.Float64bits(v))
	}
	if got := fmt.Sprintf("%x", sum.Sum64()); got != "a51e7a30d3608ff1" {
		t.Errorf("bits %s", got)
	}
}

func TestCondition(t *testing.T) {
	for n := 2; n <= 6; n++ {
		a := hilbert(n)
		// Hilbert matrices scaled to unit diagonal.
		scaled := mat.NewSymDense(n, nil)
		for i := range n {
			for j := i; j < n; j++ {
				scaled.SetSym(i, j, a[i*n+j]/math.Sqrt(a[i*n+i]*a[j*n+j]))
			}
		}
		want := mat.Cond(scaled, 1)
		if got := factorized(t, a, n, 0).Condition(); got < want/3 || got > want*(1+1e-4) {
			t.Errorf("n=%d: condition %g, want %g", n, got, want)
		}
	}
	rng := rand.New(rand.NewPCG(17, 18))
	x := normals(rng, 20)
	far := slices.Clone(x)
	for i := range far {
		far[i] = 1e3 + 0.1*x[i]
	}
	if got := factorized(t, gram(ones(20), far), 2, 1).Condition(); got != 1 {
		t.Errorf("one centred column: condition %g", got)
	}
}

func TestReuseAllocatesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	const n = 12
	a := gram(randomColumns(rng, 30, n)...)
	f := factorized(t, a, n, 1)
	x, inverse := make([]float64, n), make([]float64, n*n)
	if count := testing.AllocsPerRun(10, func() {
		if f.Factorize(a[:], n, 1) != nil || f.Rank() != n {
			t.Fatal("singular")
		}
		f.Solve(x, a[:n])
		f.Condition()
		f.InverseDiagonal(x)
		f.Inverse(inverse)
		_ = f.FactorizeShifted(a, n-1, 0, 1)
	}); count != 0 {
		t.Errorf("%g allocations", count)
	}
}

func TestInputIsKept(t *testing.T) {
	a := hilbert(5)
	factorized(t, a, 5, 1)
	if !slices.Equal(a, hilbert(5)) {
		t.Error("the matrix was changed")
	}
}

func TestMisusePanics(t *testing.T) {
	singular := factorized(t, []float64{0}, 1, 0)
	for name, misuse := range map[string]func(){
		"short matrix": func() { new(Factorization).Factorize(nil, 1, 0) },
		"lead":         func() { new(Factorization).Factorize(nil, 0, 2) },
		"singular":     func() { singular.Solve(make([]float64, 1), make([]float64, 1)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			misuse()
		}()
	}
}

func BenchmarkFactorize(b *testing.B) {
	for _, n := range []int{10, 100, 500, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := make([]float64, n*n)
			for i := range n {
				for j := range n {
					a[i*n+j] = 1 / (1 + math.Abs(float64(i-j)))
				}
			}
			var f Factorization
			for b.Loop() {
				if err := f.Factorize(a, n, 1); err != nil || f.Rank() != n {
					b.Fatal(err, f.Rank())
				}
			}
		})
	}
}

func BenchmarkSolve(b *testing.B) {
	for _, n := range []int{5, 20, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := make([]float64, n*n)
			for i := range n {
				for j := range n {
					a[i*n+j] = 1 / (1 + math.Abs(float64(i-j)))
				}
			}
			var f Factorization
			if err := f.Factorize(a, n, 1); err != nil {
				b.Fatal(err)
			}
			x := make([]float64, n)
			for b.Loop() {
				f.Solve(x, a[:n])
			}
		})
	}
}
