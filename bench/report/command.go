package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/peers"
)

// A command is the command line: that of hesse bench, and what it adds.
type command struct {
	Kernels []string `arg:"" optional:"" name:"KERNEL" help:"What to measure; otherwise all kernels and passes: gram, sandwich, grad, hvp, logistic, newton. Whole fits: fit-gaussian, fit-binomial."`

	N       []int    `name:"n" placeholder:"N,…" help:"Rows; otherwise as many as fill --size."`
	P       []int    `name:"p" placeholder:"P,…" help:"Columns; otherwise 1 to 2000."`
	Threads []int    `placeholder:"N,…" help:"Threads; otherwise 1 and one for every CPU."`
	DType   []string `name:"dtype" default:"float64" placeholder:"TYPE,…" help:"float64, float32 or both (float64)."`
	Size    int      `default:"0" placeholder:"MB" help:"Megabytes of X, where --n is not given; otherwise more than the last-level cache holds."`

	JSON   bool   `name:"json" help:"Print a JSON object a line; the same as --format json."`
	Format string `enum:"table,json,bench" default:"table" help:"table, json, or bench for benchstat (table)."`

	Peers       []string          `placeholder:"NAME,…" help:"Peers to measure, none for no peers; otherwise all that are found."`
	Library     map[string]string `mapsep:"," placeholder:"NAME=FILE,…" help:"Where a native library is, if not where it is usually."`
	Environment string            `default:"bench/report/.environment" placeholder:"DIR" help:"The Python environment that make bench-peers sets up."`
	Quick       bool              `help:"Within a minute, with wider error bars."`
}

// plan is what the options ask for.
func (c *command) plan() bench.Plan {
	p := bench.Plan{
		Workloads: c.Kernels, Rows: c.N, Columns: c.P, Threads: c.Threads, Types: c.DType, Bytes: c.Size * 1_000_000,
		Longest: time.Second / 5, Enough: time.Second / 2, Within: 15 * time.Minute,
	}
	if len(p.Workloads) == 0 {
		p.Workloads = bench.Workloads()
	}
	if len(p.Columns) == 0 {
		p.Columns = []int{1, 2, 4, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 500, 1000, 2000}
	}
	if c.Quick {
		p.Longest, p.Enough, p.Within = time.Second/20, time.Second/10, 40*time.Second
		if len(c.P) == 0 {
			p.Columns = []int{10, 32, 100, 500}
		}
		if len(c.Kernels) == 0 {
			p.Workloads = []string{"gram", "grad", "newton"}
		}
	}
	if len(p.Threads) == 0 {
		p.Threads = slices.Compact([]int{1, runtime.GOMAXPROCS(0)})
	}
	if c.Size == 0 {
		p.Bytes = max(256_000_000, 2*cpuid.CPU.Cache.L3)
	}
	return p
}

func (c *command) run(ctx context.Context, stdout, stderr io.Writer, progress bool) error {
	if c.JSON {
		c.Format = "json"
	}
	plan := c.plan()
	if err := plan.Check(); err != nil {
		return usage{err}
	}
	found, err := c.find()
	if err != nil {
		return usage{err}
	}
	defer found.close()
	plan.Peers = found.peers
	for _, p := range found.peers {
		fmt.Fprintf(stderr, "peer %s %s\n", p.Name(), p.Version())
	}
	for _, m := range found.missing {
		fmt.Fprintf(stderr, "missing: %s\n", m)
	}
	bar := newBar(stderr, progress)
	plan.Progress = bar.at
	printed := formats[c.Format](stdout, found.peers)
	report, err := bench.Run(ctx, plan, func(r bench.Result) error {
		bar.clear()
		for _, refused := range r.Refused {
			fmt.Fprintf(stderr, "no time for %s, %s %s of %d columns: %s\n", refused.Name, r.Kernel, r.Type, r.Columns, refused.Reason)
		}
		return printed(r)
	})
	bar.clear()
	if err != nil {
		return err
	}
	for _, roof := range report.Roofs {
		fmt.Fprintln(stderr, roof)
	}
	for _, moved := range report.Moved {
		fmt.Fprintf(stderr, "warning: %s: the machine was not idle; measure again\n", moved)
	}
	return nil
}

// found is the peers that are here, and what is missing, in words.
type found struct {
	peers   []bench.Peer
	missing []string
	started []*peers.Process
}

func (f *found) close() {
	for _, p := range f.started {
		p.Close()
	}
}

// find starts the peers that are asked for.
func (c *command) find() (*found, error) {
	known := append([]string{"gonum"}, peers.Natives()...)
	for _, name := range c.Peers {
		if name != "none" && !slices.Contains(known, name) {
			return nil, fmt.Errorf("peer %q is not known; the choice is %s, none", name, strings.Join(known, ", "))
		}
	}
	for name := range c.Library {
		if !slices.Contains(peers.Natives(), name) {
			return nil, fmt.Errorf("library %q is not known; the choice is %s", name, strings.Join(peers.Natives(), ", "))
		}
	}
	f := new(found)
	for _, name := range known {
		if len(c.Peers) > 0 && !slices.Contains(c.Peers, name) {
			continue
		}
		if name == "gonum" {
			f.peers = append(f.peers, new(bench.Gonum))
			continue
		}
		p, err := peers.Native(name, c.Library[name], c.Environment)
		if err != nil {
			f.missing = append(f.missing, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		f.started = append(f.started, p)
		f.peers = append(f.peers, p)
	}
	return f, nil
}

// formats print results one after the other.
var formats = map[string]func(io.Writer, []bench.Peer) func(bench.Result) error{
	"table": table,
	"json": func(w io.Writer, _ []bench.Peer) func(bench.Result) error {
		out := json.NewEncoder(w)
		return func(r bench.Result) error { return out.Encode(r) }
	},
	"bench": benchFormat,
}
