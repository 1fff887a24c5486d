package pass

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// shapes is the sizes at which a pass changes its path: around a group of
// Update, a segment and a block, and a tree of blocks with a tail; columns
// around the lanes of Dots and the strips. bits says for which variants.
func shapes(yield func(n, p int, variants []int)) {
	all := make([]int, 16)
	for i := range all {
		all[i] = i
	}
	shape := 0
	some := func(n int, columns ...int) {
		for _, p := range columns {
			shape++
			variants := []int{}
			for i := range 4 { // each of the four parts is there in two of them
				variants = append(variants, (7*shape+5*i)%16)
			}
			yield(n, p, variants)
		}
	}
	for _, n := range []int{0, 1, 7, 8, 9} {
		for _, p := range []int{0, 1, 3, 8, 10, 33} {
			yield(n, p, all)
		}
		some(n, 100)
	}
	for _, n := range []int{127, 128, 129} {
		some(n, 0, 1, 3, 8, 10, 33, 100)
	}
	some(1, 257)
	some(17, 257)
	some(129, 257)
	for _, n := range []int{1023, 1024, 1025} {
		some(n, 0, 1, 3, 8, 10, 33)
	}
	some(3*1024+77, 1, 3, 10, 33)
	some(9*1024+5, 0, 1, 3, 8, 10)
}

var losses = []loss.Loss{loss.Squared{}, loss.Logistic{}}

// TestTheBitsDependOnTheDataAlone: every level, any number of threads, rows in
// memory or from a source, with the Hessian or without.
func TestTheBitsDependOnTheDataAlone(t *testing.T) {
	t.Run("float64", func(t *testing.T) { bitsDependOnTheDataAlone[float64](t, shapes, losses) })
	t.Run("float32", func(t *testing.T) { bitsDependOnTheDataAlone[float32](t, shapes, losses) })
}

// others are the losses that are made of vector mathematics, with what Fisher
// scoring and reweighting take them for.
var others = []loss.Loss{
	loss.Poisson{}, loss.Gamma{}, loss.Tweedie{Power: 1.5}, loss.Huber{Delta: 1}, loss.Quantile{Tau: 0.3, Bandwidth: 0.25}, loss.SquaredHinge{},
	loss.Gamma{}.Scoring(), loss.Tweedie{Power: 1.1}.Scoring(), loss.Huber{Delta: 1}.Majorized(), loss.Quantile{Tau: 0.3, Bandwidth: 0.25}.Majorized(), loss.SquaredHinge{}.Majorized(),
}

// TestTheBitsOfOtherLosses: what these have of their own does not depend on the
// columns.
func TestTheBitsOfOtherLosses(t *testing.T) {
	few := func(yield func(n, p int, variants []int)) {
		for i, n := range []int{1, 8, 127, 129, 1025, 3*1024 + 77} {
			yield(n, 3, []int{i, 15 - i})
		}
	}
	t.Run("float64", func(t *testing.T) { bitsDependOnTheDataAlone[float64](t, few, others) })
	t.Run("float32", func(t *testing.T) { bitsDependOnTheDataAlone[float32](t, few, others) })
}

func bitsDependOnTheDataAlone[T kernels.Float](t *testing.T, shapes func(func(n, p int, variants []int)), losses []loss.Loss) {
	count := 0
	shapes(func(n, p int, variants []int) {
		for _, bits := range variants {
			for _, l := range losses {
				s := setting{n: n, p: p, loss: l}.variant(bits)
				d, at := random[T](s)
				for i, y := range d.Y {
					if !l.Accepts(float64(y)) {
						d.Y[i] = 1
					}
				}
				var want, wantFirst *Moments
				for _, level := range levels() {
					restore := cpu.Use(level)
					for _, w := range ways(n, count) {
						pass := newPassOf(t, d, s.model(), w.threads, w.source)
						full := run(t, pass, at, Want{Hessian: true, LogWeights: true})
						first := run(t, pass, at, Want{LogWeights: true})
						if want == nil {
							want, wantFirst = full, first
							if text := differenceWithoutHessian(first, full); text != "" {
								t.Errorf("%v: without and with the Hessian: %s", s, text)
							}
							if first.CrossD != nil || first.Hessian != nil {
								t.Errorf("%v: a Hessian that nobody asked for", s)
							}
							continue
						}
						if text := difference(full, want); text != "" {
							t.Errorf("%v: %v %+v differs from the lowest level on 1 thread in memory: %s", s, level, w, text)
						}
						if text := difference(first, wantFirst); text != "" {
							t.Errorf("%v without the Hessian: %v %+v differs from the lowest level on 1 thread in memory: %s", s, level, w, text)
						}
					}
					restore()
					count++
				}
				if t.Failed() {
					t.FailNow()
				}
			}
		}
	})
}

