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

// TestBlocksAreThoseOfTheHessian, and have the same bits at every level, on any
// number of threads, from memory or a source.
func TestBlocksAreThoseOfTheHessian(t *testing.T) {
	t.Run("float64", func(t *testing.T) { blocksAreThoseOfTheHessian[float64](t, 1e-12) })
	t.Run("float32", func(t *testing.T) { blocksAreThoseOfTheHessian[float32](t, 1e-5) })
}

func blocksAreThoseOfTheHessian[T kernels.Float](t *testing.T, tolerance float64) {
	for _, n := range []int{0, 1, 129, 2100} {
		for _, p := range []int{1, 7, 16, 33} {
			for _, size := range []int{1, 5, 16, 40} {
				for bits, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Logistic{}, loss.Squared{}} {
					s := setting{n: n, p: p, loss: l}.variant(5*bits + size)
					d, at := random[T](s)
					whole := moments(t, d, s.model(), at, Want{Hessian: true})
					var want []float64
					for _, level := range levels() {
						for _, w := range []way{{1, false}, {3, true}} {
							restore := cpu.Use(level)
							b, err := NewBlocks(newPassOf(t, d, s.model(), w.threads, w.source), size)
							if err != nil {
								t.Fatal(err)
							}
							dst := slices.Repeat([]float64{math.NaN()}, b.Len())
							first, err := b.Run(context.Background(), dst, at)
							restore()
							if err != nil {
								t.Fatal(err)
							}
							got := append(dst, first)
							if want == nil {
								want = got
							}
							if !slices.Equal(got, want) {
								t.Fatalf("%v, blocks of %d: %v %+v has other bits", s, size, level, w)
							}
						}
					}
					if math.Abs(want[len(want)-1]-whole.SumD) > 1e-12*(1+whole.SumD) {
						t.Errorf("%v: Σd is %g, want %g", s, want[len(want)-1], whole.SumD)
					}
					for i := range p {
						for j := i; j < min((i/size+1)*size, p); j++ {
							got := want[i/size*size*size+i%size*size+j%size]
							if scale := math.Sqrt(whole.Hessian[i*p+i] * whole.Hessian[j*p+j]); !(math.Abs(got-whole.Hessian[i*p+j]) <= tolerance*scale) {
								t.Errorf("%v, blocks of %d: entry %d, %d is %g, want %g", s, size, i, j, got, whole.Hessian[i*p+j])
							}
						}
					}
				}
			}
		}
	}
}

func TestBlocksAreChecked(t *testing.T) {
	s := setting{n: 10, p: 3, loss: loss.Squared{}}
	d, at := random[float64](s)
	p := newPassOf(t, d, s.model(), 1, false)
	if _, err := NewBlocks(p, 0); err == nil {
		t.Error("blocks of no columns are no error")
	}
	b, err := NewBlocks(p, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Run(context.Background(), make([]float64, 7), at); err == nil {
		t.Error("too little room is no error")
	}
	if _, err := b.Run(context.Background(), make([]float64, 8), Point{}); err == nil {
		t.Error("no coefficients are no error")
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := b.Run(canceled, make([]float64, 8), at); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}
