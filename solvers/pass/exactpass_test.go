package pass

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

func newExactOf[T kernels.Float](t testing.TB, d *Data[T], model Model, threads int, source bool) *Exact[T] {
	t.Helper()
	var e *Exact[T]
	var err error
	if source {
		e, err = NewExactFromSource(&reader[T]{data: d}, model, threads)
	} else {
		e, err = NewExact(d, model, threads)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// exactPoint is a point of p columns with a lo.
func exactPoint(p int) ExactPoint {
	at := ExactPoint{Hi: make([]float64, p+1), Lo: make([]float64, p+1)}
	for j := range at.Hi {
		at.Hi[j] = float64(j%7) - 2.25
		at.Lo[j] = math.Ldexp(float64(j%5)-1.5, -60)
	}
	return at
}

func runExact[T kernels.Float](t testing.TB, e *Exact[T]) (gram, gradient *ExactMoments) {
	t.Helper()
	gram, err := e.Gram(context.Background(), true)
	if err != nil {
		t.Fatal(err)
	}
	gradient, err = e.Gradient(context.Background(), exactPoint(e.Columns()))
	if err != nil {
		t.Fatal(err)
	}
	return gram, gradient
}

// exactDifference is the first entry in which moments differ by a bit, or
// nothing.
func exactDifference(a, b *ExactMoments) string {
	if a.p != b.p || a.kind != b.kind || a.Rows != b.Rows || !sameBits(a.SumLogW, b.SumLogW) {
		return fmt.Sprintf("%+v and %+v", a, b)
	}
	var list [2][]float64
	for i, m := range []*ExactMoments{a, b} {
		m.entries(func(hi, lo *float64) { list[i] = append(list[i], *hi, *lo) })
	}
	return cmpSlices("Shift", a.Shift, b.Shift) + cmpSlices("entries", list[0], list[1])
}

func TestExactBitsDependOnTheDataAlone(t *testing.T) {
	t.Run("float64", exactBits[float64])
	t.Run("float32", exactBits[float32])
}

func exactBits[T kernels.Float](t *testing.T) {
	count := 0
	shapes(func(n, p int, variants []int) {
		for _, bits := range variants[:2] {
			s := setting{n: n, p: p, loss: loss.Squared{}}.variant(bits + count%2)
			d, _ := random[T](s)
			for i := range d.X.Rows { // columns far from zero, some with a row that is not
				for j := 0; j < p; j += 3 {
					if i != 1100 && d.X.Rows > 0 {
						d.X.Row(i)[j] += 1000
					}
				}
			}
			var want, wantGradient *ExactMoments
			for _, level := range levels() {
				restore := cpu.Use(level)
				for _, w := range ways(n, count) {
					got, gotGradient := runExact(t, newExactOf(t, d, s.model(), w.threads, w.source))
					if want == nil {
						want, wantGradient = got, gotGradient
						continue
					}
					if text := exactDifference(got, want) + exactDifference(gotGradient, wantGradient); text != "" {
						t.Fatalf("%v: %v %+v differs from the lowest level on 1 thread in memory: %s", s, level, w, text)
					}
				}
				restore()
				count++
			}
		}
	})
}

// TestExactMoments holds Gram and Gradient to rational arithmetic.
func TestExactMoments(t *testing.T) {
	for bits := range 16 {
		s := setting{n: 1500, p: 5, loss: loss.Squared{}}.variant(bits)
		d, _ := random[float64](s)
		for i := range d.X.Rows {
			d.X.Row(i)[2] += 1e6
		}
		gram, gradient := runExact(t, newExactOf(t, d, s.model(), 2, false))
		if (gram.Shift != nil) != s.intercept || s.intercept && (gram.Shift[2] == 0 || gram.Shift[0] != 0) {
			t.Errorf("%v: shift %v", s, gram.Shift)
		}
		number := func(v float64) *big.Float { return new(big.Float).SetPrec(600).SetFloat64(v) }
		product := func(factors ...*big.Float) *big.Float {
			v := number(1)
			for _, f := range factors {
				v.Mul(v, f)
			}
			return v
		}
		at, all := exactPoint(s.p), exactColumns(s.p, s.offset)
		sums, first := make([]*big.Float, all*all), make([]*big.Float, all)
		sizes, firstSizes := make([]float64, all*all), make([]float64, all)
		for i := range sums {
			sums[i], first[i%all] = number(0), number(0)
		}
		rows := d.Index
		if rows == nil {
			for i := range d.X.Rows {
				rows = append(rows, i)
			}
		}
		for _, i := range rows {
			var z []*big.Float
			for j, v := range d.X.Row(i) {
				z = append(z, number(v))
				if gram.Shift != nil {
					z[j].Sub(z[j], number(gram.Shift[j]))
				}
			}
			z = append(z, number(1), number(d.Y[i]))
			w := number(1)
			if s.weights {
				w = number(d.Weights[i])
			}
			r := number(-d.Y[i])
			if s.offset {
				z = append(z, number(d.Offset[i]))
				r.Add(r, z[s.p+2])
			}
			for j := range s.p + 1 {
				r.Add(r, product(z[j], new(big.Float).Add(number(at.Hi[j]), number(at.Lo[j]))))
			}
			add := func(sum *big.Float, size *float64, term *big.Float) {
				sum.Add(sum, term)
				f, _ := term.Float64()
				*size += math.Abs(f)
			}
			for j := range all {
				for k := j; k < all; k++ {
					add(sums[j*all+k], &sizes[j*all+k], product(w, z[j], z[k]))
				}
				other := z[j]
				if j == s.p+1 {
					other = r
				}
				add(first[j], &firstSizes[j], product(w, r, other))
			}
		}
		near := func(what string, hi, lo float64, want *big.Float, size float64) {
			t.Helper()
			off := new(big.Float).Add(number(hi), number(lo))
			f, _ := off.Sub(off, want).Float64()
			if math.Abs(f) > 0x1p-94*size {
				t.Errorf("%v: %s is off by %.1e of %.1e", s, what, f, size)
			}
		}
		for j := range all {
			for k := j; k < all; k++ {
				hi, lo := gram.At(j, k)
				near(fmt.Sprint("gram ", j, k), hi, lo, sums[j*all+k], sizes[j*all+k])
			}
			hi, lo := gradient.At(0, j)
			near(fmt.Sprint("gradient ", j), hi, lo, first[j], firstSizes[j])
		}
	}
}

func TestExactMomentsMerge(t *testing.T) {
	s := setting{n: 5*1024 + 300, p: 4, loss: loss.Squared{}}.variant(7)
	d, _ := random[float32](s)
	model := Model{Loss: loss.Squared{}, Shift: []float64{1, 0, 2, 0}}
	whole, wholeGradient := runExact(t, newExactOf(t, d, model, 3, false))
	left, leftGradient := runExact(t, newExactOf(t, part(d, 0, 4096), model, 1, false))
	right, rightGradient := runExact(t, newExactOf(t, part(d, 4096, s.n), model, 1, true))
	for _, m := range []*ExactMoments{left, right, leftGradient, rightGradient} { // over the wire
		text, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back ExactMoments
		if err := back.UnmarshalBinary(text); err != nil {
			t.Fatal(err)
		}
		if text := exactDifference(&back, m); text != "" {
			t.Error(text)
		}
		*m = back
	}
	if err := left.Merge(right); err != nil {
		t.Fatal(err)
	}
	if err := leftGradient.Merge(rightGradient); err != nil {
		t.Fatal(err)
	}
	if text := exactDifference(left, whole) + exactDifference(leftGradient, wholeGradient); text != "" {
		t.Errorf("four blocks and the rest: %s", text)
	}
	if left.Merge(leftGradient) != ErrUnlike {
		t.Error("a gradient was added to second moments")
	}
	other, _ := runExact(t, newExactOf(t, d, Model{Loss: loss.Squared{}}, 1, false))
	if left.Merge(other) != ErrUnlike {
		t.Error("moments of another shift were added")
	}
}

func TestExactMisuse(t *testing.T) {
	s := setting{n: 20, p: 3, loss: loss.Squared{}}
	d, _ := random[float64](s)
	if _, err := NewExact(d, Model{Loss: loss.Logistic{}}, 1); err == nil || !strings.Contains(err.Error(), "squared") {
		t.Errorf("logistic loss: %v", err)
	}
	if _, err := NewExactFromSource(&reader[float64]{data: d}, Model{}, 1); err == nil {
		t.Error("no loss, and no error")
	}
	e := newExactOf(t, d, Model{Loss: loss.Squared{}}, 1, false)
	if _, err := e.Gradient(context.Background(), exactPoint(2)); err == nil {
		t.Error("a point of too few coefficients")
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Gram(ended, false); err != context.Canceled {
		t.Errorf("canceled: %v", err)
	}
	d.X.Row(3)[1] = math.Inf(1)
	if m, err := e.Gram(context.Background(), false); err != nil || m.Finite() {
		t.Errorf("an infinity: finite, or %v", err)
	}
}

func FuzzUnmarshalExact(f *testing.F) {
	s := setting{n: 10, p: 3, loss: loss.Squared{}}.variant(1)
	d, _ := random[float64](s)
	e, err := NewExact(d, Model{Loss: loss.Squared{}, Shift: []float64{1, 2, 3}}, 1)
	if err != nil {
		f.Fatal(err)
	}
	gram, gradient := runExact(f, e)
	for _, m := range []*ExactMoments{gram, gradient} {
		text, _ := m.MarshalBinary()
		f.Add(text)
		f.Add(text[:len(text)-5])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var m ExactMoments
		if m.UnmarshalBinary(text) != nil {
			return
		}
		back, err := m.MarshalBinary()
		if err != nil || !slices.Equal(back, text) {
			t.Errorf("%d bytes came back as %d, %v", len(text), len(back), err)
		}
	})
}
