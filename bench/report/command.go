package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// A command is the command line: that of hesse bench, and what it adds.
type command struct {
	Kernels []string `arg:"" optional:"" name:"KERNEL" help:"What to measure; otherwise everything: gram, sandwich, grad, hvp, logistic, newton, and the fits ${fits}."`

	N       []int    `name:"n" placeholder:"N,…" help:"Rows; otherwise as many as fill --size, and of fits what suits them."`
	P       []int    `name:"p" placeholder:"P,…" help:"Columns; otherwise 1 to 2000, and of fits what suits them."`
	Threads []int    `placeholder:"N,…" help:"Threads; otherwise 1 and one for every CPU."`
	DType   []string `name:"dtype" placeholder:"TYPE,…" help:"float64, float32 or both; otherwise both, float32 at fewer columns."`
	Size    int      `default:"0" placeholder:"MB" help:"Megabytes of X, where --n is not given; otherwise what --in says."`
	In      string   `enum:"dram,l3,l2" default:"dram" help:"Where X lies, where neither --n nor --size is given: dram, l3 or l2 (dram)."`

	JSON   bool   `name:"json" help:"Print a JSON object a line; the same as --format json."`
	Format string `enum:"table,json,bench" default:"table" help:"table, json, or bench for benchstat (table)."`
	Out    string `placeholder:"DIR" help:"Write everything to a folder too: report.json, results.jsonl, results.bench, pictures and report.html."`
	From   string `placeholder:"FILE" help:"Measure nothing: make pictures and page again from a report.json."`
	Quick  bool   `help:"Within a minute, with wider error bars."`

	Peers       []string          `placeholder:"NAME,…" help:"Peers to measure, none for no peers; otherwise all that are found."`
	Library     map[string]string `mapsep:"," placeholder:"NAME=FILE,…" help:"Where a native library is, if not where it is usually."`
	Environment string            `default:"bench/report/.environment" placeholder:"DIR" help:"The Python environment that make bench-peers sets up."`
}

// bytes is how much X takes.
func (c *command) bytes() int {
	caches := cpuid.CPU.Cache
	switch {
	case c.Size > 0:
		return c.Size * 1_000_000
	case c.In == "l2" && caches.L2 > 0:
		return caches.L2 / 2
	case c.In == "l3" && caches.L3 > 0:
		return caches.L3 / 2
	case c.Quick:
		return max(128_000_000, caches.L3*5/4)
	}
	return max(256_000_000, caches.L3*5/4)
}

// dram is how much is read to measure the memory.
func (c *command) dram() int {
	if c.Size > 0 {
		return c.bytes()
	}
	return max(128_000_000, cpuid.CPU.Cache.L3*5/4)
}

// plans are what the options ask for: kernels and passes, then fits.
func (c *command) plans() []bench.Plan {
	all := bench.Plan{Rows: c.N, Columns: c.P, Threads: c.Threads, Types: c.DType, Bytes: c.bytes(),
		Longest: 25 * time.Millisecond, Enough: time.Second / 2, Within: 7 * time.Minute / 2}
	if len(all.Threads) == 0 {
		all.Threads = slices.Compact([]int{1, runtime.GOMAXPROCS(0)})
	}
	if c.Quick {
		all.Longest, all.Enough, all.Within = 8*time.Millisecond, time.Second/10, 25*time.Second
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
	p.Workloads = c.asked(bench.Workloads(), "gram", "grad", "newton")
	some := []int{10, 32, 100, 500}
	if len(p.Columns) == 0 {
		p.Columns = []int{1, 4, 10, 20, 32, 50, 100, 200, 500, 1000, 2000}
		if c.Quick {
			p.Columns = some
		}
	}
	if len(p.Types) > 0 || c.Quick || len(c.Kernels) > 0 {
		if len(p.Types) == 0 {
			p.Types = []string{bench.Float64}
		}
		return []bench.Plan{p}
	}
	narrow := p
	p.Types, narrow.Types = []string{bench.Float64}, []string{bench.Float32}
	narrow.Within /= 4
	if len(c.P) == 0 {
		narrow.Columns = some
	}
	return []bench.Plan{p, narrow}
}

// check is an error of what is asked for.
func (c *command) check(plans []bench.Plan) error {
	for _, k := range c.Kernels {
		if known := slices.Concat(bench.Workloads(), bench.Fits()); !slices.Contains(known, k) {
			return fmt.Errorf("kernel %q is not known; the choice is %s", k, strings.Join(known, ", "))
		}
	}
	for _, p := range plans {
		if err := p.Check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *command) run(ctx context.Context, stdout, stderr io.Writer, progress bool) error {
	if c.JSON {
		c.Format = "json"
	}
	if c.From != "" {
		return c.again()
	}
	plans := c.plans()
	if err := c.check(plans); err != nil {
		return usage{err}
	}
	if c.Out != "" { // before the work, not after it
		if err := os.MkdirAll(c.Out, 0o777); err != nil {
			return err
		}
	}
	start := time.Now()
	s := &story.Story{Machine: story.ThisMachine(), Started: start.Format(time.RFC3339), Command: "hesse-report " + strings.Join(os.Args[1:], " ")}
	for _, busy := range idleNow(time.Second) {
		s.Warnings = append(s.Warnings, "before the start "+busy)
	}
	found, err := c.find()
	if err != nil {
		return usage{err}
	}
	defer found.close()
	for _, p := range found.peers {
		s.Peers = append(s.Peers, story.Library{Name: p.Name(), Version: p.Version()})
	}
	s.Missing = found.missing
	printPeers(stderr, s)
	bar := newBar(stderr, progress, plans)
	clocks := readClocks()
	var threads []int
	for _, p := range plans {
		threads = append(threads, p.Threads...)
	}
	slices.Sort(threads)
	bar.say("the machine")
	caches := bench.Caches{L1: s.Machine.L1, L2: s.Machine.L2, L3: s.Machine.L3}
	s.Survey = bench.NewSurvey(slices.Compact(threads), caches, c.dram())
	bar.clear()
	printSurvey(stderr, s.Survey)

	printed := formats[c.Format](stdout, s.Peers)
	for _, plan := range plans {
		plan.Peers, plan.Progress = found.peers, bar.at
		if c.Quick && len(c.Peers) == 0 && !story.Fits(plan.Workloads[0]) {
			plan.Peers = found.native() // numpy's kernels are a BLAS's, and reading the data takes long
		}
		report, err := bench.Run(ctx, plan, func(r bench.Result) error {
			bar.clear()
			for _, refused := range r.Refused {
				if refused.Note() == bench.LeftOut {
					continue
				}
				fmt.Fprintf(stderr, "no time for %s, %s %s of %d columns: %s\n", refused.Name, r.Kernel, r.Type, r.Columns, refused.Reason)
			}
			s.Results = append(s.Results, r)
			return printed(r)
		})
		bar.clear()
		if err != nil {
			return err
		}
		bar.next()
		for _, roof := range report.Roofs {
			if _, known := s.Roof(roof.Threads); !known {
				s.Roofs = append(s.Roofs, roof)
				fmt.Fprintln(stderr, roof)
			}
		}
		s.Warnings = append(s.Warnings, report.Moved...)
	}
	s.Warnings = append(s.Warnings, readClocks().busy(clocks)...)
	s.Took = time.Since(start).Seconds()
	for _, w := range s.Warnings {
		fmt.Fprintf(stderr, "warning: %s: the machine was not idle; measure again\n", w)
	}
	if c.Out != "" {
		return writeAll(c.Out, s)
	}
	return nil
}
