package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A Plan is what to measure: every combination of its lists.
type Plan struct {
	Workloads []string
	Rows      []int // nil is as many as fill Bytes
	Columns   []int
	Threads   []int
	Types     []string
	Bytes     int  // of X, where the rows are not given
	Peers     bool // measure gonum too
}

// A Result is one measurement. Its JSON form is a line of `hesse bench --json`.
type Result struct {
	Kernel  string `json:"kernel"`
	Type    string `json:"dtype"`
	Rows    int    `json:"n"`
	Columns int    `json:"p"`
	Threads int    `json:"threads"`
	ISA     string `json:"isa"`

	Seconds float64 `json:"seconds"` // median
	Minimum float64 `json:"seconds_minimum"`
	Spread  float64 `json:"spread"` // of the middle half of the runs, as a share of the median
	Runs    int     `json:"runs"`

	GFLOPS       float64 `json:"gflops"`
	GBytes       float64 `json:"gbytes_per_second"`
	RoofSeconds  float64 `json:"roof_seconds"`
	RoofFraction float64 `json:"roof_fraction"` // of the median
	Bound        string  `json:"bound"`         // memory or arithmetic
	Peers        []Peer  `json:"peers"`
}

// A Peer is the same work done by another library.
type Peer struct {
	Name    string  `json:"name"`
	Version string  `json:"version"`
	Seconds float64 `json:"seconds"`       // for all rows, from the rows measured
	Rows    int     `json:"rows_measured"` // a slow peer is not given all
	Ratio   float64 `json:"ratio"`         // its seconds / ours
}

// A Report is how a run ended.
type Report struct {
	Roofs []Roof   // before, one for each number of threads
	After []Roof   // the same at the end
	Moved []string // what moved by more than a twentieth, in words
}

// Run measures a plan and hands out one result after the other.
func Run(ctx context.Context, plan Plan, emit func(Result) error) (*Report, error) {
	if err := plan.Check(); err != nil {
		return nil, err
	}
	buffer := Buffer(max(plan.Bytes, 8*plan.largest()))
	report := &Report{}
	for _, threads := range plan.Threads {
		report.Roofs = append(report.Roofs, Calibrate(threads, buffer))
	}
	for _, dtype := range plan.Types {
		for _, p := range plan.Columns {
			for _, n := range plan.rows(p, dtype) {
				for i, threads := range plan.Threads {
					var err error
					if dtype == Float64 {
						err = measureAll(ctx, plan, report.Roofs[i], newProblem(buffer, n, p, threads), dtype, emit)
					} else {
						narrow := unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(buffer))), 2*len(buffer))
						err = measureAll(ctx, plan, report.Roofs[i], newProblem(narrow, n, p, threads), dtype, emit)
					}
					if err != nil {
						return report, err
					}
				}
			}
		}
	}
	for i, threads := range plan.Threads {
		report.After = append(report.After, Calibrate(threads, buffer))
		report.compare(i)
	}
	return report, nil
}

// compare notes what has changed since the start of the run.
func (r *Report) compare(i int) {
	before, after := r.Roofs[i], r.After[i]
	for _, v := range []struct {
		name          string
		before, after float64
	}{
		{"read bandwidth", before.Bandwidth, after.Bandwidth},
		{"float64 peak", before.Peak64, after.Peak64},
		{"float32 peak", before.Peak32, after.Peak32},
	} {
		if change := v.after/v.before - 1; change > 0.05 || change < -0.05 {
			r.Moved = append(r.Moved, fmt.Sprintf("the %s with %d threads moved by %+.0f %% during the run", v.name, before.Threads, 100*change))
		}
	}
}

// Check is an error if the plan cannot be measured.
func (p *Plan) Check() error {
	for _, name := range p.Workloads {
		if _, ok := find(name); !ok {
			return fmt.Errorf("bench: kernel %q is not known; the choice is %v", name, Workloads())
		}
	}
	for _, v := range []struct {
		name  string
		list  []int
		least int
	}{{"n", p.Rows, 1}, {"p", p.Columns, 1}, {"threads", p.Threads, 1}} {
		for _, n := range v.list {
			if n < v.least {
				return fmt.Errorf("bench: %s = %d; the least is %d", v.name, n, v.least)
			}
		}
	}
	for _, t := range p.Types {
		if t != Float64 && t != Float32 {
			return fmt.Errorf("bench: type %q; the choice is %s, %s", t, Float64, Float32)
		}
	}
	if p.Bytes < 1<<20 {
		return fmt.Errorf("bench: %d bytes of X; the least is a mebibyte", p.Bytes)
	}
	return nil
}

