package pass

import (
	"math"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestReleasedMemoryLeavesNoTrace in passes that come later, nor in moments that
// somebody has kept, nor in the pass itself.
func TestReleasedMemoryLeavesNoTrace(t *testing.T) {
	d, at := random[float64](setting{n: 5000, p: 200, intercept: true, loss: loss.Logistic{}})
	model := Model{Loss: loss.Logistic{}, Intercept: true}
	want := moments(t, d, model, at, Want{Hessian: true})
	few, atFew := random[float64](setting{n: 1500, p: 9, intercept: true, loss: loss.Logistic{}})
	wantFew := moments(t, few, model, atFew, Want{Hessian: true})
	for range 3 {
		for _, threads := range []int{1, 2} {
			p := newPassOf(t, d, model, threads, false)
			kept := run(t, p, at, Want{Hessian: true})
			gone := run(t, p, at, Want{Hessian: true})
			for i := range gone.Hessian {
				gone.Hessian[i] = math.NaN()
			}
			p.Recycle(gone)
			p.Release()
			again := run(t, p, at, Want{Hessian: true})
			for _, m := range []*Moments{kept, again} {
				if text := difference(m, want); text != "" {
					t.Fatal(text)
				}
			}
			p.Recycle(again)
			for _, s := range p.workers {
				if s != nil { // the other one had nothing to do
					s.spoil()
				}
			}
			p.Release()
			p = newPassOf(t, few, model, threads, false)
			if text := difference(run(t, p, atFew, Want{Hessian: true}), wantFew); text != "" {
				t.Fatalf("9 columns after 200: %s", text)
			}
			p.Release()
		}
	}
}

// spoil makes all that a scratch holds NaN, but for what is never written.
func (s *scratch[T]) spoil() {
	for _, v := range [][]float64{s.eta, s.y, s.w, s.offset, s.value, s.r, s.d, s.weights, s.second} {
		for i := range v {
			v[i] = math.NaN()
		}
	}
	for _, v := range [][]T{s.gathered, s.picked, s.centered, s.packed} {
		for i := range v {
			v[i] = T(math.NaN())
		}
	}
}
