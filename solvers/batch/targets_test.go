package batch

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	gonum "gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/internal/leak"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// madeTargets is data and m targets, each made as the one of data with another
// seed, on the same columns.
func madeTargets[T kernels.Float](m making, count int) (*pass.Data[T], kernels.Matrix[T]) {
	d := made[T](m, 1)
	y := kernels.Matrix[T]{Rows: m.rows, Cols: count, Stride: count + 2, Data: make([]T, m.rows*(count+2))}
	for j := range count {
		for i, v := range made[T](m, 100+j).Y {
			y.Row(i)[j] = v
		}
	}
	d.Y = nil
	return d, y
}

// one is target j with the data, for the rows where it is there.
func one[T kernels.Float](d *pass.Data[T], y kernels.Matrix[T], j int) glm.Data[T] {
	c := *d
	c.Y = make([]T, y.Rows)
	for i := range c.Y {
		c.Y[i] = y.Row(i)[j]
	}
	return some(&c, func(i int) bool { return c.Y[i] == c.Y[i] })
}

func TestTargetsEqualFitsAlone(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		making
		o       Options
		missing bool
		share   float64
	}{
		{making{rows: 1300, columns: 7}, Options{}, false, 1e-10},
		{making{rows: 300, columns: 3, weights: true, offset: true}, Options{}, true, 1e-10},
		{making{rows: 200, columns: 4, mean: 1e8}, Options{}, true, 1e-6},
		{making{rows: 150, columns: 4}, Options{NoIntercept: true}, true, 1e-10},
		{making{rows: 600, columns: 2}, Options{L2: 30}, false, 1e-10},
		{making{rows: 40, columns: 0}, Options{}, false, 1e-10},
		{making{rows: 400, columns: 3, loss: loss.Logistic{}}, Options{}, true, 1e-6},
		{making{rows: 300, columns: 2, loss: loss.Logistic{}, weights: true, offset: true}, Options{L2: 2}, false, 1e-6},
		{making{rows: 300, columns: 2, loss: loss.Poisson{}, offset: true}, Options{}, true, 1e-6},
		{making{rows: 260, columns: 2, loss: loss.Poisson{}}, Options{NoIntercept: true}, false, 1e-6},
	} {
		name := fmt.Sprintf("%+v %+v", c.making, c.o)
		d, y := madeTargets[float64](c.making, 5)
		if c.missing {
			for i := 0; i < y.Rows; i += 7 {
				y.Row(i)[1], y.Row(i)[3] = nan, nan // these two alike
				y.Row((i + 3) % y.Rows)[4] = nan
			}
		}
		c.o.Loss, c.o.StdErrors, c.o.Deviance = c.loss, true, true
		f, err := FitTargets(context.Background(), d, y, c.o)
		if err != nil {
			t.Fatal(err)
		}
		for j := range y.Cols {
			m := fittedAlone(t, one(d, y, j), glm.Options{Family: familyOf(c.loss), L2: c.o.L2, NoIntercept: c.o.NoIntercept})
			beta, errors := estimates(m)
			if f.Status[j] != Converged {
				t.Errorf("%s target %d: %v", name, j, f.Status[j])
			}
			near(t, fmt.Sprint(name, " target ", j), f.Coefficient(j), beta, c.share)
			near(t, fmt.Sprint(name, " errors ", j), f.StdError(j), errors, c.share)
			near(t, fmt.Sprint(name, " deviance ", j), f.Deviance[j:j+1], []float64{m.Deviance}, max(c.share, 1e-9))
		}
	}
}

