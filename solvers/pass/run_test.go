package pass

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/leak"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

func TestDataThatDoesNotFitIsAnError(t *testing.T) {
	good := func() *Data[float64] {
		return &Data[float64]{
			X: kernels.Matrix[float64]{Rows: 3, Cols: 2, Stride: 4, Data: make([]float64, 10)},
			Y: make([]float64, 3), Weights: make([]float64, 3), Offset: make([]float64, 3), Index: []int{2, 0, 2, 1},
		}
	}
	model := Model{Loss: loss.Squared{}, Intercept: true}
	if _, err := New(good(), model, 1); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want  string // part of the message
		spoil func(d *Data[float64])
	}{
		{"-1×2", func(d *Data[float64]) { d.X.Rows = -1 }},
		{"3×-2", func(d *Data[float64]) { d.X.Cols = -2 }},
		{"stride 1", func(d *Data[float64]) { d.X.Stride = 1 }},
		{"9 elements", func(d *Data[float64]) { d.X.Data = d.X.Data[:9] }},
		{"0 elements", func(d *Data[float64]) { d.X.Data = nil }},
		{"does not fit in 10 elements", func(d *Data[float64]) { d.X.Stride = math.MaxInt }},
		{"does not fit in 1 elements", func(d *Data[float64]) { // the last row is at an offset that overflows to 0
			d.X = kernels.Matrix[float64]{Rows: 17, Cols: 1, Stride: 1 << (bits.UintSize - 4), Data: make([]float64, 1)}
		}},
		{"Y has 2 elements", func(d *Data[float64]) { d.Y = d.Y[:2] }},
		{"Y has 4 elements", func(d *Data[float64]) { d.Y = make([]float64, 4) }},
		{"Y has 0 elements", func(d *Data[float64]) { d.Y = nil }},
		{"Weights has 2 elements", func(d *Data[float64]) { d.Weights = d.Weights[:2] }},
		{"Weights has 0 elements", func(d *Data[float64]) { d.Weights = []float64{} }},
		{"Offset has 5 elements", func(d *Data[float64]) { d.Offset = make([]float64, 5) }},
		{"row 3 in Index", func(d *Data[float64]) { d.Index[1] = 3 }},
		{"row -1 in Index", func(d *Data[float64]) { d.Index[3] = -1 }},
		{"row 0 in Index", func(d *Data[float64]) {
			d.X.Rows, d.Y, d.Weights, d.Offset, d.Index = 0, nil, nil, nil, []int{0}
		}},
	} {
		d := good()
		c.spoil(d)
		p, err := New(d, model, 1)
		if err == nil || p != nil || !strings.HasPrefix(err.Error(), "pass: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one about %q", err, c.want)
		}
	}
}

func TestArgumentsThatDoNotFitAreErrors(t *testing.T) {
	s := setting{n: 20, p: 3, loss: loss.Squared{}}
	d, at := random[float64](s)
	for _, threads := range []int{0, -3} {
		if _, err := New(d, s.model(), threads); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d threads", threads)) {
			t.Errorf("%d threads: error %v", threads, err)
		}
		if _, err := NewFromSource(&reader[float64]{data: d}, s.model(), threads); err == nil {
			t.Errorf("%d threads from a source: no error", threads)
		}
	}
	if _, err := New(d, Model{}, 1); err == nil || !strings.Contains(err.Error(), "loss") {
		t.Errorf("no loss: error %v", err)
	}
	if _, err := NewFromSource(&reader[float64]{data: d}, Model{}, 1); err == nil {
		t.Error("no loss from a source: no error")
	}
	for _, source := range []bool{false, true} {
		p := newPassOf(t, d, s.model(), 2, source)
		if p.Columns() != 3 || p.Shift() != nil {
			t.Errorf("%d columns, shift %v", p.Columns(), p.Shift())
		}
		for _, n := range []int{0, 2, 4} {
			m, err := p.Run(context.Background(), Point{Beta: make([]float64, n)}, Want{})
			if m != nil || err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d coefficients for 3 columns", n)) {
				t.Errorf("%d coefficients: moments %v, error %v", n, m, err)
			}
		}
		run(t, p, at, everything) // still works
	}
}

// TestAFailingSourceIsTheErrorOfRun, as it is, wherever it fails, and after it
// the pass works again.
func TestAFailingSourceIsTheErrorOfRun(t *testing.T) {
	broken := errors.New("broken")
	s := setting{n: 20*1024 + 7, p: 4, intercept: true, weights: true, offset: true, loss: loss.Logistic{}}
	d, at := random[float32](s)
	want := moments(t, d, s.model(), at, everything)
	for _, threads := range []int{1, 2, 3, 7} {
		source := &reader[float32]{data: d}
		p, err := NewFromSource(source, s.model(), threads)
		if err != nil {
			t.Fatal(err)
		}
		check := func(where string) {
			t.Helper()
			leak.None(t, func() {
				if m, err := p.Run(context.Background(), at, everything); m != nil || err != broken {
					t.Errorf("%d threads, %s: moments %v, error %v", threads, where, m, err)
				}
			})
			*source = reader[float32]{data: d}
			if text := difference(run(t, p, at, everything), want); text != "" {
				t.Errorf("%d threads, after a failure %s: %s", threads, where, text)
			}
		}
		for _, row := range []int{0, 1024, 9 * 1024, 20 * 1024} {
			source.before = func(at int) error {
				if at == row {
					return broken
				}
				return nil
			}
			check(fmt.Sprintf("at row %d", row))
		}
		source.end = func(int) error { return broken } // with rows
		check("at the end")
		source.rewind = broken
		check("in Rewind")
	}
}