// levels is all of them. Under the race detector, which looks for something
// else and makes pure Go twenty times slower, it is the fastest alone:
// goroutines meet in the same places at all of them.
func levels() []cpu.Level {
	all := cpu.Available()
	if raceDetector {
		return all[len(all)-1:]
	}
	return all
}

// A way is how rows get into a pass.
type way struct {
	threads int
	source  bool
}

// ways is all of them where there is more than one block. One block has one
// thread in memory, so some will do, in turn.
func ways(n, turn int) []way {
	all := []way{{1, false}, {2, false}, {3, false}, {7, false}, {1, true}, {2, true}, {3, true}, {7, true}}
	if n > blockRows {
		return all
	}
	return []way{all[0], all[1+turn%3], all[4+turn%4]}
}

func TestAnIndexOfAllRowsIsNoIndex(t *testing.T) {
	for _, n := range []int{0, 1, 129, 1025, 2100} {
		for bits := range 8 {
			for _, l := range losses {
				s := setting{n: n, p: 10, loss: l}.variant(bits)
				d, at := random[float32](s)
				want := moments(t, d, s.model(), at, Want{Hessian: true, LogWeights: true})
				d.Index = make([]int, n)
				for i := range d.Index {
					d.Index[i] = i
				}
				if text := difference(moments(t, d, s.model(), at, Want{Hessian: true, LogWeights: true}), want); text != "" {
					t.Errorf("%v: %s", s, text)
				}
			}
		}
	}
}

func TestAnIndexIsACopyOfItsRows(t *testing.T) {
	random2 := rand.New(rand.NewPCG(1, 2))
	for bits := range 8 {
		s := setting{n: 2100, p: 9, loss: loss.Logistic{}}.variant(bits)
		d, at := random[float64](s)
		d.Index = random2.Perm(s.n)[:1500]
		copied := &Data[float64]{X: kernels.Matrix[float64]{Rows: 1500, Cols: s.p, Stride: s.p}}
		for _, i := range d.Index {
			copied.X.Data = append(copied.X.Data, d.X.Row(i)...)
			copied.Y = append(copied.Y, d.Y[i])
			if s.weights {
				copied.Weights = append(copied.Weights, d.Weights[i])
			}
			if s.offset {
				copied.Offset = append(copied.Offset, d.Offset[i])
			}
		}
		want := moments(t, copied, s.model(), at, Want{Hessian: true})
		if text := difference(moments(t, d, s.model(), at, Want{Hessian: true}), want); text != "" {
			t.Errorf("%v: %s", s, text)
		}
	}
}

func TestWeightsOfOneAreNoWeights(t *testing.T) {
	for _, l := range losses {
		s := setting{n: 1300, p: 10, intercept: true, loss: l}
		d, at := random[float32](s)
		want := moments(t, d, s.model(), at, Want{Hessian: true, LogWeights: true})
		d.Weights = slices.Repeat([]float32{1}, s.n)
		if text := difference(moments(t, d, s.model(), at, Want{Hessian: true, LogWeights: true}), want); text != "" {
			t.Errorf("%v: %s", s, text)
		}
	}
}

// TestAStrideLeavesNoTrace: random has gaps between its rows, in which NaN lies.
func TestAStrideLeavesNoTrace(t *testing.T) {
	for _, l := range losses {
		s := setting{n: 1300, p: 10, intercept: true, loss: l}
		d, at := random[float64](s)
		want := moments(t, d, s.model(), at, Want{Hessian: true})
		var tight []float64
		for i := range s.n {
			tight = append(tight, d.X.Row(i)...)
		}
		d.X = kernels.Matrix[float64]{Rows: s.n, Cols: s.p, Stride: s.p, Data: tight}
		if text := difference(moments(t, d, s.model(), at, Want{Hessian: true}), want); text != "" {
			t.Errorf("%v: %s", s, text)
		}
	}
}
