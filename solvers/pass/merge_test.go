package pass

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

var everything = Want{Hessian: true, LogWeights: true}

// merged is the moments of parts of the rows, each a pass of its own, added up
// from left to right.
func merged[T kernels.Float](t *testing.T, d *Data[T], model Model, at Point, want Want, cuts ...int) *Moments {
	t.Helper()
	var sum *Moments
	for i := range len(cuts) - 1 {
		m := moments(t, part(d, cuts[i], cuts[i+1]), model, at, want)
		if sum == nil {
			sum = m
			continue
		}
		before := clone(m)
		if err := sum.Merge(m); err != nil {
			t.Fatal(err)
		}
		if text := difference(m, before); text != "" {
			t.Errorf("Merge changes its argument: %s", text)
		}
	}
	return sum
}

// integers makes the columns of data integers that repeat in every block, so
// that every block has the same means, without rounding.
func integers[T kernels.Float](d *Data[T]) {
	for i := range d.X.Rows {
		for j := range d.X.Cols {
			d.X.Row(i)[j] = T((i*i + 3*j*i) % 1024 % (7 + j))
		}
	}
	for i := 1024; i < d.X.Rows; i++ {
		copy(d.X.Row(i), d.X.Row(i-1024))
	}
}

func TestMergingInTheTreeOfAPassGivesItsBits(t *testing.T) {
	for bits := range 8 {
		for _, l := range losses {
			for _, want := range []Want{everything, {}} {
				for _, cuts := range [][]int{{0, 1024, 2048}, {0, 2048, 4096}, {0, 1024, 1500}, {0, 2048, 3072}, {0, 2048, 2049}} {
					s := setting{n: cuts[len(cuts)-1], p: 9, loss: l}.variant(bits)
					d, at := random[float64](s)
					if s.intercept {
						if s.n%1024 != 0 {
							continue // other means in the last block
						}
						integers(d)
					}
					whole := moments(t, d, s.model(), at, want)
					if text := difference(merged(t, d, s.model(), at, want, cuts...), whole); text != "" {
						t.Errorf("%v in %v: %s", s, cuts, text)
					}
				}
			}
		}
	}
}

func TestMergingInAnotherTreeDiffersByRounding(t *testing.T) {
	others := 0
	for bits := range 8 {
		for _, l := range losses {
			s := setting{n: 3072, p: 9, loss: l}.variant(bits)
			d, at := random[float64](s)
			cuts := []int{0, 5, 1024, 1029, 2900, 3072}
			if s.intercept {
				integers(d)
				cuts = []int{0, 1024, 3072}
			}
			whole := moments(t, d, s.model(), at, everything)
			sum := merged(t, d, s.model(), at, everything, cuts...)
			if difference(sum, whole) != "" {
				others++
			}
			if sum.Rows != whole.Rows || sum.MinMargin != whole.MinMargin || sum.MaxMargin != whole.MaxMargin {
				t.Errorf("%v: rows %d, margins %g to %g; the whole has %d, %g to %g",
					s, sum.Rows, sum.MinMargin, sum.MaxMargin, whole.Rows, whole.MinMargin, whole.MaxMargin)
			}
			// Terms have a size of some tens: some ε of their sum.
			size := 1e3 * whole.SumW
			close := func(what string, a, b float64) {
				if !(math.Abs(a-b) <= 1e-14*size) {
					t.Errorf("%v: %s is %v, of the whole %v", s, what, a, b)
				}
			}
			other := whole.scalars()
			for i, v := range sum.scalars() {
				if *v != *other[i] {
					close("a scalar", *v, *other[i])
				}
			}
			for j := range sum.Gradient {
				close("Gradient", sum.Gradient[j], whole.Gradient[j])
				close("CrossD", sum.CrossD[j], whole.CrossD[j])
			}
			for j := range sum.Hessian {
				close("Hessian", sum.Hessian[j], whole.Hessian[j])
			}
		}
	}
	if others < 8 {
		t.Errorf("%d of 16 differ at all: these are no other trees", others)
	}
}

func TestMergingNoRowsChangesNothing(t *testing.T) {
	s := setting{n: 1500, p: 5, weights: true, loss: loss.Logistic{}}
	d, at := random[float64](s)
	m := moments(t, d, s.model(), at, everything)
	none := moments(t, part(d, 0, 0), s.model(), at, everything)
	want := clone(m)
	if err := m.Merge(none); err != nil {
		t.Fatal(err)
	}
	if text := difference(m, want); text != "" {
		t.Errorf("after it: %s", text)
	}
	if err := none.Merge(want); err != nil {
		t.Fatal(err)
	}
	if text := difference(none, want); text != "" {
		t.Errorf("before it: %s", text)
	}
}

func TestUnlikeMomentsAreNotMerged(t *testing.T) {
	s := setting{n: 1100, p: 4, intercept: true, weights: true, loss: loss.Logistic{}}
	d, at := random[float64](s)
	m := moments(t, d, s.model(), at, everything)
	for name, other := range map[string]func() *Moments{
		"another shift": func() *Moments {
			c := clone(m)
			c.Shift[3] = math.Nextafter(c.Shift[3], 9)
			return c
		},
		"rows of other means": func() *Moments { return moments(t, part(d, 1024, 1100), s.model(), at, everything) },
		"no shift":            func() *Moments { return moments(t, d, Model{Loss: s.loss}, at, everything) },
		"no Hessian":          func() *Moments { return moments(t, d, s.model(), at, Want{LogWeights: true}) },
		"fewer columns": func() *Moments {
			narrow := *d
			narrow.X.Cols--
			return moments(t, &narrow, s.model(), Point{Beta: at.Beta[:3]}, everything)
		},
	} {
		for _, swapped := range []bool{false, true} {
			a, b := clone(m), other()
			if swapped {
				a, b = b, a
			}
			beforeA, beforeB := clone(a), clone(b)
			if err := a.Merge(b); !errors.Is(err, ErrUnlike) {
				t.Errorf("%s: error %v", name, err)
			}
			if text := difference(a, beforeA) + difference(b, beforeB); text != "" {
				t.Errorf("%s: changed all the same: %s", name, text)
			}
		}
	}
}

func TestPartsWithTheSameShiftMerge(t *testing.T) {
	const n, p = 2 * blockRows, 3
	whole := Data[float64]{X: kernels.Matrix[float64]{Rows: n, Cols: p, Stride: p, Data: make([]float64, n*p)}, Y: make([]float64, n)}
	for i := range whole.X.Data {
		whole.X.Data[i] = float64(i%101) + 1950
	}
	part := func(lo, hi int, shift []float64) *Moments {
		d := Data[float64]{X: whole.X.Slice(lo, hi), Y: whole.Y[lo:hi]}
		pass, err := New(&d, Model{Loss: loss.Squared{}, Intercept: true, Shift: shift}, 1)
		if err != nil {
			t.Fatal(err)
		}
		m, err := pass.Run(context.Background(), Point{Beta: []float64{1, 2, 3}}, Want{Hessian: true})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	want := part(0, n, nil)
	got := part(0, blockRows, want.Shift)
	if err := got.Merge(part(blockRows, n, want.Shift)); err != nil {
		t.Fatal(err)
	}
	a, err := got.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	b, err := want.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if string(a) != string(b) {
		t.Errorf("two parts give %+v, the whole %+v", got, want)
	}
	if _, err := New(&whole, Model{Loss: loss.Squared{}, Shift: []float64{1}}, 1); err == nil {
		t.Error("a shift of the wrong length was accepted")
	}
}