// TestHostileTargets: each has its status, and the others their fits.
func TestHostileTargets(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
		d, y := madeTargets[float64](making{rows: 60, columns: 2, loss: l}, 7)
		for i := range y.Rows {
			row := y.Row(i)
			if i >= 2 {
				row[1] = nan // two rows, three coefficients
			}
			row[2] = nan
			row[4] = 0
			if d.X.Row(i)[0] > 0 {
				row[5] = 1
			} else {
				row[5] = 0
			}
		}
		y.Row(7)[3] = inf
		f, err := FitTargets(context.Background(), d, y, Options{Loss: l, StdErrors: true})
		if err != nil {
			t.Fatal(err)
		}
		want := []Status{Converged, TooFewRows, TooFewRows, NotFinite, Converged, Converged, Converged}
		switch l.(type) {
		case loss.Logistic:
			want[4], want[5] = Separated, Separated
		case loss.Poisson:
			want[4] = Separated // all zero
			want[5] = f.Status[5]
		}
		if fmt.Sprint(f.Status) != fmt.Sprint(want) {
			t.Errorf("%T: %v, want %v", l, f.Status, want)
		}
		for j, s := range f.Status {
			if (s == Converged) != !math.IsNaN(f.Coefficient(j)[1]) {
				t.Errorf("%T: target %d is %v: %v", l, j, s, f.Coefficient(j))
			}
		}
		if f.Rows[0] != 60 || f.Rows[1] != 2 || f.Rows[2] != 0 {
			t.Errorf("%T: rows %v", l, f.Rows)
		}
		for i := range d.X.Rows {
			d.X.Row(i)[1] = 4 - d.X.Row(i)[0]
		}
		f, err = FitTargets(context.Background(), d, y, Options{Loss: l})
		if err != nil {
			t.Fatal(err)
		}
		if f.Status[0] != RankDeficient || len(f.Dependent(0)) != 1 || f.Status[6] != RankDeficient {
			t.Errorf("%T, collinear: %v, columns %v", l, f.Status, f.Dependent(0))
		}
	}
}

func TestTargetsHaveTheSameBitsEverywhere(t *testing.T) {
	for _, m := range []making{{rows: 2100, columns: 9, weights: true}, {rows: 500, columns: 3, loss: loss.Logistic{}}} {
		d, y := madeTargets[float64](m, 9)
		narrow, z := madeTargets[float32](m, 9)
		y.Row(3)[2], z.Row(4)[1] = math.NaN(), float32(math.NaN())
		o := Options{Loss: m.loss, StdErrors: true, Deviance: true}
		sameEverywhere(t, func(threads int) (*Fits, error) {
			o.Threads = threads
			return FitTargets(context.Background(), d, y, o)
		})
		sameEverywhere(t, func(threads int) (*Fits, error) {
			o.Threads = threads
			return FitTargets(context.Background(), narrow, z, o)
		})
	}
}