func TestAFailingSourceIsTheErrorOfNewFromSource(t *testing.T) {
	broken := errors.New("broken")
	s := setting{n: 10, p: 4, loss: loss.Squared{}}
	d, _ := random[float64](s)
	fail := func(int) error { return broken }
	for _, source := range []*reader[float64]{{data: d, rewind: broken}, {data: d, before: fail}, {data: d, end: fail}} {
		if p, err := NewFromSource(source, Model{Loss: loss.Squared{}, Intercept: true}, 2); p != nil || err != broken {
			t.Errorf("pass %v, error %v", p, err)
		}
		if _, err := NewFromSource(source, Model{Loss: loss.Squared{}, Intercept: false}, 2); err != nil { // reads nothing yet
			t.Errorf("without an intercept: error %v", err)
		}
	}
}

// A counter is a Source whose Read returns what it is told.
type counter struct {
	reader[float64]
	rows int
	err  error
}

func (c *counter) Read(*Chunk[float64]) (int, error) { return c.rows, c.err }

func TestASourceMustEndWithEOF(t *testing.T) {
	d := &Data[float64]{X: kernels.Matrix[float64]{Cols: 2, Stride: 2}}
	for _, c := range []counter{{rows: 0}, {rows: 1}, {rows: 1023}, {rows: 5, err: io.ErrUnexpectedEOF}} {
		c.data = d
		want := "without io.EOF"
		if c.err != nil {
			want = c.err.Error()
		}
		for _, threads := range []int{1, 3} {
			if _, err := NewFromSource(&c, Model{Loss: loss.Squared{}, Intercept: true}, threads); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%d rows: error %v", c.rows, err)
			}
			p, err := NewFromSource(&c, Model{Loss: loss.Squared{}, Intercept: false}, threads)
			if err != nil {
				t.Fatal(err)
			}
			if m, err := p.Run(context.Background(), Point{Beta: make([]float64, 2)}, Want{}); m != nil || err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%d rows: moments %v, error %v", c.rows, m, err)
			}
		}
	}
}

// TestASourceCannotReturnRowsThatAreNotThere: an error, for a panic on a
// goroutine of ours could not be recovered.
func TestASourceCannotReturnRowsThatAreNotThere(t *testing.T) {
	d := &Data[float64]{X: kernels.Matrix[float64]{Cols: 2, Stride: 2}}
	for _, c := range []counter{{rows: -1}, {rows: -1, err: io.EOF}, {rows: 1025}, {rows: 1025, err: io.EOF}} {
		c.data = d
		if _, err := NewFromSource(&c, Model{Loss: loss.Squared{}, Intercept: true}, 1); err == nil {
			t.Errorf("%d rows: no error", c.rows)
		}
		p, err := NewFromSource(&c, Model{Loss: loss.Squared{}, Intercept: false}, 2)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Run(context.Background(), Point{Beta: make([]float64, 2)}, everything); err == nil {
			t.Errorf("%d rows: no error", c.rows)
		}
	}
}

func TestASourceMayWrapEOFAndEndOnABlock(t *testing.T) {
	for _, n := range []int{1024, 2048, 2050} {
		s := setting{n: n, p: 3, intercept: true, loss: loss.Squared{}}
		d, at := random[float64](s)
		want := moments(t, d, s.model(), at, everything)
		source := &reader[float64]{data: d, end: func(int) error { return fmt.Errorf("end of file: %w", io.EOF) }}
		p, err := NewFromSource(source, s.model(), 2)
		if err != nil {
			t.Fatal(err)
		}
		if text := difference(run(t, p, at, everything), want); text != "" {
			t.Errorf("%d rows: %s", n, text)
		}
	}
}

func TestTheEndOfTheContextEndsARun(t *testing.T) {
	s := setting{n: 5000, p: 4, intercept: true, loss: loss.Logistic{}}
	d, at := random[float64](s)
	want := moments(t, d, s.model(), at, everything)
	for _, threads := range []int{1, 2, 7} {
		for _, source := range []bool{false, true} {
			p := newPassOf(t, d, s.model(), threads, source)
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			leak.None(t, func() {
				if m, err := p.Run(ctx, at, everything); m != nil || err != context.Canceled {
					t.Errorf("%d threads, from a source %v: moments %v, error %v", threads, source, m, err)
				}
			})
			if text := difference(run(t, p, at, everything), want); text != "" {
				t.Errorf("%d threads, from a source %v: the next run: %s", threads, source, text)
			}
		}

		// A source without an end, stopped on the way.
		ctx, cancel := context.WithCancel(context.Background())
		endless, reads := &reader[float64]{data: part(d, 0, 4096)}, 0
		endless.before = func(int) error {
			if endless.at == 4096 {
				endless.at = 0
			}
			if reads++; reads == 100 {
				cancel()
			}
			return nil
		}
		p, err := NewFromSource(endless, s.model(), threads)
		if err != nil {
			t.Fatal(err)
		}
		leak.None(t, func() {
			if m, err := p.Run(ctx, at, everything); m != nil || err != context.Canceled {
				t.Errorf("%d threads, on the way: moments %v, error %v", threads, m, err)
			}
		})
		if reads > 100+2 {
			t.Errorf("%d threads: %d reads after the end of the context", threads, reads-100)
		}
	}
}

