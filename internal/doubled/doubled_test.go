package doubled

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func exact(d Double) *big.Float {
	v := new(big.Float).SetPrec(400).SetFloat64(d.Hi)
	return v.Add(v, new(big.Float).SetPrec(400).SetFloat64(d.Lo))
}

// off is the error of d relative to want.
func off(d Double, want *big.Float) float64 {
	e := exact(d)
	e.Sub(e, want)
	e.Quo(e, want)
	f, _ := e.Float64()
	return math.Abs(f)
}

func TestArithmetic(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func() Double {
		hi := math.Ldexp(random.Float64()+0.5, random.IntN(40)-20)
		return Sum(hi, math.Ldexp(hi*(random.Float64()-0.5), -53))
	}
	fresh := func() *big.Float { return new(big.Float).SetPrec(400) }
	for range 20000 {
		a, b := draw(), draw()
		x, y := exact(a), exact(b)
		for _, c := range []struct {
			name  string
			got   Double
			want  *big.Float
			bound float64
		}{
			{"Add", a.Add(b), fresh().Add(x, y), 3},
			{"Mul", a.Mul(b), fresh().Mul(x, y), 4},
			{"Div", a.Div(b), fresh().Quo(x, y), 10},
			{"Sqrt", a.Sqrt(), fresh().Sqrt(x), 4},
			{"minus", a.minus(b, Of(-1.25)), fresh().Add(x, fresh().Mul(y, big.NewFloat(1.25))), 16},
		} {
			if e := off(c.got, c.want); e > c.bound*0x1p-106 {
				t.Fatalf("%s of %v and %v is off by 2^%.1f", c.name, a, b, math.Log2(e))
			}
			if c.got.Hi+c.got.Lo != c.got.Hi {
				t.Fatalf("%s of %v and %v is not normalised: %v", c.name, a, b, c.got)
			}
		}
		if d := a.Sub(b); a.Hi != b.Hi && off(d, fresh().Sub(x, y)) > 3*0x1p-106 {
			t.Fatalf("Sub of %v and %v", a, b)
		}
	}
}

// hilbert is the Hilbert matrix, whose inverse has integers known in closed
// form, each entry rounded to a Double.
func hilbert(n int) []Double {
	a := make([]Double, n*n)
	for i := range n {
		for j := range n {
			a[i*n+j] = Of(1).Div(Of(float64(i + j + 1)))
		}
	}
	return a
}

func TestHilbert(t *testing.T) {
	const n = 12 // condition 1.6e16
	f := Factorize(hilbert(n), n, 0, make([]float64, n))
	if f.Rank() != n {
		t.Fatalf("rank %d", f.Rank())
	}
	d := f.InverseDiagonal()
	choose := func(n, k int) float64 {
		v, _ := new(big.Float).SetInt(new(big.Int).Binomial(int64(n), int64(k))).Float64()
		return v
	}
	b := make([]Double, n)
	for i := range n {
		p := choose(n+i, n-1-i) * choose(n+i, n-1-i) * choose(2*i, i) * choose(2*i, i) * float64(2*i+1)
		if e := math.Abs(d[i].Hi/p - 1); e > 1e-13 {
			t.Errorf("entry %d of the inverse is off by %.1e", i, e)
		}
		for j := range n {
			b[i] = b[i].Add(hilbert(n)[i*n+j])
		}
	}
	for i, x := range f.Solve(b) {
		if e := x.Sub(Of(1)).Abs().Hi; e > 1e-14 {
			t.Errorf("solution %d is off by %.1e", i, e)
		}
	}
	if c := f.Condition(); c < 1e15 || c > 1e18 {
		t.Errorf("condition %.1e", c)
	}
}

func TestDependentColumnsAreNamed(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const rows = 30
	columns := make([][]float64, 6)
	for j := range columns {
		columns[j] = make([]float64, rows)
		for i := range rows {
			columns[j][i] = float64(random.IntN(1000))
		}
	}
	for i := range rows {
		columns[0][i], columns[4][i] = 1, 7
		columns[5][i] = 2*columns[1][i] - columns[3][i] + 5
	}
	a, limits := make([]Double, 36), make([]float64, 6)
	for i := range 6 {
		for j := range 6 {
			for r := range rows {
				a[i*6+j] = a[i*6+j].Add(Product(columns[i][r], columns[j][r]))
			}
		}
		limits[i] = 0x1p-92 * a[i*6+i].Hi
	}
	f := Factorize(a, 6, 1, limits)
	dependent := f.Dependent()
	if f.Rank() != 4 || !slices.Contains(dependent, 4) {
		t.Fatalf("rank %d, dependent %v", f.Rank(), dependent)
	}
	if r := f.Relation(4); len(r) != 0 {
		t.Errorf("a constant is %v", r)
	}
	for _, j := range dependent {
		if j != 4 && len(f.Relation(j)) != 2 {
			t.Errorf("column %d is %v", j, f.Relation(j))
		}
	}
	if !math.IsInf(f.Condition(), 1) {
		t.Errorf("condition %v", f.Condition())
	}
}
