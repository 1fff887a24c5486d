package pass

import (
	"context"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestABatchIsAPassOverItsRows, bit for bit: of consecutive rows and of listed
// ones, at every level, on any number of threads.
func TestABatchIsAPassOverItsRows(t *testing.T) {
	t.Run("float64", aBatchIsAPassOverItsRows[float64])
	t.Run("float32", aBatchIsAPassOverItsRows[float32])
}

func aBatchIsAPassOverItsRows[T kernels.Float](t *testing.T) {
	for bits := range 8 {
		for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}} {
			s := setting{n: 2600, p: 1 + 11*(bits%4), loss: l}.variant(bits)
			d, at := random[T](s)
			for _, rows := range [][2]int{{0, 1}, {7, 8}, {3, 10}, {128, 257}, {1000, 2024}, {1, 1026}, {0, 2600}, {5, 5}} {
				want := expected(t, d, s, at, rows[0], rows[1], nil)
				index := make([]int, 0, rows[1]-rows[0])
				for i := rows[0]; i < rows[1]; i++ {
					index = append(index, (i*977)%s.n)
				}
				wantListed := expected(t, d, s, at, 0, 0, index)
				for _, level := range levels() {
					restore := cpu.Use(level)
					for _, threads := range []int{1, 2, 3} {
						b := newBatches(t, d, s, threads)
						for _, asked := range []Want{{}, {Hessian: true}, {}} {
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
	if _, err := b.Range(context.Background(), Point{Beta: []float64{1}}, Want{}, 0, 1); err == nil {
		t.Error("a point of another length is no error")
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
