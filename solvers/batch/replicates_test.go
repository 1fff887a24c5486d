package batch

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// drawn is how often rows count in a replicate, by the definition.
func drawn(o Bootstrap, replicate, n int) []float64 {
	counts := make([]float64, n)
	for i := range n {
		r := draw(o.Seed, uint64(replicate), uint64(i))
		if !o.Poisson {
			counts[below(r, n)]++
			continue
		}
		u, chance := float64(r)/(1<<64), math.Exp(-1)
		for k := 1.0; u >= chance; k++ {
			counts[i]++
			u -= chance
			chance /= k
		}
	}
	return counts
}

// TestReplicatesEqualFitsAlone compares with fits of glm to rows with weights.
func TestReplicatesEqualFitsAlone(t *testing.T) {
	for _, c := range []struct {
		making
		o     Bootstrap
		share float64
	}{
		{making{rows: 300, columns: 5}, Bootstrap{}, 1e-10},
		{making{rows: 150, columns: 3, weights: true, offset: true}, Bootstrap{Poisson: true}, 1e-10},
		{making{rows: 130, columns: 2, mean: 1e8}, Bootstrap{}, 1e-6},
		{making{rows: 90, columns: 2}, Bootstrap{Options: Options{NoIntercept: true, L2: 3}}, 1e-10},
		{making{rows: 400, columns: 3, loss: loss.Logistic{}}, Bootstrap{}, 1e-6},
		{making{rows: 300, columns: 2, loss: loss.Poisson{}, offset: true, weights: true}, Bootstrap{Poisson: true, Options: Options{L2: 1}}, 1e-6},
	} {
		name := fmt.Sprintf("%+v %+v", c.making, c.o)
		d := made[float64](c.making, 4)
		c.o.Loss, c.o.StdErrors, c.o.Deviance, c.o.Replicates, c.o.Seed = c.loss, true, true, 5, 11
		f, err := Resample(context.Background(), d, c.o)
		if err != nil {
			t.Fatal(err)
		}
		for b := range c.o.Replicates {
			g := some(d, func(int) bool { return true })
			rows := 0
			weights := drawn(c.o, b, d.X.Rows)
			for i := range weights {
				if g.Weights != nil {
					weights[i] *= g.Weights[i]
				}
				if weights[i] > 0 {
					rows++
				}
			}
			g.Weights = weights
			m := fittedAlone(t, g, glm.Options{Family: familyOf(c.loss), L2: c.o.L2, NoIntercept: c.o.NoIntercept})
			beta, errors := estimates(m)
			if f.Rows[b] != rows || f.Status[b] != Converged {
				t.Errorf("%s replicate %d: %v, %d rows, want %d", name, b, f.Status[b], f.Rows[b], rows)
			}
			near(t, fmt.Sprint(name, " replicate ", b), f.Coefficient(b), beta, c.share)
			near(t, fmt.Sprint(name, " errors ", b), f.StdError(b), errors, c.share)
			near(t, fmt.Sprint(name, " deviance ", b), f.Deviance[b:b+1], []float64{m.Deviance}, max(c.share, 1e-9))
		}
	}
}

// TestDrawn: Poisson counts have mean and variance one, rows drawn with
// replacement have every row as often as any other.
func TestDrawn(t *testing.T) {
	const n, replicates = 2000, 50
	for _, o := range []Bootstrap{{Seed: 1}, {Seed: 1, Poisson: true}} {
		sum, squares, zeros := 0.0, 0.0, 0.0
		half := 0.0
		for b := range replicates {
			for i, c := range drawn(o, b, n) {
				sum += c
				squares += (c - 1) * (c - 1)
				if c == 0 {
					zeros++
				}
				if i < n/2 {
					half += c
				}
			}
		}
		const all = n * replicates
		if math.Abs(sum/all-1) > 0.015 || math.Abs(squares/all-1) > 0.03 || math.Abs(zeros/all-math.Exp(-1)) > 0.01 || math.Abs(half/all-0.5) > 0.01 {
			t.Errorf("%+v: mean %v, variance %v, %v zeros, %v in the first half", o, sum/all, squares/all, zeros/all, half/all)
		}
	}
}

