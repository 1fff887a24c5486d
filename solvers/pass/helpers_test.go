package pass

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// A setting is a pass in one line.
type setting struct {
	n, p                              int
	intercept, weights, offset, index bool
	loss                              loss.Loss
}

func (s setting) String() string {
	text := fmt.Sprintf("%s, %d×%d", s.loss.Name(), s.n, s.p)
	for _, with := range []struct {
		it   bool
		name string
	}{{s.intercept, "intercept"}, {s.weights, "weights"}, {s.offset, "offset"}, {s.index, "index"}} {
		if with.it {
			text += ", " + with.name
		}
	}
	return text
}

// variant is the setting with intercept, weights, offset and index by the bits
// of a number up to 15.
func (s setting) variant(bits int) setting {
	s.intercept, s.weights, s.offset, s.index = bits&1 != 0, bits&2 != 0, bits&4 != 0, bits&8 != 0
	return s
}

func (s setting) model() Model { return Model{Loss: s.loss, Intercept: s.intercept} }

// random is seeded rows of a setting, and a point. What lies between rows, and
// rows that an index does not name, are NaN.
func random[T kernels.Float](s setting) (*Data[T], Point) {
	r := rand.New(rand.NewPCG(uint64(s.n), uint64(s.p)))
	rows := s.n
	if s.index {
		rows = s.n/2 + 2
	}
	nan := T(math.NaN())
	d := &Data[T]{X: kernels.Matrix[T]{Rows: rows, Cols: s.p, Stride: s.p + 1 + s.n%3}, Y: make([]T, rows)}
	d.X.Data = slices.Repeat([]T{nan}, rows*d.X.Stride)
	if s.weights {
		d.Weights = make([]T, rows)
	}
	if s.offset {
		d.Offset = make([]T, rows)
	}
	for i := range rows {
		x := d.X.Data[i*d.X.Stride:][:s.p]
		for j := range x {
			x[j] = T(r.NormFloat64() + float64(j%5))
			if r.IntN(16) == 0 {
				x[j] = 0
			}
		}
		d.Y[i] = T(r.IntN(2))
		if s.loss.Quadratic() {
			d.Y[i] += T(r.NormFloat64())
		}
		if s.weights && r.IntN(5) > 0 {
			d.Weights[i] = T(math.Ldexp(r.Float64(), r.IntN(7)-3))
		}
		if s.offset {
			d.Offset[i] = T(r.NormFloat64())
		}
	}
	if s.index {
		d.Index = make([]int, s.n)
		for i := range d.Index {
			d.Index[i] = r.IntN(rows - 1)
		}
		last := d.X.Data[(rows-1)*d.X.Stride:]
		for j := range last {
			last[j] = nan
		}
		d.Y[rows-1] = nan
	}
	at := Point{Intercept: 0.375, Beta: make([]float64, s.p)}
	for j := range at.Beta {
		at.Beta[j] = r.NormFloat64() / math.Sqrt(float64(s.p))
	}
	return d, at
}

// A reader is a Source whose rows lie in memory. It may be told to fail.
type reader[T kernels.Float] struct {
	data *Data[T]
	at   int // rows read

	rewind error                // what Rewind returns
	before func(row int) error  // called by every Read; its error is returned
	end    func(rows int) error // what comes with the last rows, if not io.EOF
}

func (r *reader[T]) Columns() int   { return r.data.X.Cols }
func (r *reader[T]) Weighted() bool { return r.data.Weights != nil }
func (r *reader[T]) Offsets() bool  { return r.data.Offset != nil }
func (r *reader[T]) Rewind() error  { r.at = 0; return r.rewind }

func (r *reader[T]) Read(c *Chunk[T]) (rows int, err error) {
	if r.before != nil {
		if err := r.before(r.at); err != nil {
			return 0, err
		}
	}
	rows = min(c.X.Rows, r.data.rows()-r.at)
	for i := range rows {
		from := r.at + i
		if r.data.Index != nil {
			from = r.data.Index[from]
		}
		if r.data.X.Cols > 0 {
			copy(c.X.Row(i), r.data.X.Row(from))
		}
		c.Y[i] = r.data.Y[from]
		if c.Weights != nil {
			c.Weights[i] = r.data.Weights[from]
		}
		if c.Offset != nil {
			c.Offset[i] = r.data.Offset[from]
		}
	}
	r.at += rows
	if rows < c.X.Rows {
		if r.end != nil {
			return rows, r.end(rows)
		}
		return rows, io.EOF
	}
	return rows, nil
}

// part is some rows of data.
func part[T kernels.Float](d *Data[T], lo, hi int) *Data[T] {
	if d.Index != nil {
		s := *d
		s.Index = d.Index[lo:hi]
		return &s
	}
	s := &Data[T]{X: d.X.Slice(lo, hi), Y: d.Y[lo:hi]}
	if d.Weights != nil {
		s.Weights = d.Weights[lo:hi]
	}
	if d.Offset != nil {
		s.Offset = d.Offset[lo:hi]
	}
	return s
}

func newPassOf[T kernels.Float](t testing.TB, d *Data[T], model Model, threads int, source bool) *Pass[T] {
	t.Helper()
	var p *Pass[T]
	var err error
	if source {
		p, err = NewFromSource(&reader[T]{data: d}, model, threads)
	} else {
		p, err = New(d, model, threads)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func run[T kernels.Float](t testing.TB, p *Pass[T], at Point, want Want) *Moments {
	t.Helper()
	m, err := p.Run(context.Background(), at, want)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// moments is one run over rows in memory.
func moments[T kernels.Float](t testing.TB, d *Data[T], model Model, at Point, want Want) *Moments {
	t.Helper()
	return run(t, newPassOf(t, d, model, 1, false), at, want)
}

func sameBits(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

// difference is the first field in which moments differ by a bit, with its
// values, or nothing. Of a nil and an empty slice it says that they differ.
func difference(a, b *Moments) string {
	if text := differenceWithoutHessian(a, b); text != "" {
		return text
	}
	return cmpSlices("CrossD", a.CrossD, b.CrossD) + cmpSlices("Hessian", a.Hessian, b.Hessian)
}

func differenceWithoutHessian(a, b *Moments) string {
	if a.Rows != b.Rows {
		return fmt.Sprintf("Rows: %d and %d", a.Rows, b.Rows)
	}
	names := []string{"SumW", "SumLogW", "Loss", "SumR", "SumD", "MinMargin", "MaxMargin"}
	other := b.scalars()
	for i, v := range a.scalars() {
		if !sameBits(*v, *other[i]) {
			return fmt.Sprintf("%s: %x and %x", names[i], *v, *other[i])
		}
	}
	return cmpSlices("Gradient", a.Gradient, b.Gradient) + cmpSlices("Shift", a.Shift, b.Shift)
}

func cmpSlices(name string, a, b []float64) string {
	if (a == nil) != (b == nil) || len(a) != len(b) {
		return fmt.Sprintf("%s: %d elements, nil %v, and %d elements, nil %v; ", name, len(a), a == nil, len(b), b == nil)
	}
	for i := range a {
		if !sameBits(a[i], b[i]) {
			return fmt.Sprintf("%s[%d]: %x and %x; ", name, i, a[i], b[i])
		}
	}
	return ""
}

func clone(m *Moments) *Moments {
	c := *m
	c.Gradient, c.CrossD, c.Hessian, c.Shift = slices.Clone(m.Gradient), slices.Clone(m.CrossD), slices.Clone(m.Hessian), slices.Clone(m.Shift)
	return &c
}

func seconds(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}