// TestManyTargetsHaveTheSameBits: more than a slice, and than a task; one goroutine takes
// them in other pieces than many do.
func TestManyTargetsHaveTheSameBits(t *testing.T) {
	const count = targetColumns + sliceColumns + 5
	for _, weights := range []bool{false, true} {
		d := made[float64](making{rows: 300, columns: 17, weights: weights, mean: 3}, 1)
		d.Y = nil
		y := kernels.Matrix[float64]{Rows: 300, Cols: count, Stride: count + 3, Data: make([]float64, 300*(count+3))}
		for i := range y.Rows {
			for j := range count {
				y.Row(i)[j] = unit(7, i*count+j) + d.X.Row(i)[j%17]
				if j%100 == 50 {
					y.Row(i)[j] += 1e6 // these are centred
				}
			}
		}
		y.Row(299)[3], y.Row(0)[count-1] = math.NaN(), math.NaN()
		o := Options{Deviance: true}
		sameEverywhere(t, func(threads int) (*Fits, error) {
			o.Threads = threads
			return FitTargets(context.Background(), d, y, o)
		})
		f, err := FitTargets(context.Background(), d, y, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range []int{0, 3, 50, sliceColumns, targetColumns - 1, count - 1} {
			want := fittedAlone(t, one(d, y, j), glm.Options{})
			beta, _ := estimates(want)
			for i, v := range f.Coefficient(j) {
				if !(math.Abs(v-beta[i]) <= 1e-9*(1+math.Abs(beta[i]))) {
					t.Errorf("target %d, coefficient %d: %v, alone %v", j, i, v, beta[i])
				}
			}
		}
	}
}

func TestNoTargetsAreNoFits(t *testing.T) {
	d, y := madeTargets[float64](making{rows: 20, columns: 2}, 1)
	y.Cols = 0
	for _, l := range []loss.Loss{nil, loss.Logistic{}} {
		if f, err := FitTargets(context.Background(), d, y, Options{Loss: l}); err != nil || len(f.Status) != 0 {
			t.Errorf("%v, error %v", f, err)
		}
	}
}

// TestTargetsWithoutCoefficients: a value that is missing is no row of its target, though
// there is no coefficient that it could make NaN.
func TestTargetsWithoutCoefficients(t *testing.T) {
	d := &pass.Data[float64]{X: kernels.Matrix[float64]{Rows: 5}}
	y := kernels.Matrix[float64]{Rows: 5, Cols: 3, Stride: 3, Data: []float64{1, 2, 3, 1, math.NaN(), 3, 1, 2, 3, 1, 2, math.Inf(1), 1, 2, 3}}
	f, err := FitTargets(context.Background(), d, y, Options{NoIntercept: true, Deviance: true})
	if err != nil {
		t.Fatal(err)
	}
	if f.Status[0] != Converged || f.Rows[0] != 5 || f.Deviance[0] != 5 {
		t.Errorf("%v of %d rows, deviance %g", f.Status[0], f.Rows[0], f.Deviance[0])
	}
	if f.Status[1] != Converged || f.Rows[1] != 4 || f.Deviance[1] != 16 {
		t.Errorf("one missing: %v of %d rows, deviance %g", f.Status[1], f.Rows[1], f.Deviance[1])
	}
	if f.Status[2] != NotFinite {
		t.Errorf("an infinity is %v", f.Status[2])
	}
}

func TestFitTargetsErrors(t *testing.T) {
	d, y := madeTargets[float64](making{rows: 20, columns: 2}, 2)
	withY, weighted, short := *d, *d, y
	withY.Y = make([]float64, 20)
	weighted.Weights = make([]float64, 20)
	weighted.Weights[4] = -1
	short.Rows = 19
	for _, c := range []struct {
		d    *pass.Data[float64]
		y    kernels.Matrix[float64]
		o    Options
		want string
	}{
		{&withY, y, Options{}, "leave it nil beside a matrix"},
		{d, short, Options{}, "19×2 targets"},
		{&weighted, y, Options{}, "the weight of row 4 is -1"},
		{d, y, Options{L2: -1}, "L2 is -1"},
	} {
		if _, err := FitTargets(context.Background(), c.d, c.y, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// TestTargetsKeepToTheirThreads: products large enough to be shared are done by
// the goroutines of the call.
func TestTargetsKeepToTheirThreads(t *testing.T) {
	d, y := madeTargets[float64](making{rows: 600, columns: 60}, 100)
	count := func(procs, threads int) uint64 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		return leak.Started(func() {
			if _, err := FitTargets(context.Background(), d, y, Options{Threads: threads, Deviance: true}); err != nil {
				t.Fatal(err)
			}
		})
	}
	alone, held, free := count(1, 1), count(4, 1), count(4, 4)
	if free <= alone || held != alone {
		t.Errorf("%v goroutines are started on one processor, %v with one thread of four, %v with four", alone, held, free)
	}
}

// BenchmarkTargets is 10,000 targets on 10,000 × 100, in turn with the product of that shape
// and with one of 2000³. The metrics are the rate, and its share of that of each, by the
// shortest times.
func BenchmarkTargets(b *testing.B) {
	const rows, columns, count, large = 10_000, 100, 10_000, 2000
	d := made[float64](making{rows: rows, columns: columns}, 1)
	d.Y = nil
	y := kernels.NewMatrix[float64](rows, count)
	for i := range y.Data {
		y.Data[i] = unit(3, i)
	}
	cross, square := make([]float64, columns*count), make([]float64, large*large)
	left, right := y.Data[:large*large], y.Data[large*large:2*large*large]
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
			engine, work := blas.Implementation{Threads: threads}, 2*float64(rows)*columns*count
			var best [3]float64 // rates
			take := func(i int, work float64, do func()) {
				start := time.Now()
				do()
				best[i] = max(best[i], work/time.Since(start).Seconds()/1e9)
			}
			for b.Loop() {
				take(0, 2*large*large*large, func() {
					engine.Dgemm(gonum.NoTrans, gonum.NoTrans, large, large, large, 1, left, large, right, large, 0, square, large)
				})
				take(1, work, func() {
					engine.Dgemm(gonum.Trans, gonum.NoTrans, columns, count, rows, 1, d.X.Data, d.X.Stride, y.Data, y.Stride, 0, cross, count)
				})
				take(2, work, func() {
					if _, err := FitTargets(context.Background(), d, y, Options{Threads: threads}); err != nil {
						b.Fatal(err)
					}
				})
			}
			b.ReportMetric(best[2], "gflops")
			b.ReportMetric(best[2]/best[0], "x-gemm2000")
			b.ReportMetric(best[2]/best[1], "x-gemm-shape")
		})
	}
}
