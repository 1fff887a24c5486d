package bench

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

func small() Plan {
	return Plan{Workloads: Workloads(), Columns: []int{3, 17}, Threads: []int{1, 2}, Types: []string{Float64, Float32}, Bytes: 1 << 20, Peers: []Peer{&Gonum{}}}
}

func TestEveryCombinationIsMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures for a second each")
	}
	plan := small()
	plan.Columns = plan.Columns[:1]
	plan.Threads = plan.Threads[1:]
	seen := 0
	report, err := Run(context.Background(), plan, func(r Result) error {
		seen++
		if r.Seconds <= 0 || r.Minimum > r.Seconds || r.GFLOPS <= 0 || r.GBytes <= 0 || r.RoofFraction <= 0 ||
			r.Rows*r.Columns*size(r.Type) > plan.Bytes || r.ISA != cpu.Active().String() || len(r.Peers) != 1 || r.Peers[0].Ratio <= 0 {
			t.Errorf("%+v", r)
		}
		text, err := json.Marshal(r)
		if err != nil {
			return err
		}
		for _, field := range []string{"kernel", "dtype", "n", "p", "threads", "isa", "seconds", "gflops", "gbytes_per_second", "roof_fraction", "peers"} {
			if !strings.Contains(string(text), `"`+field+`":`) {
				t.Errorf("no field %s in %s", field, text)
			}
		}
		if !strings.HasPrefix(r.Line(), r.Kernel) {
			t.Errorf("%q", r.Line())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := len(Workloads()) * 2; seen != want {
		t.Errorf("%d results, want %d", seen, want)
	}
	for _, r := range append(report.Roofs, report.After...) {
		if r.Bandwidth < 1e8 || r.Peak64 < 1e8 || r.Peak32 < 1e8 {
			t.Errorf("%v", r)
		}
	}
}

// TestWaysAgree: what is timed is the same work, whichever way it is called.
func TestWaysAgree(t *testing.T) {
	waysAgree[float64](t, Float64)
	waysAgree[float32](t, Float32)
}

func waysAgree[T kernels.Float](t *testing.T, dtype string) {
	const n, rows = 1500, 1100
	for _, p := range []int{1, 7, 70} {
		for _, threads := range []int{1, 3} {
			b := NewProblem(make([]T, n*p), n, p, threads)
			blas := NewBLASProblem(b, gonumBLAS[T]{}, Together)
			for _, name := range Workloads() {
				w, _ := find(name)
				c := Case{name, dtype, rows, p, threads}
				ours, err := run(w, b.first(rows))
				if err != nil {
					t.Fatal(err)
				}
				for _, way := range BLASWays(name) {
					blas.Do(c, way, 2)
					if wrong := ours.differs(blas.Answer(c), w.allowed(c, ours)); wrong != nil {
						t.Errorf("%+v, %s: %s", c, way, wrong)
					}
				}
			}
		}
	}
}

// A liar leaves out a row in ten.
type liar struct{ Gonum }

func (*liar) Name() string { return "liar" }

func (l *liar) Do(c Case, way string, repeat int) (time.Duration, error) {
	c.Rows -= c.Rows / 10
	return l.Gonum.Do(c, way, repeat)
}

// A waverer does a Gram matrix in three ways, of which only one is fast, and nothing
// else.
type waverer struct {
	Gonum
	loads int
}

func (*waverer) Name() string { return "waverer" }

func (w *waverer) Load(c Case, data any) error {
	w.loads++
	return w.Gonum.Load(c, data)
}

func (w *waverer) Ways(c Case) ([]string, error) {
	if c.Kernel != gram.name {
		return nil, nil
	}
	return []string{"slow", "fast", "slower"}, nil
}

// Do says that a row takes a nanosecond, or a hundred thousand times as long.
func (w *waverer) Do(c Case, way string, repeat int) (time.Duration, error) {
	if _, err := w.Gonum.Do(c, triangleWays[0].name, 1); err != nil {
		return 0, err
	}
	took := time.Duration(c.Rows * repeat)
	if way != "fast" {
		took *= 100_000
	}
	return took, nil
}

// TestPeersAreGivenTheirBestWay: on all rows, though the first of their ways does few
// of them in its time; and no data, if they have no way.
func TestPeersAreGivenTheirBestWay(t *testing.T) {
	for name, loads := range map[string]int{gram.name: 1, grad.name: 0} {
		plan, peer := small(), &waverer{}
		plan.Workloads, plan.Columns, plan.Rows, plan.Threads, plan.Types = []string{name}, []int{3}, []int{50_000}, []int{1}, []string{Float64}
		plan.Peers, plan.Enough = []Peer{peer}, time.Millisecond
		_, err := Run(context.Background(), plan, func(r Result) error {
			if len(r.Refused) != 0 || len(r.Peers) != loads || loads == 1 && (r.Peers[0].Way != "fast" || r.Peers[0].Rows != r.Rows) {
				t.Errorf("%s: %+v", name, r)
			}
			return nil
		})
		if err != nil || peer.loads != loads {
			t.Errorf("%s: loaded %d times, %v", name, peer.loads, err)
		}
	}
}

func TestWrongAnswersHaveNoTime(t *testing.T) {
	plan := small()
	plan.Workloads, plan.Columns, plan.Threads = []string{"grad", "gram"}, []int{5}, []int{1}
	plan.Peers, plan.Enough = []Peer{&liar{}, &Gonum{}}, time.Millisecond
	for _, dtype := range []string{Float64, Float32} {
		plan.Types = []string{dtype}
		_, err := Run(context.Background(), plan, func(r Result) error {
			if len(r.Peers) != 1 || r.Peers[0].Name != "gonum" {
				t.Errorf("peers with a time: %+v", r.Peers)
			}
			if len(r.Refused) != 1 || r.Refused[0].Name != "liar" || !strings.Contains(r.Refused[0].Reason, "off by") {
				t.Errorf("peers without a time: %+v", r.Refused)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		plan.Rows = []int{900} // float32 has a wider tolerance: few rows show what is missing
	}
}

func TestAnswersDiffer(t *testing.T) {
	ours := Answer{Vector: []float64{1, 2}, Matrix: []float64{1, 2, 3, 4}}
	for _, c := range []struct {
		other   Answer
		message string
	}{
		{Answer{Vector: []float64{1, 2}, Matrix: []float64{1, 2, 9, 4}}, ""}, // below the diagonal
		{Answer{Vector: []float64{1, 2.5}, Matrix: []float64{1, 2, 3, 4}}, "off by 0.5"},
		{Answer{Vector: []float64{1, 2}, Matrix: []float64{1, 3, 3, 4}}, "off by 1"},
		{Answer{Vector: []float64{1, math.NaN()}, Matrix: []float64{1, 2, 3, 4}}, "off by +Inf"},
		{Answer{Vector: []float64{1, 2}}, "it has 2 and 0 numbers instead of 2 and 4"},
	} {
		err := ours.differs(c.other, 0.1)
		if (err == nil) != (c.message == "") || err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%v, want %q", err, c.message)
		}
	}
}

func TestFitsAreMeasured(t *testing.T) {
	plan := small()
	plan.Workloads, plan.Columns, plan.Rows, plan.Threads, plan.Enough = Fits(), []int{4}, []int{3000}, []int{2}, time.Millisecond
	_, err := Run(context.Background(), plan, func(r Result) error {
		if r.RoofFraction <= 0 || r.RoofFraction > 1 || len(r.Refused) != 0 || (len(r.Peers) != 0) != (r.Kernel == groups.name) {
			t.Errorf("%+v", r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestThreadsShareAllRows(t *testing.T) {
	const n, p = 1000, 3
	for _, threads := range []int{1, 2, 3, 9} {
		b := NewProblem(make([]float64, n*p), n, p, threads)
		rows := make(chan int, threads)
		b.shares(func(_ *outcome[float64], x kernels.Matrix[float64], d []float64) {
			if len(d) != x.Rows {
				t.Errorf("%d weights for %d rows", len(d), x.Rows)
			}
			rows <- x.Rows
		})
		total := 0
		for range threads {
			total += <-rows
		}
		if total != n {
			t.Errorf("%d threads take %d rows of %d", threads, total, n)
		}
	}
}

func TestBadPlansAreErrors(t *testing.T) {
	for _, c := range []struct {
		message string
		change  func(*Plan)
	}{
		{`kernel "gramm" is not known`, func(p *Plan) { p.Workloads = []string{"gramm"} }},
		{"p = 0", func(p *Plan) { p.Columns = []int{0} }},
		{"n = -1", func(p *Plan) { p.Rows = []int{-1} }},
		{"threads = 0", func(p *Plan) { p.Threads = []int{0} }},
		{`type "float16"`, func(p *Plan) { p.Types = []string{"float16"} }},
		{"the least is 64 KiB", func(p *Plan) { p.Bytes = 10 }},
	} {
		plan := small()
		c.change(&plan)
		_, err := Run(context.Background(), plan, func(Result) error { return errors.New("measured") })
		if err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v, want %q", err, c.message)
		}
	}
}

func TestDataDoesNotFlatter(t *testing.T) {
	for i, v := range NewProblem(make([]float64, 5000), 1000, 5, 1).X.Data {
		if v == 0 || math.Abs(v) < 1e-300 || math.Abs(v) > 1 {
			t.Fatalf("element %d is %v", i, v)
		}
	}
}

func TestL3Part(t *testing.T) {
	for _, c := range []struct{ l2, l3, threads, want int }{
		{1 << 20, 32 << 20, 1, 4 << 20}, {1 << 20, 32 << 20, 2, 3 << 20}, // beyond the second level
		{2 << 20, 256 << 20, 2, 16 << 20}, // shared with others
		{1 << 20, 32 << 20, 16, 1 << 20},  // no more than half of what there is
		{1 << 20, 0, 2, 0},
	} {
		if got := (Caches{L2: c.l2, L3: c.l3}).L3Part(c.threads); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestSurvey(t *testing.T) {
	s := NewSurvey([]int{1, 2}, Caches{L1: 32 << 10, L2: 1 << 20}, 8<<20)
	if len(s.Peaks) != len(cpu.Available())*4 || len(s.Reads) != 2*2*3 { // no L3
		t.Errorf("%d peaks and %d reads", len(s.Peaks), len(s.Reads))
	}
	for _, p := range s.Peaks {
		if p.FLOPS < 1e8 {
			t.Errorf("%+v", p)
		}
	}
	for _, r := range s.Reads {
		if r.Bandwidth < 1e8 || r.Bytes <= 0 {
			t.Errorf("%+v", r)
		}
	}
}
