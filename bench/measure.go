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
	buffer := Buffer(max(plan.Bytes, 8*plan.largest()))
	report := &Report{}
	for _, threads := range plan.Threads {
		report.Roofs = append(report.Roofs, Calibrate(threads, buffer))
	}
	r := &runner{plan: plan, roofs: report.Roofs, emit: emit, start: time.Now(), all: plan.Cases()}
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
	for i, threads := range plan.Threads {
		report.After = append(report.After, Calibrate(threads, buffer))
		report.compare(i)
	}
	return report, nil
}

// A runner is a plan on its way.
type runner struct {
	plan      Plan
	roofs     []Roof
	emit      func(Result) error
	start     time.Time
	done, all int
	failed    []error // of peers with the data of now
}

// measureAll measures every workload on data of one shape.
func measureAll[T kernels.Float](ctx context.Context, r *runner, data []T, n, p int, dtype string) error {
	n = r.most(n, p, dtype)
	b := NewProblem(data, n, p, r.plan.Threads[0])
	b.draw(r.plan.needs())
	r.failed = load(r.plan.Peers, Case{Type: dtype, Rows: n, Columns: p, Threads: slices.Max(r.plan.Threads)}, b)
	for i, threads := range r.plan.Threads {
		b.Use(threads)
		for _, name := range r.plan.Workloads {
			if err := ctx.Err(); err != nil {
				return err
			}
			w, _ := find(name)
			c := Case{Kernel: name, Type: dtype, Rows: r.plan.cut(w, r.roofs[i], dtype, n, p), Columns: p, Threads: threads}
			if r.plan.Progress != nil {
				r.plan.Progress(r.done, r.all, c)
			}
			result, err := measure(r, w, r.roofs[i], b.first(c.Rows), c)
			if err != nil {
				return err
			}
			if err := r.emit(result); err != nil {
				return err
			}
			r.done++
		}
	}
	return nil
}

// most is how many of n rows any of the workloads takes.
func (r *runner) most(n, p int, dtype string) int {
	most := 1
	for _, name := range r.plan.Workloads {
		w, _ := find(name)
		for _, roof := range r.roofs {
			most = max(most, r.plan.cut(w, roof, dtype, n, p))
		}
	}
	return most
}

// load lets all peers take up a problem at the same time, and says who failed.
func load(peers []Peer, c Case, data any) []error {
	failed := make([]error, len(peers))
	var wait sync.WaitGroup
	for i, p := range peers {
		wait.Go(func() { failed[i] = p.Load(c, data) })
	}
	wait.Wait()
	return failed
}

// enough is how long a contender of the next case is measured.
func (r *runner) enough(contenders int) time.Duration {
	enough := r.plan.enough()
	if r.plan.Within > 0 {
		share := (r.plan.Within - time.Since(r.start)) / time.Duration(2*(r.all-r.done)*contenders)
		enough = min(enough, max(share, 10*time.Millisecond))
	}
	return enough
}

// A contender is somebody whose time is taken.
type contender struct {
	peer   Peer // nil is ours
	way    string
	c      Case
	do     func(repeat int) (time.Duration, error)
	repeat int // within a measurement
	warm   bool
	runs   []float64
	spent  time.Duration
	err    error // why it has no time
}

// once does the work and times it. What is over soon is done for the caches
// first, and then so often that the clock can tell.
func (k *contender) once() error {
	start := time.Now()
	defer func() { k.spent += time.Since(start) }()
	if k.warm {
		if _, err := k.do(1); err != nil {
			return err
		}
	}
	took, err := k.do(k.repeat)
	if err != nil {
		return err
	}
	k.runs = append(k.runs, took.Seconds()/float64(k.repeat))
	return nil
}

// calibrate settles how to measure what takes this long.
func (k *contender) calibrate(took time.Duration) {
	k.repeat = 1
	if took < time.Millisecond {
		k.repeat = int(time.Millisecond/max(took, 100)) + 1
	}
	k.warm = took < 10*time.Millisecond
}

// summary is the median, the minimum and the spread of the middle half.
func (k *contender) summary() (median, minimum, spread float64) {
	runs := slices.Sorted(slices.Values(k.runs))
	median = runs[len(runs)/2]
	return median, runs[0], (runs[len(runs)*3/4] - runs[len(runs)/4]) / median
}

