package pass

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

func TestCurvatureIsThatOfTheHessian(t *testing.T) {
	t.Run("float64", func(t *testing.T) { curvatureIsThatOfTheHessian[float64](t, 1e-12) })
	t.Run("float32", func(t *testing.T) { curvatureIsThatOfTheHessian[float32](t, 1e-4) })
}

func curvatureIsThatOfTheHessian[T kernels.Float](t *testing.T, tolerance float64) {
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}} {
		for _, n := range []int{0, 1, 7, 127, 129, 1023, 1025, 4100} {
			for _, p := range []int{0, 1, 8, 33, 130} {
				s := setting{n: n, p: p, loss: l}.variant((n + p) % 16)
				d, at := random[T](s)
				pass := newPassOf(t, d, s.model(), 2, false)
				m := run(t, pass, at, everything)
				c := NewCurvature(pass)
				along := Point{Intercept: -0.75, Beta: make([]float64, p)}
				if !s.intercept {
					along.Intercept = 0
				}
				for j := range along.Beta {
					along.Beta[j] = float64(j%7) - 2.5
				}
				got, diagonal := make([]float64, p), make([]float64, p)
				first, err := c.Product(context.Background(), got, at, along)
				if err != nil {
					t.Fatal(err)
				}
				corner, err := c.Diagonal(context.Background(), diagonal, at)
				if err != nil {
					t.Fatal(err)
				}
				near := func(what string, got, want, size float64) {
					t.Helper()
					if !(math.Abs(got-want) <= tolerance*(1+size)) {
						t.Errorf("%v: %s is %g, want %g", s, what, got, want)
					}
				}
				wantFirst, size := m.SumD*along.Intercept, 0.0
				for j := range got {
					want, size := m.CrossD[j]*along.Intercept, math.Abs(m.CrossD[j])
					for k := range got {
						h := m.Hessian[min(j, k)*p+max(j, k)]
						want += h * along.Beta[k]
						size += math.Abs(h * along.Beta[k])
					}
					near("H·v", got[j], want, size)
					near("diagonal", diagonal[j], m.Hessian[j*p+j], m.Hessian[j*p+j])
					wantFirst += m.CrossD[j] * along.Beta[j]
				}
				for j, v := range m.CrossD {
					size += math.Abs(v * along.Beta[j])
				}
				if s.intercept {
					near("the intercept's", first, wantFirst, size+m.SumD)
				}
				near("the intercept's diagonal", corner, m.SumD, m.SumD)
			}
		}
	}
}

// TestCurvatureHasTheSameBits on any number of threads, and from a source.
func TestCurvatureHasTheSameBits(t *testing.T) {
	for bits := range 16 {
		s := setting{n: 5*1024 + 77, p: 21, loss: loss.Logistic{}}.variant(bits)
		d, at := random[float32](s)
		var want [2][]float64
		var wantFirst [2]float64
		for _, threads := range []int{1, 2, 5} {
			for _, source := range []bool{false, true} {
				c := NewCurvature(newPassOf(t, d, s.model(), threads, source))
				for kind := range want {
					got := make([]float64, s.p)
					first, err := c.Diagonal(context.Background(), got, at)
					if kind == 1 {
						first, err = c.Product(context.Background(), got, at, at)
					}
					if err != nil {
						t.Fatal(err)
					}
					if want[kind] == nil {
						want[kind], wantFirst[kind] = got, first
					}
					if text := cmpSlices("vector", got, want[kind]); text != "" || !sameBits(first, wantFirst[kind]) {
						t.Errorf("%v, %d threads, from a source %v, kind %d: %s", s, threads, source, kind, text)
					}
				}
			}
		}
	}
}

func TestCurvatureAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	for bits := range 16 {
		s := setting{n: 4 * 1024, p: 40, loss: loss.Logistic{}}.variant(bits)
		d, at := random[float64](s)
		for _, threads := range []int{1, 2} {
			c := NewCurvature(newPassOf(t, d, s.model(), threads, false))
			dst := make([]float64, s.p)
			if got := steadyAllocations(func() {
				c.Product(context.Background(), dst, at, at)
				c.Diagonal(context.Background(), dst, at)
			}); got != 0 {
				t.Errorf("%v, %d threads: %v allocations", s, threads, got)
			}
		}
	}
}

func TestCurvatureReportsErrors(t *testing.T) {
	s := setting{n: 3000, p: 4, loss: loss.Logistic{}}
	d, at := random[float64](s)
	c := NewCurvature(newPassOf(t, d, s.model(), 2, false))
	dst := make([]float64, 4)
	short := Point{Beta: make([]float64, 3)}
	for _, f := range []func() error{
		func() error { _, err := c.Product(context.Background(), dst, at, short); return err },
		func() error { _, err := c.Product(context.Background(), dst, short, at); return err },
		func() error { _, err := c.Product(context.Background(), dst[:3], at, at); return err },
		func() error { _, err := c.Diagonal(context.Background(), dst, short); return err },
	} {
		if f() == nil {
			t.Error("no error for a wrong length")
		}
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Product(canceled, dst, at, at); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := c.Product(context.Background(), dst, at, at); err != nil {
		t.Error(err)
	}
}
