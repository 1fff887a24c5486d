package batch

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// TestWindowsEqualFitsAlone compares windows with fits of glm to their rows.
func TestWindowsEqualFitsAlone(t *testing.T) {
	for _, c := range []struct {
		making
		o     Windows
		share float64
	}{
		{making{rows: 300, columns: 5}, Windows{Size: 32}, 1e-9},
		{making{rows: 200, columns: 5, mean: 1e8}, Windows{Size: 40}, 1e-6}, // the intercept has all digits of 1e8
		{making{rows: 120, columns: 2, weights: true, offset: true}, Windows{Size: 25, MinRows: 8, Step: 3}, 1e-9},
		{making{rows: 100, columns: 1}, Windows{Options: Options{NoIntercept: true}, Size: 7, MinRows: 2}, 1e-9},
		{making{rows: 90, columns: 3}, Windows{Options: Options{L2: 2.5}, Size: 10, MinRows: 1}, 1e-9},
		{making{rows: 80, columns: 3, noise: 1e-7}, Windows{Size: 20}, 1e-7}, // residuals far below the data
		{making{rows: 60, columns: 0}, Windows{Size: 6}, 1e-9},
		{making{rows: 1200, columns: 3}, Windows{MinRows: 8, Step: 37}, 1e-9},
		{making{rows: 1100, columns: 2, weights: true, mean: 1e8}, Windows{MinRows: 20, Step: 41}, 1e-6},
		{making{rows: 700, columns: 2}, Windows{Options: Options{NoIntercept: true}, MinRows: 5, Step: 29}, 1e-9},
	} {
		name := fmt.Sprintf("%+v %+v", c.making, c.o)
		d := made[float64](c.making, 2)
		c.o.StdErrors, c.o.Deviance = c.o.L2 == 0, true
		r, err := Roll(context.Background(), d, c.o)
		if err != nil {
			t.Fatal(err)
		}
		least, step := max(c.o.MinRows, 1), max(c.o.Step, 1)
		if c.o.MinRows == 0 {
			least = c.o.Size
		}
		if want := (d.X.Rows-least)/step + 1; len(r.Last) != want {
			t.Fatalf("%s: %d windows, want %d", name, len(r.Last), want)
		}
		for k, last := range r.Last {
			first := max(0, last-c.o.Size+1)
			if c.o.Size == 0 {
				first = 0
			}
			g := some(d, func(i int) bool { return first <= i && i <= last })
			rows := len(g.Y)
			for _, w := range g.Weights {
				if w == 0 {
					rows--
				}
			}
			if last != least-1+k*step || r.Rows[k] != rows {
				t.Fatalf("%s: window %d ends at %d and has %d rows, want %d", name, k, last, r.Rows[k], rows)
			}
			if c.o.L2 == 0 && rows < r.Width {
				if r.Status[k] != TooFewRows {
					t.Errorf("%s: %d rows are %v", name, rows, r.Status[k])
				}
				continue
			}
			m := fittedAlone(t, g, glm.Options{NoIntercept: c.o.NoIntercept, L2: c.o.L2})
			beta, errors := estimates(m)
			near(t, fmt.Sprint(name, " window ", k), r.Coefficient(k), beta, c.share)
			near(t, fmt.Sprint(name, " deviance ", k), r.Deviance[k:k+1], []float64{m.Deviance}, max(c.share, 1e-8))
			if r.StdErrors != nil && rows > r.Width {
				near(t, fmt.Sprint(name, " errors ", k), r.StdError(k), errors, c.share)
			}
			if t.Failed() {
				return
			}
		}
	}
}

