package pass

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestABatchIsAPassOverItsRows, bit for bit, with a Hessian or longer than a block,
// and otherwise the sum of passes over its parts: of consecutive rows and of listed
// ones, at every level, on any number of threads.
func TestABatchIsAPassOverItsRows(t *testing.T) {
	t.Run("float64", aBatchIsAPassOverItsRows[float64])
	t.Run("float32", aBatchIsAPassOverItsRows[float32])
}

func aBatchIsAPassOverItsRows[T kernels.Float](t *testing.T) {
	for bits := range 8 {
		for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}} {
			s := setting{n: 2600, p: []int{1, 12, 40, 130}[bits%4], loss: l}.variant(bits)
			d, at := random[T](s)
			for _, rows := range [][2]int{{0, 1}, {7, 8}, {3, 10}, {128, 257}, {1000, 2024}, {1, 1026}, {0, 2600}, {5, 5}} {
				want := expected(t, d, s, at, rows[0], rows[1], nil)
				index := make([]int, 0, rows[1]-rows[0])
				for i := rows[0]; i < rows[1]; i++ {
					index = append(index, (i*977)%s.n)
				}
				wantListed := expected(t, d, s, at, 0, 0, index)
				parts, partsListed := want, wantListed
				if n := rows[1] - rows[0]; n <= blockRows && n > 0 {
					step := newBatches(t, d, s, 1).PartRows(n)
					parts = sumOfParts(n, step, func(lo, hi int) *Moments { return expected(t, d, s, at, rows[0]+lo, rows[0]+hi, nil) })
					partsListed = sumOfParts(n, step, func(lo, hi int) *Moments { return expected(t, d, s, at, 0, 0, index[lo:hi]) })
				}
				for _, level := range levels() {
					restore := cpu.Use(level)
					for _, threads := range []int{1, 2, 3} {
						b := newBatches(t, d, s, threads)
						for _, asked := range []Want{{}, {Hessian: true}, {}} {
							want, wantListed := want, wantListed
							if !asked.Hessian {
								want, wantListed = parts, partsListed
							}
							got, err := b.Range(context.Background(), at, asked, rows[0], rows[1])
							compareBatch(t, s, got, err, want, asked, rows)
							got, err = b.Rows(context.Background(), at, asked, index, nil)
							compareBatch(t, s, got, err, wantListed, asked, rows)
						}
					}
					restore()
				}
			}
		}
	}
}

// TestBatchesOfManyBlocks are passes too, with as many blocks as the crew takes at a time and
// with more.
func TestBatchesOfManyBlocks(t *testing.T) {
	for _, n := range []int{16 * blockRows, 16*blockRows + 1, 19*blockRows - 100} {
		s := setting{n: n, p: 5, loss: loss.Logistic{}, intercept: true}
		d, at := random[float64](s)
		want := expected(t, d, s, at, 0, n, nil)
		for _, threads := range []int{1, 2, 3} {
			b := newBatches(t, d, s, threads)
			for _, asked := range []Want{{}, {Hessian: true}, {}} {
				got, err := b.Range(context.Background(), at, asked, 0, n)
				compareBatch(t, s, got, err, want, asked, [2]int{0, n})
			}
		}
	}
}

// sumOfParts adds up the moments of rows, step at a time.
func sumOfParts(rows, step int, moments func(lo, hi int) *Moments) *Moments {
	sum := moments(0, min(step, rows))
	for lo := step; lo < rows; lo += step {
		sum.add(moments(lo, min(lo+step, rows)))
	}
	return sum
}

// TestAChangeIsADifferenceOfBatches to within rounding, and has the same bits at
// every level, on any number of threads.
func TestAChangeIsADifferenceOfBatches(t *testing.T) {
	t.Run("float64", func(t *testing.T) { aChangeIsADifferenceOfBatches[float64](t, 1e-13) })
	t.Run("float32", func(t *testing.T) { aChangeIsADifferenceOfBatches[float32](t, 1e-13) })
}

