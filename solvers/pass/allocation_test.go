package pass

import (
	"context"
	"math"
	"runtime"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestAnotherRunAllocatesNothing if its result is handed back: whatever the
// rows, the columns, the threads, and where the rows are.
func TestAnotherRunAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	t.Run("float64", anotherRunAllocatesNothing[float64])
	t.Run("float32", anotherRunAllocatesNothing[float32])
}

func anotherRunAllocatesNothing[T kernels.Float](t *testing.T) {
	wide := 300 // panels are packed
	if kernels.ISA() == "generic" {
		wide = 70 // nothing is: more columns than a stripe has will do
	}
	for _, p := range []int{0, 3, wide} {
		for _, blocks := range []int{0, 1, 3} {
			for variant, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Squared{}, loss.Logistic{}} {
				s := setting{n: max(blocks*1024-1, 0), p: p, loss: l}.variant([]int{0, 15, 7, 1}[variant])
				d, at := random[T](s)
				for _, threads := range []int{1, 2} {
					for _, source := range []bool{false, true} {
						pass := newPassOf(t, d, s.model(), threads, source)
						for _, wants := range [][]Want{{everything}, {{}}, {everything, {}}} {
							got := steadyAllocations(func() {
								for _, want := range wants {
									pass.Recycle(run(t, pass, at, want))
								}
							})
							if got != 0 {
								t.Errorf("%v, %d threads, from a source %v, %v: %v allocations", s, threads, source, wants, got)
							}
						}
					}
				}
			}
		}
	}
}

// steadyAllocations is how often f allocates once it has all it needs: what is
// under way at a time differs from run to run, so that some take memory anew.
func steadyAllocations(f func()) float64 {
	least := math.Inf(1)
	for i := 0; i < 10 && least > 0; i++ {
		least = min(least, testing.AllocsPerRun(4, f))
	}
	return least
}

// TestARunAllocatesItsResult, where it is kept.
func TestARunAllocatesItsResult(t *testing.T) {
	const p = 40
	s := setting{n: 9*1024 - 1, p: p, loss: loss.Logistic{}, intercept: true}
	d, at := random[float32](s)
	for _, threads := range []int{1, 2} {
		pass := newPassOf(t, d, s.model(), threads, false)
		for _, c := range []struct {
			want    Want
			objects float64 // moments, gradient and shift; and what comes with a Hessian
			bytes   uint64
		}{{Want{}, 3, 8 * 2 * p}, {everything, 5, 8 * (p + 3) * p}} {
			bytes := ^uint64(0)
			var before, after runtime.MemStats
			objects := steadyAllocations(func() {
				runtime.ReadMemStats(&before)
				run(t, pass, at, c.want)
				runtime.ReadMemStats(&after)
				bytes = min(bytes, after.TotalAlloc-before.TotalAlloc)
			})
			if objects > c.objects {
				t.Errorf("%d threads: %v objects, want %v", threads, objects, c.objects)
			}
			if bytes > c.bytes*5/4+1024 { // sizes are rounded up
				t.Errorf("%d threads: %d bytes for a result of %d", threads, bytes, c.bytes)
			}
		}
	}
}

// TestRecycledMomentsLeaveNoTrace: not even what a caller has written to them.
func TestRecycledMomentsLeaveNoTrace(t *testing.T) {
	for bits := range 16 {
		s := setting{n: 3*1024 + 77, p: 9, loss: loss.Logistic{}}.variant(bits)
		d, at := random[float64](s)
		want, wantFirst := moments(t, d, s.model(), at, everything), moments(t, d, s.model(), at, Want{})
		p := newPassOf(t, d, s.model(), 2, false)
		for range 3 {
			for _, c := range []struct {
				want    Want
				moments *Moments
			}{{everything, want}, {Want{}, wantFirst}} {
				m := run(t, p, at, c.want)
				if text := difference(m, c.moments); text != "" {
					t.Errorf("%v: %s", s, text)
				}
				spoil(m)
				p.Recycle(m)
			}
		}
	}
}

// spoil writes over all that moments are made of.
func spoil(m *Moments) {
	for _, v := range m.scalars() {
		*v = 1e300
	}
	m.Rows = -1
	for _, s := range [][]float64{m.Gradient, m.CrossD, m.Shift} {
		for i := range s {
			s[i] = 1e300
		}
	}
	if p := len(m.Gradient); m.Hessian != nil {
		for i := range p {
			for j := i; j < p; j++ {
				m.Hessian[i*p+j] = 1e300
			}
		}
	}
}

// TestForeignMomentsAreNotTaken: those of other columns, and no moments.
func TestForeignMomentsAreNotTaken(t *testing.T) {
	s := setting{n: 100, p: 5, loss: loss.Squared{}, intercept: true}
	d, at := random[float64](s)
	want := moments(t, d, s.model(), at, everything)
	p := newPassOf(t, d, s.model(), 1, false)
	for _, m := range []*Moments{
		nil, {}, newMoments(4, true), newMoments(6, false),
		{Gradient: make([]float64, 5), Hessian: make([]float64, 25)},
		{Gradient: make([]float64, 5), CrossD: make([]float64, 5), Hessian: make([]float64, 24)},
		{Gradient: make([]float64, 5), CrossD: make([]float64, 5)},
	} {
		p.Recycle(m)
		if text := difference(run(t, p, at, everything), want); text != "" {
			t.Error(text)
		}
	}
}

// TestAFailedRunCanBeRepeated without allocating more than it lost.
func TestAFailedRunCanBeRepeated(t *testing.T) {
	s := setting{n: 9 * 1024, p: 4, loss: loss.Squared{}, intercept: true}
	d, at := random[float64](s)
	want := moments(t, d, s.model(), at, everything)
	for _, threads := range []int{1, 2} {
		p := newPassOf(t, d, s.model(), threads, false)
		canceled, cancel := context.WithCancel(context.Background())
		cancel()
		for range 3 {
			if m, err := p.Run(canceled, at, everything); m != nil || err == nil {
				t.Errorf("moments %v, error %v", m, err)
			}
			if text := difference(run(t, p, at, everything), want); text != "" {
				t.Error(text)
			}
		}
	}
}
