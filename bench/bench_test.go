package bench

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

func small() Plan {
	return Plan{Workloads: Workloads(), Columns: []int{3, 17}, Threads: []int{1, 2}, Types: []string{Float64, Float32}, Bytes: 1 << 20, Peers: true}
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

// TestWorkloadsAndGonumAgree: what is timed is the same work.
func TestWorkloadsAndGonumAgree(t *testing.T) {
	const n, p = 300, 7
	ours, theirs := newProblem(make([]float64, n*p), n, p, 1), newProblem(make([]float64, n*p), n, p, 1)
	for _, name := range []string{"gram", "sandwich"} {
		clear(ours.outcomes[0].matrix)
		if err := ours.run(name); err != nil {
			t.Fatal(err)
		}
		theirs.gonum(name, n)
		for i := range p {
			for j := i; j < p; j++ {
				if a, b := ours.outcomes[0].matrix[i*p+j], theirs.outcomes[0].matrix[i*p+j]; math.Abs(a-b) > 1e-12*n {
					t.Errorf("%s: entry %d, %d is %v, gonum's %v", name, i, j, a, b)
				}
			}
		}
	}
}

func TestThreadsShareAllRows(t *testing.T) {
	const n, p = 1000, 3
	for _, threads := range []int{1, 2, 3, 9} {
		b := newProblem(make([]float64, n*p), n, p, threads)
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
		{"the least is a mebibyte", func(p *Plan) { p.Bytes = 10 }},
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
	for i, v := range newProblem(make([]float64, 5000), 1000, 5, 1).x.Data {
		if v == 0 || math.Abs(v) < 1e-300 || math.Abs(v) > 1 {
			t.Fatalf("element %d is %v", i, v)
		}
	}
}
