package bench

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// Run measures a plan and hands out one result after the other.
func Run(ctx context.Context, plan Plan, emit func(Result) error) (*Report, error) {
	if err := plan.Check(); err != nil {
		return nil, err
	}
	budget := newBudget(plan.Within, plan.Cases(), plan.sets())
	buffer := Buffer(max(plan.Bytes, 8*plan.largest(), 1<<12*slices.Max(plan.Threads))) // a part for every thread
	report := &Report{}
	for _, threads := range plan.Threads {
		report.Roofs = append(report.Roofs, Calibrate(threads, buffer))
	}
	r := &runner{plan: plan, buffer: buffer, roofs: report.Roofs, emit: emit, all: plan.Cases(), budget: budget}
	for _, dtype := range plan.Types {
		for _, p := range plan.Columns {
			for _, n := range plan.rows(p, dtype) {
				var err error
				if dtype == Float64 {
					err = measureAll(ctx, r, buffer, n, p, dtype)
				} else {
					err = measureAll(ctx, r, unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(buffer))), 2*len(buffer)), n, p, dtype)
				}
				if err != nil {
					return report, err
				}
			}
		}
	}
	report.Skipped = r.skipped
	for i, threads := range plan.Threads {
		report.After = append(report.After, Calibrate(threads, buffer))
		report.compare(i)
	}
	return report, nil
}

// A runner is a plan on its way.
type runner struct {
	plan      Plan
	buffer    []float64
	roofs     []Roof
	emit      func(Result) error
	budget    budget
	done, all int
	failed    []error // of peers with the data of now
	skipped   []Case
}

// measureAll measures every workload on data of one shape, as long as there is
// time.
func measureAll[T kernels.Float](ctx context.Context, r *runner, data []T, n, p int, dtype string) error {
	n = r.most(n, p, dtype, anything)
	var b *Problem[T]
	for i, threads := range r.plan.Threads {
		for _, name := range r.plan.Workloads {
			if err := ctx.Err(); err != nil {
				return err
			}
			w, _ := find(name)
			c := Case{Kernel: name, Type: dtype, Rows: r.plan.cut(w, r.roofs[i], dtype, n, p), Columns: p, Threads: threads}
			if r.plan.Progress != nil {
				r.plan.Progress(r.done, r.all, c)
			}
			r.done++
			if r.budget.over() {
				r.skipped = append(r.skipped, c)
				continue
			}
			if b == nil {
				start := time.Now()
				b = NewProblem(data, n, p, r.plan.Threads[0])
				b.draw(r.plan.counted(), r.most(n, p, dtype, needsResponses))
				r.failed = r.load(Case{Type: dtype, Rows: n, Columns: p, Threads: slices.Max(r.plan.Threads)}, b)
				r.budget.make(time.Since(start))
			}
			if b.Threads != threads {
				b.Use(threads)
			}
			result, err := measure(r, w, b.first(c.Rows), c)
			if err != nil {
				return err
			}
			r.budget.done()
			if err := r.emit(result); err != nil {
				return err
			}
		}
	}
	return nil
}

// most is how many of n rows any of the workloads that count takes, 0 if none does.
func (r *runner) most(n, p int, dtype string, counts func(workload) bool) int {
	most := 0
	for _, name := range r.plan.Workloads {
		w, _ := find(name)
		if !counts(w) {
			continue
		}
		for _, roof := range r.roofs {
			most = max(most, r.plan.cut(w, roof, dtype, n, p))
		}
	}
	return most
}

func anything(workload) bool         { return true }
func needsResponses(w workload) bool { return w.needs.responses }

// load lets all peers that can do one of the workloads take up a problem at the same
// time, and says who failed.
func (r *runner) load(c Case, data any) []error {
	failed := make([]error, len(r.plan.Peers))
	var wait sync.WaitGroup
	for i, p := range r.plan.Peers {
		can := func(name string) bool {
			ways, err := p.Ways(Case{Kernel: name, Type: c.Type, Rows: c.Rows, Columns: c.Columns, Threads: c.Threads})
			return err != nil || len(ways) > 0
		}
		if slices.ContainsFunc(r.plan.Workloads, can) {
			wait.Go(func() { failed[i] = p.Load(c, data) })
		}
	}
	wait.Wait()
	return failed
}

// measure compares the answers of the peers with ours, then repeats the
// workload, ours and theirs in turn, until the median means something.
func measure[T kernels.Float](r *runner, w workload, b *Problem[T], c Case) (Result, error) {
	r.budget.begin()
	answer, err := run(w, b) // warm-up
	if err != nil {
		return Result{}, err
	}
	answer = answer.clone()
	runtime.GC()
	do := func(repeat int) (time.Duration, error) {
		start := time.Now()
		for range repeat {
			_, _ = run(w, b) // it did not fail in the warm-up
		}
		return time.Since(start), nil
	}
	took, _ := do(1)
	us := &contender{c: c, do: do}
	enough := r.budget.each(len(r.plan.Peers)+2, r.plan.enough()) // ours, and the roof
	us.calibrate(took)
	if took >= long {
		us.runs, us.spent = append(us.runs, took.Seconds()), took
	}
	contenders := append([]*contender{us}, challengers(r, w, b, c, answer, took, enough)...)
	beside := r.besideOf(c)
	alternate(contenders, enough, &r.budget, beside)

	n, p := c.Rows, c.Columns
	flops := float64(n) * w.flops(p)
	bytes := float64(n) * w.bytes(p, size(c.Type))
	median, minimum, spread := us.summary()
	result := Result{
		Kernel: w.name, Type: c.Type, Rows: n, Columns: p, Threads: c.Threads, ISA: cpu.Active().String(),
		Seconds: median, Minimum: minimum, Spread: spread, Runs: len(us.runs) * us.repeat,
		Bound: "memory", Peers: []PeerTime{},
	}
	result.Bandwidth, result.Peak = beside.median()
	memory, arithmetic := bytes/result.Bandwidth, flops/result.Peak
	result.RoofSeconds = max(memory, arithmetic)
	if arithmetic > memory {
		result.Bound = "arithmetic"
	}
	if w.loss != nil {
		result.RoofSeconds += lossTime(w.loss).Seconds() / lossRows * float64(n) / float64(c.Threads)
	}
	if w.passes != nil {
		passes := float64(w.passes(answer))
		result.RoofSeconds, flops, bytes = passes*result.RoofSeconds, passes*flops, passes*bytes
	}
	result.GFLOPS, result.GBytes = flops/median/1e9, bytes/median/1e9
	result.RoofFraction = result.RoofSeconds / median
	for _, k := range contenders[1:] {
		k.report(&result)
	}
	return result, nil
}