func TestNoGoroutineOutlivesARun(t *testing.T) {
	s := setting{n: 9 * 1024, p: 4, intercept: true, loss: loss.Logistic{}}
	d, at := random[float64](s)
	for _, threads := range []int{1, 2, 3, 7} {
		for _, source := range []bool{false, true} {
			leak.None(t, func() {
				run(t, newPassOf(t, d, s.model(), threads, source), at, everything)
			})
		}
	}
}

// TestARunLeavesNoTraceInTheNext: a pass keeps memory, and nothing in it may
// show: not a NaN, not another kind of moments, not a caller's changes.
func TestARunLeavesNoTraceInTheNext(t *testing.T) {
	for bits := range 16 {
		for _, l := range losses {
			s := setting{n: 3*1024 + 77, p: 9, loss: l}.variant(bits)
			d, at := random[float32](s)
			want, wantFirst := moments(t, d, s.model(), at, everything), moments(t, d, s.model(), at, Want{})
			nan := Point{Intercept: math.Inf(1), Beta: slices.Repeat([]float64{math.NaN()}, s.p)}
			for _, source := range []bool{false, true} {
				p := newPassOf(t, d, s.model(), 3, source)
				check := func(got, want *Moments) {
					t.Helper()
					if text := difference(got, want); text != "" {
						t.Errorf("%v, from a source %v: %s", s, source, text)
					}
				}
				first := run(t, p, at, everything)
				check(first, want)
				run(t, p, nan, everything)
				check(first, want) // a result is the caller's
				for _, v := range [][]float64{first.Gradient, first.CrossD, first.Hessian, first.Shift} {
					for i := range v {
						v[i] = math.NaN()
					}
				}
				shift := p.Shift()
				for i := range shift {
					shift[i] = math.NaN()
				}
				check(run(t, p, at, everything), want)
				check(run(t, p, at, Want{}), wantFirst)
				run(t, p, nan, Want{})
				check(run(t, p, at, Want{}), wantFirst)
				check(run(t, p, at, everything), want)
			}
		}
	}
}

func TestRunChangesNeitherDataNorThePoint(t *testing.T) {
	for bits := range 16 {
		s := setting{n: 1200, p: 9, loss: loss.Logistic{}}.variant(bits)
		d, at := random[float64](s)
		x, y, w, o, index, beta := slices.Clone(d.X.Data), slices.Clone(d.Y), slices.Clone(d.Weights), slices.Clone(d.Offset), slices.Clone(d.Index), slices.Clone(at.Beta)
		p := newPassOf(t, d, s.model(), 2, false)
		run(t, p, at, everything)
		run(t, p, at, Want{})
		if text := cmpSlices("X", d.X.Data, x) + cmpSlices("Y", d.Y, y) + cmpSlices("Weights", d.Weights, w) + cmpSlices("Offset", d.Offset, o) + cmpSlices("Beta", at.Beta, beta); text != "" {
			t.Errorf("%v: %s", s, text)
		}
		if !slices.Equal(d.Index, index) {
			t.Errorf("%v: Index is changed", s)
		}
	}
}

func TestRowsWithoutAWeightCountForNothing(t *testing.T) {
	for _, l := range losses {
		s := setting{n: 1024, p: 5, weights: true, loss: l}
		d, at := random[float64](s)
		clear(d.Weights)
		m := moments(t, d, s.model(), at, everything)
		if text := difference(m, moments(t, part(d, 0, 0), s.model(), at, everything)); text != "" {
			t.Errorf("%v: all weights are zero, and: %s", s, text)
		}
		if !math.IsInf(m.MinMargin, 1) || !math.IsInf(m.MaxMargin, -1) {
			t.Errorf("%v: margins %g to %g of no rows", s, m.MinMargin, m.MaxMargin)
		}
	}
}

func TestWorthThreads(t *testing.T) {
	all := runtime.GOMAXPROCS(0)
	for _, c := range []struct{ rows, columns, want int }{
		{0, 0, 1}, {1000, 10, 1}, {5000, 10, 1}, {10_000, 10, min(2, all)}, {500, 100, 1}, {1_000_000, 10, min(283, all)}, {10_000, 500, min(724, all)},
	} {
		if got := WorthThreads(c.rows, c.columns); got != c.want {
			t.Errorf("%d rows of %d columns: %d threads, want %d", c.rows, c.columns, got, c.want)
		}
	}
}