// TestSlopesFarFromZero: columns of mean 1e8 and spread 1 have the slopes of
// the same columns about zero, to the digits that the data keep.
func TestSlopesFarFromZero(t *testing.T) {
	const far, unitOfData = 1e8, 1.0 / (1 << 20) // exact at both places
	near0 := made[float64](making{rows: 2000, columns: 5}, 6)
	for i := range near0.Y {
		near0.Y[i] = math.Round(near0.Y[i]/unitOfData) * unitOfData
		for j, v := range near0.X.Row(i) {
			near0.X.Row(i)[j] = math.Round(v/unitOfData) * unitOfData
		}
	}
	away := made[float64](making{rows: 2000, columns: 5}, 6)
	for i := range away.Y {
		away.Y[i] = near0.Y[i] + far
		for j, v := range near0.X.Row(i) {
			away.X.Row(i)[j] = v + far
		}
	}
	for _, o := range []Windows{{Size: 250, Step: 7}, {MinRows: 30, Step: 7}, {MinRows: 30, Step: 7, Forgetting: 0.99}} {
		o.Deviance = true
		want, err := Roll(context.Background(), near0, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Roll(context.Background(), away, o)
		if err != nil {
			t.Fatal(err)
		}
		for k := range want.Last {
			near(t, fmt.Sprintf("%+v window %d", o, k), got.Coefficient(k)[1:], want.Coefficient(k)[1:], 1e-11)
		}
		near(t, fmt.Sprintf("%+v deviance", o), got.Deviance, want.Deviance, 1e-11)
	}
}

// TestForgetting compares with weights that fall from the last row back.
func TestForgetting(t *testing.T) {
	const kept = 0.97
	d := made[float64](making{rows: 1200, columns: 3}, 3)
	r, err := Roll(context.Background(), d, Windows{Options: Options{L2: 0.5, Deviance: true}, MinRows: 10, Step: 61, Forgetting: kept})
	if err != nil {
		t.Fatal(err)
	}
	for k, last := range r.Last {
		g := some(d, func(i int) bool { return i <= last })
		for i := range g.Y {
			g.Weights = append(g.Weights, math.Pow(kept, float64(last-i)))
		}
		m := fittedAlone(t, g, glm.Options{L2: 0.5})
		want, _ := estimates(m)
		near(t, fmt.Sprint("window ", k), r.Coefficient(k), want, 1e-9)
		near(t, fmt.Sprint("deviance ", k), r.Deviance[k:k+1], []float64{m.Deviance}, 1e-9)
	}
}

// TestHostileWindows: what is wrong in some rows is the trouble of the windows
// that hold them.
func TestHostileWindows(t *testing.T) {
	const size = 10
	clean := made[float64](making{rows: 200, columns: 3}, 8)
	d := made[float64](making{rows: 200, columns: 3}, 8)
	d.X.Row(57)[1] = math.NaN()
	d.Y[104] = math.Inf(-1)
	for i := 140; i < 155; i++ {
		d.X.Row(i)[2] = 2 * d.X.Row(i)[0]
	}
	for i := 170; i < 190; i++ {
		d.X.Row(i)[1] = 3
	}
	d.X.Row(199)[0] = 1e200
	r, err := Roll(context.Background(), d, Windows{Size: size})
	if err != nil {
		t.Fatal(err)
	}
	good, err := Roll(context.Background(), clean, Windows{Size: size})
	if err != nil {
		t.Fatal(err)
	}
	holds := func(last, row int) bool { return last-size < row && row <= last }
	for k, last := range r.Last {
		want, columns := Converged, ""
		switch {
		case holds(last, 57) || holds(last, 104) || holds(last, 199):
			want = NotFinite
		case last >= 149 && last < 155:
			want, columns = RankDeficient, "[2]"
		case last >= 179 && last < 190:
			want, columns = RankDeficient, "[1]"
		}
		if r.Status[k] != want {
			t.Errorf("window that ends with row %d: %v, want %v", last, r.Status[k], want)
		}
		if got := r.Dependent(k); want == RankDeficient && fmt.Sprint(got) != columns && fmt.Sprint(got) != "[0]" {
			t.Errorf("window that ends with row %d: columns %v, want %s", last, got, columns)
		}
		if touched := last >= 140 && last-size < 190; want == Converged && !touched && last < 190 {
			near(t, fmt.Sprint("window ", last), r.Coefficient(k), good.Coefficient(k), 1e-9)
		}
		if want != Converged && !math.IsNaN(r.Coefficient(k)[0]) {
			t.Errorf("%v has coefficients", want)
		}
	}
}

func TestPartsOfWindows(t *testing.T) {
	d := made[float64](making{rows: 1500, columns: 2}, 9)
	for _, o := range []Windows{{Size: 30, MinRows: 5, Step: 4}, {MinRows: 3, Step: 2, Forgetting: 0.999}} {
		all, err := Roll(context.Background(), d, o)
		if err != nil {
			t.Fatal(err)
		}
		parts := &Rolled{}
		for from := 0; from < 1500; from += 211 {
			o.From, o.To = from, min(from+211, 1500)
			r, err := Roll(context.Background(), d, o)
			if err != nil {
				t.Fatal(err)
			}
			parts.Last = append(parts.Last, r.Last...)
			parts.Coefficients = append(parts.Coefficients, r.Coefficients...)
		}
		if !reflect.DeepEqual(parts.Last, all.Last) || !reflect.DeepEqual(parts.Coefficients, all.Coefficients) {
			t.Errorf("%+v: parts differ from the whole", o)
		}
	}
}

func TestWindowsHaveTheSameBitsEverywhere(t *testing.T) {
	d, narrow := made[float64](making{rows: 3000, columns: 5}, 5), made[float32](making{rows: 1000, columns: 3, weights: true}, 5)
	for _, o := range []Windows{{Size: 25}, {}, {Options: Options{L2: 1}, Forgetting: 0.99}} {
		o.Deviance, o.StdErrors = true, o.Forgetting == 0
		sameEverywhere(t, func(threads int) (*Rolled, error) {
			o.Threads = threads
			return Roll(context.Background(), d, o)
		})
		sameEverywhere(t, func(threads int) (*Rolled, error) {
			o.Threads = threads
			return Roll(context.Background(), narrow, o)
		})
	}
}

func TestRollErrors(t *testing.T) {
	d := made[float64](making{rows: 20, columns: 2}, 3)
	short := *d
	short.Y = short.Y[:19]
	for _, c := range []struct {
		d    *pass.Data[float64]
		o    Windows
		want string
	}{
		{d, Windows{Options: Options{Loss: loss.Logistic{}}}, "windows are for least squares"},
		{d, Windows{Size: -1}, "none is negative"},
		{d, Windows{Size: 3, MinRows: 4}, "windows of 3 rows have no 4"},
		{d, Windows{Forgetting: 2}, "Forgetting is 2"},
		{d, Windows{Forgetting: 0.5, Size: 3}, "without a Size"},
		{d, Windows{Forgetting: 0.5, Options: Options{StdErrors: true}}, "no standard errors"},
		{d, Windows{To: 21}, "up to row 21, of 20"},
		{&short, Windows{}, "Y has 19 elements for 20 rows"},
	} {
		if _, err := Roll(context.Background(), c.d, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if r, err := Roll(context.Background(), d, Windows{Size: 30}); err != nil || len(r.Last) != 0 {
		t.Errorf("windows longer than the data: %v, %v", r, err)
	}
}

// TestWindowsAllocateNothingEach: twice as many take no more allocations.
func TestWindowsAllocateNothingEach(t *testing.T) {
	d := made[float64](making{rows: 1200, columns: 5}, 5)
	for _, size := range []int{30, 0} {
		count := func(to int) float64 {
			least := math.Inf(1)
			for range 5 {
				least = min(least, testing.AllocsPerRun(1, func() {
					o := Windows{Options: Options{Threads: 1, StdErrors: true}, Size: size, MinRows: 20, To: to}
					if _, err := Roll(context.Background(), d, o); err != nil {
						t.Fatal(err)
					}
				}))
			}
			return least
		}
		if few, many := count(500), count(1000); size > 0 && many > few || many > few+8 { // 8: moments of a block of 512
			t.Errorf("size %d: %v allocations for 1000 rows, %v for 500", size, many, few)
		}
	}
	if r, err := Roll(context.Background(), d, Windows{Size: 1 << 60, MinRows: 1190}); err != nil || len(r.Last) != 11 {
		t.Errorf("a size beyond any memory: %v", err)
	}
}

// BenchmarkWindows is 250 rows and 5 columns, and an intercept.
func BenchmarkWindows(b *testing.B) {
	d := made[float64](making{rows: 200_000, columns: 5}, 1)
	for _, errors := range []bool{false, true} {
		b.Run(fmt.Sprintf("StdErrors=%v", errors), func(b *testing.B) {
			windows := 0
			for b.Loop() {
				r, err := Roll(context.Background(), d, Windows{Options: Options{Threads: 1, StdErrors: errors}, Size: 250})
				if err != nil {
					b.Fatal(err)
				}
				windows += len(r.Last)
			}
			b.ReportMetric(float64(windows)/b.Elapsed().Seconds(), "windows/s")
		})
	}
}