// TestSpread: the spread of replicates is near to the standard errors of the
// model, whose errors are even.
func TestSpread(t *testing.T) {
	d := made[float64](making{rows: 400, columns: 3}, 4)
	f, err := Resample(context.Background(), d, Bootstrap{Replicates: 400, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	spread := make([]float64, f.Width)
	if n := f.Spread(spread); n != 400 {
		t.Errorf("%d replicates", n)
	}
	_, want := estimates(fittedAlone(t, some(d, func(int) bool { return true }), glm.Options{}))
	for j := range spread {
		if r := spread[j] / want[j]; r < 0.8 || r > 1.25 {
			t.Errorf("coefficient %d: spread %v, standard error %v", j, spread[j], want[j])
		}
	}
	two := Fits{Width: 1, Coefficients: []float64{1, math.NaN(), 4}, Status: []Status{Converged, RankDeficient, Converged}}
	if n := two.Spread(spread[:1]); n != 2 || spread[0] != math.Sqrt(4.5) {
		t.Errorf("%d fits, %v", n, spread[0])
	}
}

func TestResampleStatus(t *testing.T) {
	d := made[float64](making{rows: 4, columns: 2}, 4)
	f, err := Resample(context.Background(), d, Bootstrap{Replicates: 40, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for b, s := range f.Status {
		want := Converged
		if f.Rows[b] < 3 {
			want = TooFewRows
		}
		if s != want {
			t.Errorf("%d rows: %v", f.Rows[b], s)
		}
	}
	for _, c := range []struct {
		o    Bootstrap
		want string
	}{{Bootstrap{}, "0 replicates"}, {Bootstrap{Replicates: 1, Options: Options{Loss: loss.Logistic{}}}, "the target of row 0"}} {
		if _, err := Resample(context.Background(), d, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func TestReplicatesHaveTheSameBitsEverywhere(t *testing.T) {
	for _, m := range []making{{rows: 1100, columns: 4}, {rows: 300, columns: 2, loss: loss.Logistic{}}} {
		d, narrow := made[float64](m, 5), made[float32](m, 5)
		o := Bootstrap{Options: Options{Loss: m.loss, StdErrors: true}, Replicates: 7, Poisson: m.loss != nil}
		sameEverywhere(t, func(threads int) (*Fits, error) {
			o.Threads = threads
			return Resample(context.Background(), d, o)
		})
		sameEverywhere(t, func(threads int) (*Fits, error) {
			o.Threads = threads
			return Resample(context.Background(), narrow, o)
		})
	}
}

// TestLeaveOneOutEqualsFitsAlone compares with fits of glm to all rows but one.
func TestLeaveOneOutEqualsFitsAlone(t *testing.T) {
	for _, c := range []struct {
		making
		o     Options
		share float64
	}{
		{making{rows: 40, columns: 3}, Options{}, 1e-9},
		{making{rows: 300, columns: 2, weights: true, offset: true}, Options{}, 1e-9},
		{making{rows: 30, columns: 2, mean: 1e8}, Options{}, 1e-5},
		{making{rows: 25, columns: 4}, Options{NoIntercept: true}, 1e-9},
		{making{rows: 20, columns: 30}, Options{L2: 2}, 1e-9},
		{making{rows: 12, columns: 0}, Options{}, 1e-9},
	} {
		name := fmt.Sprintf("%+v %+v", c.making, c.o)
		d := made[float64](c.making, 6)
		r, err := LeaveOneOut(context.Background(), d, c.o, true)
		if err != nil || r.Status != Converged {
			t.Fatal(r.Status, err)
		}
		all, _ := estimates(fittedAlone(t, some(d, func(int) bool { return true }), glm.Options{L2: c.o.L2, NoIntercept: c.o.NoIntercept}))
		near(t, name, r.Coefficients, all, c.share)
		press, traces := 0.0, 0.0
		for i := range d.X.Rows {
			m := fittedAlone(t, some(d, func(k int) bool { return k != i }), glm.Options{L2: c.o.L2, NoIntercept: c.o.NoIntercept})
			beta, _ := estimates(m)
			w, o := 1.0, 0.0
			if d.Weights != nil {
				w = d.Weights[i]
			}
			if d.Offset != nil {
				o = d.Offset[i]
			}
			p := make([]float64, 1)
			if err := glm.Predict(p, m, d.X.Row(i), 0, nil, glm.Link); err != nil {
				t.Fatal(err)
			}
			held := d.Y[i] - o - p[0]
			press += w * held * held
			near(t, fmt.Sprint(name, " held ", i), r.Held[i:i+1], []float64{held}, max(c.share, 1e-8))
			without := make([]float64, len(beta))
			for j := range without {
				without[j] = all[j] - r.Changes[i*r.Width+j]
			}
			near(t, fmt.Sprint(name, " without ", i), without, beta, c.share)
			if h := r.Leverage[i]; !(h >= 0 && h < 1) || math.Abs(r.Residuals[i]-r.Held[i]*(1-h)) > 1e-9*math.Abs(held) {
				t.Errorf("%s row %d: leverage %v, residual %v, held %v", name, i, h, r.Residuals[i], held)
			}
			traces += r.Leverage[i]
		}
		near(t, name+" PRESS", []float64{r.PRESS}, []float64{press}, max(c.share, 1e-8))
		if c.o.L2 == 0 && math.Abs(traces-float64(r.Width)) > 1e-6 {
			t.Errorf("%s: leverages add up to %v, want %d", name, traces, r.Width)
		}
		if t.Failed() {
			return
		}
	}
}

func TestLeaveOneOutStatus(t *testing.T) {
	d := made[float64](making{rows: 30, columns: 2}, 6)
	for i := range 29 {
		d.X.Row(i)[1] = 5 // only the last row has another value
	}
	d.X.Row(29)[1] = 6
	r, err := LeaveOneOut(context.Background(), d, Options{}, false)
	if err != nil || r.Status != Converged || !math.IsNaN(r.Held[29]) || math.IsNaN(r.Held[3]) || math.Abs(r.Leverage[29]-1) > 1e-12 || r.Changes != nil {
		t.Errorf("%v, %v: %v", r.Status, err, r.Held)
	}
	d.X.Row(29)[1] = 5
	if r, err = LeaveOneOut(context.Background(), d, Options{}, false); err != nil || r.Status != RankDeficient || fmt.Sprint(r.Dependent) != "[1]" || r.Held != nil {
		t.Errorf("%+v, %v", r, err)
	}
	for _, c := range []struct {
		o    Options
		want string
	}{{Options{Loss: loss.Logistic{}}, "takes a fit for each row"}, {Options{StdErrors: true}, "not for leaving one out"}} {
		if _, err := LeaveOneOut(context.Background(), d, c.o, false); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func TestLeaveOneOutHasTheSameBitsEverywhere(t *testing.T) {
	d, narrow := made[float64](making{rows: 1500, columns: 11}, 5), made[float32](making{rows: 700, columns: 3, weights: true}, 5)
	sameEverywhere(t, func(threads int) (*Leave, error) {
		return LeaveOneOut(context.Background(), d, Options{Threads: threads}, true)
	})
	sameEverywhere(t, func(threads int) (*Leave, error) {
		return LeaveOneOut(context.Background(), narrow, Options{Threads: threads, L2: 1}, true)
	})
}

// BenchmarkReplicates is a hundred replicates of 20,000 × 20.
func BenchmarkReplicates(b *testing.B) {
	d := made[float64](making{rows: 20_000, columns: 20}, 1)
	for b.Loop() {
		if _, err := Resample(context.Background(), d, Bootstrap{Replicates: 100}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds(), "replicates/s")
}

// BenchmarkLeaveOneOut is 100,000 × 20.
func BenchmarkLeaveOneOut(b *testing.B) {
	d := made[float64](making{rows: 100_000, columns: 20}, 1)
	for b.Loop() {
		if _, err := LeaveOneOut(context.Background(), d, Options{}, false); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
