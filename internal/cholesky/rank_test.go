package cholesky

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCollinearDecimals(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	decimal := func(offset float64) []float64 {
		x := make([]float64, 500)
		for i := range x {
			x[i] = math.Round((offset+rng.NormFloat64())*1e4) / 1e4
		}
		return x
	}
	for _, offset := range []float64{0, 10, 1000} {
		x, y, z := decimal(offset), decimal(offset), decimal(offset)
		sum := make([]float64, len(x))
		for i := range sum {
			sum[i] = math.Round((3*x[i]-2*z[i]+7)*1e4) / 1e4
		}
		f := factorized(t, gram(ones(500), x, y, z, sum), 5, 1)
		mustHaveRank(t, f, 4)
		if f.Indefinite() {
			t.Error("indefinite")
		}
		j := f.Dependent()[0]
		values := map[int][]float64{0: ones(500), 1: x, 2: y, 3: z, 4: sum}
		for i := range x {
			got := 0.0
			for _, term := range f.Relation(j) {
				if term.Variable == 2 {
					t.Fatal("an unrelated column is named")
				}
				got += term.Coefficient * values[term.Variable][i]
			}
			if math.Abs(got-values[j][i]) > 1e-7*(1+offset) {
				t.Fatalf("offset %g: row %d of column %d is %g, its relation %v gives %g",
					offset, i, j, values[j][i], f.Relation(j), got)
			}
		}
	}
}

func TestDuplicatesNameTheFirst(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	x, y := normals(rng, 30), normals(rng, 30)
	half := slices.Clone(x)
	for i := range half {
		half[i] /= 2
	}
	f := factorized(t, gram(y, x, x, half), 4, 0)
	mustHaveRank(t, f, 2)
	if got := f.Dependent(); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("dependent %v", got)
	}
	for j, want := range map[int]Term{2: {1, 1}, 3: {1, 0.5}} {
		got := f.Relation(j)
		if len(got) != 1 || got[0].Variable != want.Variable || math.Abs(got[0].Coefficient-want.Coefficient) > 1e-14 {
			t.Errorf("relation of %d: %v, want %v", j, got, want)
		}
	}
	if f.Relation(1) != nil {
		t.Error("an independent column has a relation")
	}
}

func TestConstantBesideIntercept(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	constant := make([]float64, 37)
	fill(constant, 0.1)
	zero := make([]float64, 37)
	a := gram(ones(37), normals(rng, 37), constant, zero)
	f := factorized(t, a, 4, 1)
	mustHaveRank(t, f, 2)
	if got := f.Dependent(); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("dependent %v", got)
	}
	if got := f.Relation(2); len(got) != 1 || got[0].Variable != 0 || math.Abs(got[0].Coefficient-0.1) > 1e-15 {
		t.Errorf("relation of the constant: %v", got)
	}
	if got := f.Relation(3); got == nil || len(got) != 0 {
		t.Errorf("relation of the zero column: %v", got)
	}
	if f.Indefinite() {
		t.Error("indefinite")
	}
}

func TestDummyTrapNamesTheIntercept(t *testing.T) {
	a, b := make([]float64, 9), make([]float64, 9)
	for i := range a {
		a[i] = float64(i % 2)
		b[i] = 1 - a[i]
	}
	f := factorized(t, gram(ones(9), a, b), 3, 1)
	mustHaveRank(t, f, 2)
	got := f.Relation(2)
	for i, want := range []Term{{0, 1}, {1, -1}} {
		if len(got) != 2 || got[i].Variable != want.Variable || math.Abs(got[i].Coefficient-want.Coefficient) > 1e-14 {
			t.Fatalf("relation %v", got)
		}
	}
}

func TestMoreColumnsThanRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	a := gram(randomColumns(rng, 3, 6)...)
	for lead := range 2 {
		f := factorized(t, a, 6, lead)
		mustHaveRank(t, f, 3)
		if got := f.Dependent(); len(got) != 3 || !slices.IsSorted(got) {
			t.Errorf("dependent %v", got)
		}
		if f.Indefinite() {
			t.Error("indefinite")
		}
		if !math.IsInf(f.Condition(), 1) {
			t.Errorf("condition %g", f.Condition())
		}
	}
}