// measure compares the answers of the peers with ours, then repeats the
// workload, ours and theirs in turn, until the median means something.
func measure[T kernels.Float](r *runner, w workload, roof Roof, b *Problem[T], c Case) (Result, error) {
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
	us.calibrate(took)
	contenders := []*contender{us}
	enough := r.enough(len(r.plan.Peers) + 1)
	patience := max(2*enough/5, 3*took, time.Second/10)
	for i, peer := range r.plan.Peers {
		k := &contender{peer: peer, c: c, err: r.failed[i]}
		if k.err == nil {
			var ways []string
			ways, k.err = peer.Ways(c)
			if k.err == nil && len(ways) == 0 {
				continue
			}
			if k.err == nil {
				k.err = challenge(k, ways, w, b, answer, patience, r.plan.enough()/2, max(enough, long))
			}
		}
		contenders = append(contenders, k)
	}
	alternate(contenders, enough)

	n, p := c.Rows, c.Columns
	flops := float64(n) * w.flops(p)
	bytes := float64(n) * w.bytes(p, size(c.Type))
	median, minimum, spread := us.summary()
	result := Result{
		Kernel: w.name, Type: c.Type, Rows: n, Columns: p, Threads: c.Threads, ISA: cpu.Active().String(),
		Seconds: median, Minimum: minimum, Spread: spread, Runs: len(us.runs) * us.repeat,
		Bound: "memory", Peers: []PeerTime{},
	}
	memory, arithmetic := bytes/roof.Bandwidth, flops/roof.peak(c.Type)
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

// report adds a peer to a result.
func (k *contender) report(r *Result) {
	if k.err != nil {
		r.Refused = append(r.Refused, Refusal{k.peer.Name(), k.peer.Version(), k.way, k.err.Error()})
		return
	}
	median, minimum, spread := k.summary()
	scale := float64(r.Rows) / float64(k.c.Rows)
	r.Peers = append(r.Peers, PeerTime{
		Name: k.peer.Name(), Version: k.peer.Version(), Way: k.way, Seconds: median * scale, Minimum: minimum * scale,
		Spread: spread, Runs: len(k.runs) * k.repeat, Rows: k.c.Rows, Ratio: median * scale / r.Seconds,
	})
}

// alternate lets everybody run in turn, so that whatever the machine does
// happens to all of them.
func alternate(contenders []*contender, enough time.Duration) {
	const mostRuns = 200
	leastRuns := 5
	if enough < time.Second/5 {
		leastRuns = 3
	}
	for again := true; again; {
		again = false
		for _, k := range contenders {
			done := len(k.runs) >= leastRuns && (len(k.runs) >= mostRuns || k.spent >= enough)
			if tooSlow := len(k.runs) > 0 && k.peer != nil && k.spent >= 3*enough; k.err != nil || done || tooSlow {
				continue
			}
			k.err = k.once()
			again = true
		}
	}
}

// challenge finds the best way of a peer and compares its answer with ours.
func challenge[T kernels.Float](k *contender, ways []string, w workload, b *Problem[T], ours Answer, patience, choosing, slow time.Duration) error {
	k.way = ways[0]
	k.do = func(repeat int) (time.Duration, error) { return k.peer.Do(k.c, k.way, repeat) }
	least := w.least(k.c.Columns)
	if w.shortest != nil || !w.whole {
		if err := k.shorten(least, patience); err != nil {
			return err
		}
	}
	if err := k.choose(ways, least, choosing); err != nil {
		return err
	}
	took, err := k.do(1)
	if err != nil {
		return err
	}
	k.calibrate(took)
	if took >= slow { // it need not run again
		k.runs, k.spent = append(k.runs, took.Seconds()), 3*took
	}
	answer, err := k.peer.Answer(k.c)
	if err != nil {
		return err
	}
	if k.c.Rows != b.X.Rows {
		if ours, err = run(w, b.first(k.c.Rows)); err != nil {
			return err
		}
	}
	return compare(w, b.first(k.c.Rows), k.c, ours, answer)
}

// shorten finds how many rows a peer does in a time.
func (k *contender) shorten(least int, patience time.Duration) error {
	all := k.c.Rows
	for k.c.Rows = least; k.c.Rows < all; k.c.Rows *= 4 {
		took, err := k.do(1)
		if err == nil && 4*took > patience && took < long { // it, or something else that ran
			took, err = k.best(3)
		}
		if err != nil || 4*took > patience {
			return err
		}
	}
	k.c.Rows = all
	return nil
}

// best is the shortest of a few runs, or of one that is long.
func (k *contender) best(runs int) (time.Duration, error) {
	best := time.Duration(1<<63 - 1)
	for range runs {
		took, err := k.do(1)
		if err != nil {
			return 0, err
		}
		best = min(best, took)
		if took > long {
			break
		}
	}
	return best, nil
}

// long is a run that what happens beside it does not change much.
const long = time.Second / 2

// choose tries every way on a part of the rows, or as many as there is time for.
func (k *contender) choose(ways []string, least int, choosing time.Duration) error {
	if len(ways) == 1 {
		return nil
	}
	c := k.c
	defer func() { k.c = c }()
	k.c.Rows = max(min(c.Rows, least), c.Rows/4)
	best, bestWay := time.Duration(1<<63-1), k.way
	start := time.Now()
	for i, way := range ways {
		if i > 0 && time.Since(start) > choosing {
			break
		}
		k.way = way
		took, err := k.best(2) // the first may have another layout to make
		if err != nil {
			return err
		}
		if took < best {
			best, bestWay = took, way
		}
	}
	k.way = bestWay
	return nil
}