// rows are the numbers of rows to measure p columns at.
func (p *Plan) rows(columns int, dtype string) []int {
	if len(p.Rows) > 0 {
		return p.Rows
	}
	return []int{max(p.Bytes/size(dtype)/columns, kernels.PanelRows)}
}

// largest is how many numbers of float64 the largest X takes.
func (p *Plan) largest() int {
	most := 0
	for _, dtype := range p.Types {
		for _, columns := range p.Columns {
			for _, n := range p.rows(columns, dtype) {
				most = max(most, n*columns)
			}
		}
	}
	return most
}

func size(dtype string) int {
	if dtype == Float32 {
		return 4
	}
	return 8
}

func measureAll[T kernels.Float](ctx context.Context, plan Plan, roof Roof, b *problem[T], dtype string, emit func(Result) error) error {
	for _, name := range plan.Workloads {
		if err := ctx.Err(); err != nil {
			return err
		}
		w, _ := find(name)
		r, err := measure(w, roof, b, dtype)
		if err != nil {
			return err
		}
		if plan.Peers {
			r.Peers = append(r.Peers, measureGonum(w, b, r))
		}
		if err := emit(r); err != nil {
			return err
		}
	}
	return nil
}

// measure repeats a workload until the median means something.
func measure[T kernels.Float](w workload, roof Roof, b *problem[T], dtype string) (Result, error) {
	const (
		leastRuns, mostRuns = 5, 200
		enough              = time.Second
	)
	if err := b.run(w.name); err != nil { // warm-up
		return Result{}, err
	}
	runtime.GC()
	// A run that is too short for the clock is repeated within a measurement.
	repeat, once := 1, timeOf(b, w.name, 1)
	if once < time.Millisecond {
		repeat = int(time.Millisecond/max(once, 100)) + 1
	}
	var runs []float64
	for start := time.Now(); len(runs) < leastRuns || len(runs) < mostRuns && time.Since(start) < enough; {
		runs = append(runs, timeOf(b, w.name, repeat).Seconds()/float64(repeat))
	}
	slices.Sort(runs)
	median := runs[len(runs)/2]
	n, p := b.x.Rows, b.x.Cols
	flops := float64(n) * w.flops(p)
	bytes := float64(n) * w.bytes(p, size(dtype))
	memory, arithmetic := bytes/roof.Bandwidth, flops/roof.peak(dtype)
	r := Result{
		Kernel: w.name, Type: dtype, Rows: n, Columns: p, Threads: b.threads, ISA: cpu.Active().String(),
		Seconds: median, Minimum: runs[0], Spread: (runs[len(runs)*3/4] - runs[len(runs)/4]) / median, Runs: len(runs) * repeat,
		GFLOPS: flops / median / 1e9, GBytes: bytes / median / 1e9,
		RoofSeconds: max(memory, arithmetic), Bound: "memory", Peers: []Peer{},
	}
	if arithmetic > memory {
		r.Bound = "arithmetic"
	}
	if w.loss != nil {
		r.RoofSeconds += lossTime(w.loss).Seconds() / lossRows * float64(n) / float64(b.threads)
	}
	r.RoofFraction = r.RoofSeconds / median
	return r, nil
}

func timeOf[T kernels.Float](b *problem[T], name string, repeat int) time.Duration {
	start := time.Now()
	for range repeat {
		_ = b.run(name) // it did not fail in the warm-up
	}
	return time.Since(start)
}

// measureGonum times gonum on as many rows as it does in a short time.
func measureGonum[T kernels.Float](w workload, b *problem[T], ours Result) Peer {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(b.threads))
	const (
		patience = 400 * time.Millisecond
		runs     = 3
	)
	rows := min(b.x.Rows, 4096)
	took := bestOf(1, func() { b.gonum(w.name, rows) })
	for rows < b.x.Rows && took < patience/4 {
		rows = min(b.x.Rows, rows*4)
		took = bestOf(1, func() { b.gonum(w.name, rows) })
	}
	took = bestOf(runs, func() { b.gonum(w.name, rows) })
	seconds := took.Seconds() * float64(b.x.Rows) / float64(rows)
	return Peer{Name: "gonum", Version: gonumVersion(), Seconds: seconds, Rows: rows, Ratio: seconds / ours.Seconds}
}