func aChangeIsADifferenceOfBatches[T kernels.Float](t *testing.T, tolerance float64) {
	for bits := range 8 {
		for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
			s := setting{n: 2600, p: []int{0, 12, 40, 130}[bits%4], loss: l}.variant(bits)
			d, at := random[T](s)
			since := Point{Intercept: at.Intercept - 0.25, Beta: make([]float64, s.p)}
			for j, b := range at.Beta {
				since.Beta[j] = b + 0.125*float64(j%3-1)
			}
			if !s.intercept {
				since.Intercept = at.Intercept
			}
			index := make([]int, 2600)
			for i := range index {
				index[i] = (i * 977) % s.n
			}
			for _, rows := range [][2]int{{0, 1}, {3, 10}, {128, 391}, {1000, 2024}, {0, 2600}, {5, 5}} {
				var first [2]*Moments
				for _, level := range levels() {
					restore := cpu.Use(level)
					for _, threads := range []int{1, 2, 3} {
						b := newBatches(t, d, s, threads)
						for kind := range first {
							batch := func(at Point) (*Moments, error) { return b.Range(context.Background(), at, Want{}, rows[0], rows[1]) }
							change := func() (*Moments, error) { return b.RangeChange(context.Background(), at, since, rows[0], rows[1]) }
							if list := index[rows[0]:rows[1]]; kind == 1 {
								batch = func(at Point) (*Moments, error) { return b.Rows(context.Background(), at, Want{}, list, nil) }
								change = func() (*Moments, error) { return b.RowsChange(context.Background(), at, since, list, index[:100]) }
							}
							now, err := batch(at)
							if err != nil {
								t.Fatal(err)
							}
							want := &Moments{SumR: now.SumR, Gradient: slices.Clone(now.Gradient)}
							was, err := batch(since)
							if err != nil {
								t.Fatal(err)
							}
							size := 1 + math.Abs(was.SumR) + math.Abs(want.SumR)
							for j, g := range was.Gradient {
								size += math.Abs(g) + math.Abs(want.Gradient[j])
								want.Gradient[j] -= g
							}
							want.SumR -= was.SumR
							got, err := change()
							if err != nil {
								t.Fatal(err)
							}
							for j, g := range append([]float64{got.SumR}, got.Gradient...) {
								if w := append([]float64{want.SumR}, want.Gradient...)[j]; !(math.Abs(g-w) <= tolerance*size*float64(rows[1]-rows[0]+1)) {
									t.Fatalf("%v, rows %v, entry %d: %v, want %v", s, rows, j, g, w)
								}
							}
							if first[kind] == nil {
								first[kind] = &Moments{SumR: got.SumR, Gradient: slices.Clone(got.Gradient)}
							}
							if text := cmpSlices("Gradient", got.Gradient, first[kind].Gradient); text != "" || !sameBits(got.SumR, first[kind].SumR) {
								t.Fatalf("%v, rows %v, %v, %d threads: %s", s, rows, level, threads, text)
							}
						}
					}
					restore()
				}
			}
		}
	}
}

func newBatches[T kernels.Float](t testing.TB, d *Data[T], s setting, threads int) *Batches[T] {
	t.Helper()
	b, err := NewBatches(newPassOf(t, d, s.model(), threads, false))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// expected is a pass over the rows of a batch alone, with the shift of all rows.
func expected[T kernels.Float](t *testing.T, d *Data[T], s setting, at Point, lo, hi int, index []int) *Moments {
	model := s.model()
	model.Shift = newPassOf(t, d, model, 1, false).Shift()
	rows := part(d, lo, hi)
	if index != nil {
		rows = &Data[T]{X: d.X, Y: d.Y, Weights: d.Weights, Offset: d.Offset, Index: index}
	}
	return moments(t, rows, model, at, Want{Hessian: true})
}

func compareBatch(t *testing.T, s setting, got *Moments, err error, want *Moments, asked Want, rows [2]int) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	if !sameBits(got.Loss, want.Loss) || !sameBits(got.SumR, want.SumR) {
		text = "Loss or SumR"
	}
	text += cmpSlices("Gradient", got.Gradient, want.Gradient)
	if asked.Hessian {
		if !sameBits(got.SumD, want.SumD) {
			text += "SumD"
		}
		text += cmpSlices("CrossD", got.CrossD, want.CrossD) + cmpSlices("Hessian", got.Hessian, want.Hessian)
	} else if got.Hessian != nil {
		text += "a Hessian that nobody asked for"
	}
	if text != "" {
		t.Fatalf("%v, rows %v, %+v: %s", s, rows, asked, text)
	}
}

func TestBatchesAllocateNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	for _, threads := range []int{1, 2} {
		s := setting{n: 5000, p: 10, loss: loss.Logistic{}}.variant(7)
		d, at := random[float32](s)
		b := newBatches(t, d, s, threads)
		index := make([]int, 3000)
		for i := range index {
			index[i] = (i * 31) % s.n
		}
		for _, n := range []int{1, 7, 256, 3000} {
			for _, want := range []Want{{}, {Hessian: true}} {
				if got := steadyAllocations(func() {
					if _, err := b.Range(context.Background(), at, want, 5, 5+n); err != nil {
						t.Fatal(err)
					}
					if _, err := b.Rows(context.Background(), at, want, index[:n], index[n:]); err != nil {
						t.Fatal(err)
					}
					if _, err := b.RangeChange(context.Background(), at, at, 5, 5+n); err != nil {
						t.Fatal(err)
					}
					if _, err := b.RowsChange(context.Background(), at, at, index[:n], index[n:]); err != nil {
						t.Fatal(err)
					}
				}); got != 0 {
					t.Errorf("%d rows, %d threads, %+v: %v allocations", n, threads, want, got)
				}
			}
		}
	}
}

func TestBatchesRefuse(t *testing.T) {
	s := setting{n: 20, p: 3, loss: loss.Squared{}}
	d, at := random[float64](s)
	b := newBatches(t, d, s, 1)
	for _, rows := range [][2]int{{-1, 3}, {4, 3}, {0, 21}} {
		if _, err := b.Range(context.Background(), at, Want{}, rows[0], rows[1]); err == nil {
			t.Errorf("rows %v are no error", rows)
		}
	}
	for _, index := range [][]int{{20}, {0, -1}} {
		if _, err := b.Rows(context.Background(), at, Want{}, index, nil); err == nil {
			t.Errorf("index %v is no error", index)
		}
	}
	short := Point{Beta: []float64{1}}
	for _, f := range []func() error{
		func() error { _, err := b.Range(context.Background(), short, Want{}, 0, 1); return err },
		func() error { _, err := b.Rows(context.Background(), short, Want{}, []int{1}, nil); return err },
		func() error { _, err := b.RangeChange(context.Background(), at, short, 0, 1); return err },
		func() error { _, err := b.RowsChange(context.Background(), short, at, []int{1}, nil); return err },
		func() error { _, err := b.RangeChange(context.Background(), at, at, 3, 21); return err },
		func() error { _, err := b.RowsChange(context.Background(), at, at, []int{20}, nil); return err },
	} {
		if f() == nil {
			t.Error("no error for a point of another length, or rows that are not there")
		}
	}
	if _, err := NewBatches(newPassOf(t, d, s.model(), 1, true)); err == nil {
		t.Error("a source is no error")
	}
	s.index = true
	d, _ = random[float64](s)
	if _, err := NewBatches(newPassOf(t, d, s.model(), 1, false)); err == nil {
		t.Error("an index is no error")
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	long := setting{n: 3000, p: 1, loss: loss.Squared{}}
	d, at = random[float64](long)
	if _, err := newBatches(t, d, long, 1).Range(canceled, at, Want{}, 0, 3000); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}
