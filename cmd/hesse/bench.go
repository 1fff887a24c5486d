package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/seed-0327bdf7/hesse/bench"
)

type benchCommand struct {
	Kernels []string `arg:"" optional:"" name:"KERNEL" help:"What to measure; otherwise all: gram, sandwich, grad, hvp, logistic, newton. On request ${fits}; see bench/report for peers of these."`

	N       []int    `name:"n" placeholder:"N,…" help:"Rows; otherwise as many as fill --size, or as memory delivers in 60 ms, or arithmetic does in 30."`
	P       []int    `name:"p" default:"10,32,100,500" placeholder:"P,…" help:"Columns (10,32,100,500)."`
	Threads []int    `placeholder:"N,…" help:"Threads; otherwise 1 and one for every CPU."`
	DType   []string `name:"dtype" default:"float64" placeholder:"TYPE,…" help:"float64, float32 or both (float64)."`
	Size    int      `default:"0" placeholder:"MB" help:"Megabytes of X, where --n is not given; otherwise more than the last-level cache holds."`

	JSON bool `name:"json" help:"Print a JSON object a line."`
}

// Help is what kong prints below the usage.
func (*benchCommand) Help() string {
	return `Measures kernels and passes over seeded data, beside gonum and beside the roof: the time that memory and arithmetic, measured in the same run, leave to any program. Run nothing else meanwhile. Standard error gets the roofs.

    hesse bench gram newton --p 10,100 --threads 1,2
    HESSE_ISA=avx2 hesse bench --dtype float32 --json`
}

// plan is what the options ask for.
func (c *benchCommand) plan() bench.Plan {
	i := collectInfo()
	p := bench.Plan{Workloads: c.Kernels, Rows: c.N, Columns: c.P, Threads: c.Threads, Types: c.DType, Bytes: c.Size * 1_000_000, Peers: []bench.Peer{&bench.Gonum{}},
		Longest: 60 * time.Millisecond, Enough: time.Second / 2, Within: 2 * time.Minute}
	if len(p.Workloads) == 0 {
		p.Workloads = bench.Workloads()
	}
	if len(p.Threads) == 0 {
		p.Threads = []int{1}
		if i.Threads > 1 {
			p.Threads = append(p.Threads, i.Threads)
		}
	}
	if c.Size == 0 {
		const least = 256_000_000
		p.Bytes = least
		if cache := i.Caches.L3; cache != nil {
			p.Bytes = max(least, 2**cache)
		}
	}
	return p
}

// Run is called by kong.
func (c *benchCommand) Run(ctx context.Context, con *console) error {
	plan := c.plan()
	if err := plan.Check(); err != nil {
		return usage("%s", strings.TrimPrefix(err.Error(), "bench: "))
	}
	print := func(line []byte) error {
		if err := write(ctx, con.stdout, append(line, '\n')); err != nil {
			return fmt.Errorf("standard output: %w", err)
		}
		return nil
	}
	heading := !c.JSON
	report, err := bench.Run(ctx, plan, func(r bench.Result) error {
		if c.JSON {
			return print(marshal(r))
		}
		if heading {
			heading = false
			if err := print([]byte(bench.Heading)); err != nil {
				return err
			}
		}
		return print([]byte(r.Line()))
	})
	if err != nil {
		return err
	}
	for _, roof := range report.Roofs {
		fmt.Fprintln(con.stderr, roof)
	}
	for _, c := range report.Skipped {
		fmt.Fprintf(con.stderr, "skipped, no time is left: %s %s, n = %d, p = %d, threads = %d\n", c.Kernel, c.Type, c.Rows, c.Columns, c.Threads)
	}
	for _, moved := range report.Moved {
		fmt.Fprintf(con.stderr, "warning: %s: the machine was not idle; measure again\n", moved)
	}
	return nil
}
