package main

import (
	"context"
	"fmt"
	"io"
	"math"
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
	Quick  bool   `help:"Within a minute: fewer kernels and columns, with wider error bars."`

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
		threads := runtime.GOMAXPROCS(0)
		return threads * bench.Caches{L2: caches.L2, L3: caches.L3}.L3Part(threads)
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
	for i := range plans {
		plans[i].Peers = found.peers
		if c.Quick && len(c.Peers) == 0 && !story.Fits(plans[i].Workloads[0]) {
			plans[i].Peers = found.native() // numpy's kernels are a BLAS's, and reading the data takes long
		}
	}
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
	if err := measure(ctx, plans, s, bar, formats[c.Format](stdout, s.Peers), stderr); err != nil {
		return err
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

// measure measures plans one after the other. What one of them leaves of its
// time, the next ones have.
func measure(ctx context.Context, plans []bench.Plan, s *story.Story, bar *bar, printed func(bench.Result) error, stderr io.Writer) error {
	var spare time.Duration
	var moved []bench.Move
	for _, plan := range plans {
		begun := time.Now()
		plan.Progress = bar.progress
		plan.Within = max(plan.Within+spare, time.Second)
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
		spare = plan.Within - time.Since(begun)
		for _, roof := range report.Roofs {
			if _, known := s.Roof(roof.Threads); !known {
				s.Roofs = append(s.Roofs, roof)
				fmt.Fprintln(stderr, roof)
			}
		}
		moved = append(moved, report.Moved...)
		for _, k := range report.Skipped {
			skipped := fmt.Sprintf("%s %s, n = %d, p = %d, %s", k.Kernel, k.Type, k.Rows, k.Columns, story.Threads(k.Threads))
			s.Skipped = append(s.Skipped, skipped)
			fmt.Fprintf(stderr, "skipped, no time is left: %s\n", skipped)
		}
	}
	s.Warnings = append(s.Warnings, farthest(moved)...)
	return nil
}

// farthest says of everything that has moved how far it did at most: each plan
// has a roof of its own.
func farthest(moved []bench.Move) []string {
	type roof struct {
		what    string
		threads int
	}
	of := func(m bench.Move) roof { return roof{m.What, m.Threads} }
	most := map[roof]bench.Move{}
	for _, m := range moved {
		if math.Abs(m.Change) > math.Abs(most[of(m)].Change) {
			most[of(m)] = m
		}
	}
	var said []string
	for _, m := range moved {
		if most[of(m)] == m {
			said = append(said, m.String())
		}
	}
	return said
}
