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
			p.Release()
		}
	}
}
