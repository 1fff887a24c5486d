package main

import (
	"runtime"
	"slices"
	"time"

	"github.com/seed-0327bdf7/hesse/bench"
)

// Times are what the parts of a report take at most. The rest of it, a minute or
// less, is for the survey of the machine, for starting peers and for pictures:
// some eighteen minutes together, where a machine in a bad mood has twenty.
const (
	kernelTime      = 520 * time.Second // in float64, or what is asked for
	narrowTime      = 150 * time.Second // in float32
	fitTime         = 420 * time.Second
	quickKernelTime = 38 * time.Second
	quickFitTime    = 10 * time.Second
)

// A kernel or a fit takes no longer than that where few are asked for.
const (
	longestKernel = 10 * time.Second
	longestFit    = 20 * time.Second
)

// plans are what the options ask for: kernels and passes, then fits.
func (c *command) plans() []bench.Plan {
	all := bench.Plan{Rows: c.N, Columns: c.P, Threads: c.Threads, Types: c.DType, Bytes: c.bytes(), Longest: 15 * time.Millisecond, Enough: time.Second / 2}
	if len(all.Threads) == 0 {
		all.Threads = slices.Compact([]int{1, runtime.GOMAXPROCS(0)})
	}
	if c.Quick {
		all.Enough = time.Second / 10
	}
	return slices.DeleteFunc(append(c.kernelPlans(all), c.fitPlans(all)...), func(p bench.Plan) bool { return len(p.Workloads) == 0 })
}

// asked are the names that are asked for among some; all of them, if nothing is.
func (c *command) asked(names []string, quick ...string) []string {
	if len(c.Kernels) == 0 && c.Quick {
		return quick
	}
	if len(c.Kernels) == 0 {
		return names
	}
	return slices.DeleteFunc(slices.Clone(c.Kernels), func(k string) bool { return !slices.Contains(names, k) })
}

func (c *command) kernelPlans(p bench.Plan) []bench.Plan {
	p.Workloads = c.asked(bench.Workloads(), "gram", "grad")
	if len(p.Columns) == 0 {
		p.Columns = []int{1, 4, 10, 20, 32, 50, 100, 200, 500, 1000, 2000}
		if c.Quick {
			p.Columns = []int{10, 100, 500}
		}
	}
	narrow := p
	both := len(p.Types) == 0 && !c.Quick && len(c.Kernels) == 0
	if len(p.Types) == 0 {
		p.Types = []string{bench.Float64}
	}
	p.Within = min(kernelTime, longestKernel*time.Duration(p.Cases()))
	if c.Quick {
		p.Within = quickKernelTime
	}
	if !both {
		return []bench.Plan{p}
	}
	narrow.Types = []string{bench.Float32}
	if len(c.P) == 0 {
		narrow.Columns = []int{10, 100, 500}
	}
	narrow.Within = min(narrowTime, longestKernel*time.Duration(narrow.Cases()))
	return []bench.Plan{p, narrow}
}
