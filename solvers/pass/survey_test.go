package pass

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestASurveyIsAPassAtItsMeans: moments and diagonal are those of a pass whose shift
// are the means, which are those that a loop finds.
func TestASurveyIsAPassAtItsMeans(t *testing.T) {
	t.Run("float64", func(t *testing.T) { aSurveyIsAPassAtItsMeans[float64](t, 1e-12) })
	t.Run("float32", func(t *testing.T) { aSurveyIsAPassAtItsMeans[float32](t, 1e-4) })
}

func aSurveyIsAPassAtItsMeans[T kernels.Float](t *testing.T, tolerance float64) {
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}, loss.SquaredHinge{}.Majorized()} {
		for _, n := range []int{1, 7, 127, 129, 1025, 4100} {
			for _, p := range []int{0, 1, 8, 33, 130} {
				s := setting{n: n, p: p, loss: l}.variant((n + p) % 16)
				d, _ := random[T](s)
				surveyed := newPassOf(t, d, s.model(), 2, false)
				got, err := surveyed.Survey(context.Background(), 0.375)
				if err != nil {
					t.Fatal(err)
				}
				if got == nil { // no row weighs anything
					if m := run(t, surveyed, Point{Beta: make([]float64, p)}, Want{}); m.SumW > 0 {
						t.Fatalf("%v: no survey", s)
					}
					continue
				}
				near := func(what string, got, want, size float64) {
					t.Helper()
					if !(math.Abs(got-want) <= tolerance*(1+size)) {
						t.Errorf("%v: %s is %g, want %g", s, what, got, want)
					}
				}
				if l.Quadratic() {
					for j, c := range got.Means {
						near("mean", c, weightedMean(d, j), 10)
					}
				}
				model := s.model()
				model.Shift = got.Means
				there := newPassOf(t, d, model, 2, false)
				at := Point{Beta: make([]float64, p)}
				if s.intercept { // otherwise a survey takes it for zero
					at.Intercept = 0.375
				}
				m := run(t, there, at, everything)
				near("loss", got.Loss, m.Loss, m.Loss)
				near("Σr", got.SumR, m.SumR, m.SumW)
				near("Σd", got.First, m.SumD, m.SumD)
				if got.Rows != m.Rows || got.SumLogW != m.SumLogW || got.MinMargin != m.MinMargin || got.MaxMargin != m.MaxMargin {
					t.Errorf("%v: counts and margins %+v, want %+v", s, *got.Moments, *m)
				}
				for j := range p {
					if s.intercept {
						near("what the Hessian has beside the intercept", 0, m.CrossD[j], 20*m.SumD)
					}
					near("gradient", got.Gradient[j], m.Gradient[j], 20*m.SumW)
					near("diagonal", got.Diagonal[j], m.Hessian[j*p+j], 20*m.SumD)
				}
			}
		}
	}
}

func weightedMean[T kernels.Float](d *Data[T], column int) float64 {
	sum, total := 0.0, 0.0
	for i := range d.rows() {
		row, w := i, 1.0
		if d.Index != nil {
			row = d.Index[i]
		}
		if d.Weights != nil {
			w = float64(d.Weights[row])
		}
		sum += w * float64(d.X.Row(row)[column])
		total += w
	}
	return sum / total
}

// TestASurveyHasTheSameBits at every level, on any number of threads, and from a
// source.
func TestASurveyHasTheSameBits(t *testing.T) {
	for bits := range 16 {
		s := setting{n: 5*1024 + 77, p: 21, loss: loss.Logistic{}}.variant(bits)
		d, _ := random[float32](s)
		var want *Survey
		for _, level := range levels() {
			restore := cpu.Use(level)
			for _, w := range ways(s.n, bits) {
				got, err := newPassOf(t, d, s.model(), w.threads, w.source).Survey(context.Background(), -0.5)
				if err != nil || got == nil {
					t.Fatalf("%v: survey %v, error %v", s, got, err)
				}
				if want == nil {
					want = got
				}
				text := difference(got.Moments, want.Moments) + cmpSlices("means", got.Means, want.Means) + cmpSlices("diagonal", got.Diagonal, want.Diagonal)
				if text != "" || !sameBits(got.First, want.First) {
					t.Errorf("%v: %v %+v: %s", s, level, w, text)
				}
			}
			restore()
		}
	}
}

// TestASurveyThatCancelsTellsMeansAlone: the first rows weigh next to nothing and lie far
// from all others.
func TestASurveyThatCancelsTellsMeansAlone(t *testing.T) {
	s := setting{n: 5000, p: 3, intercept: true, weights: true, loss: loss.Squared{}}
	d, _ := random[float64](s)
	for i := range blockRows {
		d.Weights[i] = 1e-300
		d.X.Row(i)[1] = 1e9
	}
	got, err := newPassOf(t, d, s.model(), 2, false).Survey(context.Background(), 0)
	if err != nil || got == nil || got.Moments != nil || got.Diagonal != nil || !(math.Abs(got.Means[1]-weightedMean(d, 1)) < 1e-3) {
		t.Errorf("%+v, error %v", got, err)
	}
}

// TestASurveyOfWhatIsNotFiniteIsNone, and so is one of columns that are too large
// for their squares.
func TestASurveyOfWhatIsNotFiniteIsNone(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), 1e200} {
		s := setting{n: 3000, p: 4, intercept: true, loss: loss.Logistic{}}
		d, _ := random[float64](s)
		d.X.Row(2047)[2] = bad
		got, err := newPassOf(t, d, s.model(), 2, false).Survey(context.Background(), 0)
		if err != nil || got != nil {
			t.Errorf("%v: survey %v, error %v", bad, got, err)
		}
	}
	s := setting{n: 3000, p: 4, loss: loss.Logistic{}}
	d, _ := random[float64](s)
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := newPassOf(t, d, s.model(), 2, false).Survey(canceled, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
