package batch

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// TestReducedPathsEqualFactorisations compares many penalties at once, which are
// reduced, with a few at a time, each of which is factorised.
func TestReducedPathsEqualFactorisations(t *testing.T) {
	penalties := []float64{0, 1e-9}
	for k := range worthReducing + 8 {
		penalties = append(penalties, math.Pow(10, -3+6*float64(k)/(worthReducing+7)))
	}
	for _, c := range []struct {
		making
		path    Path
		unlike  bool // columns of different sizes, which a reduction would mix
		reduced bool
	}{
		{making{rows: 500, columns: 1}, Path{}, false, true},
		{making{rows: 500, columns: 2}, Path{Standardize: true}, false, true},
		{making{rows: 700, columns: 3, weights: true}, Path{Options: Options{NoIntercept: true}}, false, true},
		{making{rows: 60, columns: 50, offset: true}, Path{}, false, true}, // fewer rows than columns in two of three folds
		{making{rows: 3000, columns: 67, weights: true}, Path{Standardize: true}, true, true},
		{making{rows: 900, columns: 7}, Path{}, true, false},
		{making{rows: 900, columns: 130, mean: 1e3}, Path{Options: Options{Threads: 1}}, false, true},
	} {
		d := made[float64](c.making, 3)
		if c.unlike {
			for i := range d.X.Rows {
				for j := range d.X.Row(i) {
					d.X.Row(i)[j] *= math.Ldexp(1, 4*(j%4))
				}
			}
		}
		path := c.path
		path.Folds, path.Penalties = 3, penalties
		got, err := CrossValidate(context.Background(), d, path)
		if err != nil {
			t.Fatal(err)
		}
		if is := reduces(t, d, path); is != c.reduced {
			t.Errorf("%+v: reduced %v, want %v", c.making, is, c.reduced)
		}
		n := len(penalties)
		for lo := 0; lo < n; lo += worthReducing - 1 {
			hi := min(lo+worthReducing-1, n)
			path.Penalties = penalties[lo:hi]
			want, err := CrossValidate(context.Background(), d, path)
			if err != nil {
				t.Fatal(err)
			}
			near := func(what string, got, want, size float64) {
				t.Helper()
				if !(math.Abs(got-want) <= 1e-9*size || math.IsNaN(got) && math.IsNaN(want)) {
					t.Errorf("%+v: %s is %v, want %v", c.making, what, got, want)
				}
			}
			for i := lo; i < hi; i++ {
				near("the error", got.Error[i], want.Error[i-lo], want.Error[i-lo])
				if got.AllStatus[i] != want.AllStatus[i-lo] || got.Status[i] != want.Status[i-lo] {
					t.Errorf("%+v, λ = %g: status %v and %v, want %v and %v", c.making, penalties[i], got.AllStatus[i], got.Status[i], want.AllStatus[i-lo], want.Status[i-lo])
				}
				size := 0.0
				for _, v := range want.Coefficient(i - lo) {
					size = max(size, math.Abs(v))
				}
				for j, v := range want.Coefficient(i - lo) {
					near("a coefficient", got.Coefficient(i)[j], v, size)
				}
			}
		}
	}
}

// BenchmarkReduction prints how many factorisations a reduction takes as long as.
func BenchmarkReduction(b *testing.B) {
	for _, p := range []int{5, 20, 50, 200, 500} {
		b.Run(fmt.Sprintf("p=%d", p), func(b *testing.B) {
			d := made[float64](making{rows: 1200, columns: p}, 5)
			f := &crossing[float64]{data: d, o: Path{}, folds: 2, dealing: deal(1200, 2, 1)}
			_, others, err := f.complements(context.Background(), f.shift())
			if err != nil {
				b.Fatal(err)
			}
			n := newNormal(p, true, rankTolerance[float64]())
			n.load(others[2])
			n.penalise(1)
			var reducing, factorising time.Duration
			for b.Loop() {
				begin := time.Now()
				n.reduce(false)
				reducing += time.Since(begin)
				begin = time.Now()
				n.solve()
				factorising += time.Since(begin)
			}
			b.ReportMetric(float64(reducing)/float64(factorising), "factorisations")
		})
	}
}

// TestSquaresThatLoseDigitsAreNotReduced.
func TestSquaresThatLoseDigitsAreNotReduced(t *testing.T) {
	d := made[float64](making{rows: 300, columns: 4}, 3)
	for i := range d.X.Rows {
		for j := range d.X.Row(i) {
			d.X.Row(i)[j] = math.Ldexp(d.X.Row(i)[j], -258)
		}
	}
	if reduces(t, d, Path{Folds: 3, Penalties: make([]float64, worthReducing)}) {
		t.Error("reduced")
	}
}

// reduces tells whether the fits of a path are reduced.
func reduces(t *testing.T, d *pass.Data[float64], o Path) bool {
	t.Helper()
	folds, assignment, err := o.assign(d.X.Rows)
	if err != nil {
		t.Fatal(err)
	}
	f := &crossing[float64]{data: d, o: o, folds: folds, dealing: assignment}
	_, others, err := f.complements(context.Background(), f.shift())
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.reductions(context.Background(), others)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r == nil {
			return false
		}
	}
	return true
}

// TestAReductionIsOrthogonalAndSimilar: QᵀQ = 1, and QTQᵀ is the matrix again.
func TestAReductionIsOrthogonalAndSimilar(t *testing.T) {
	for _, p := range []int{1, 2, 3, 10, 33, 64} {
		d := made[float64](making{rows: 200, columns: p}, 5)
		f := &crossing[float64]{data: d, o: Path{Penalties: make([]float64, worthReducing)}, folds: 2, dealing: deal(200, 2, 1)}
		_, others, err := f.complements(context.Background(), f.shift())
		if err != nil {
			t.Fatal(err)
		}
		n := newNormal(p, true, rankTolerance[float64]())
		n.load(others[2])
		r := n.reduce(false)
		size := 0.0
		for j := range p {
			size += n.centred[j*(p+1)+j]
		}
		for i := range p {
			for j := range p {
				inner, again := 0.0, 0.0
				for k := range p {
					inner += r.q[k*p+i] * r.q[k*p+j]
					again += r.q[i*p+k] * r.diagonal[k] * r.q[j*p+k]
					if k+1 < p {
						again += r.beside[k] * (r.q[i*p+k]*r.q[j*p+k+1] + r.q[i*p+k+1]*r.q[j*p+k])
					}
				}
				if i == j {
					inner--
				}
				if want := n.centred[min(i, j)*(p+1)+max(i, j)]; !(math.Abs(inner) <= 1e-14*float64(p)) || !(math.Abs(again-want) <= 1e-15*float64(p)*size) {
					t.Errorf("p = %d, entry %d, %d: QᵀQ is off by %g, QTQᵀ is %g, want %g", p, i, j, inner, again, want)
				}
			}
		}
	}
}
