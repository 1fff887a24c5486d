package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/klauspost/cpuid/v2"

	"github.com/seed-0327bdf7/hesse/bench"
)

// table has a line a result, with our time and every peer's, and how many
// times ours that is.
func table(w io.Writer, list []bench.Peer) func(bench.Result) error {
	var heading strings.Builder
	fmt.Fprintf(&heading, "%-12s  %-7s %9s %5s %7s  %17s  %9s", "kernel", "dtype", "n", "p", "threads", "hesse, ms", "% of roof")
	for _, p := range list {
		fmt.Fprintf(&heading, "  %19s", p.Name())
	}
	begun := false
	return func(r bench.Result) error {
		if !begun {
			begun = true
			if _, err := fmt.Fprintln(w, heading.String()); err != nil {
				return err
			}
		}
		var line strings.Builder
		fmt.Fprintf(&line, "%-12s  %-7s %9d %5d %7d  %9.4g ± %4.1f%%  %9.0f",
			r.Kernel, r.Type, r.Rows, r.Columns, r.Threads, r.Seconds*1e3, r.Spread*50, r.RoofFraction*100)
		for _, p := range list {
			fmt.Fprintf(&line, "  %19s", cell(r, p.Name()))
		}
		_, err := fmt.Fprintln(w, line.String())
		return err
	}
}

// cell is a peer's time and ratio, or why it has none.
func cell(r bench.Result, name string) string {
	for _, p := range r.Peers {
		if p.Name == name {
			return fmt.Sprintf("%.4g (%.2f×)", p.Seconds*1e3, p.Ratio)
		}
	}
	for _, p := range r.Refused {
		if p.Name == name {
			if strings.HasPrefix(p.Reason, "wrong answer") {
				return "wrong answer"
			}
			return "failed"
		}
	}
	return "-"
}

// benchFormat is the format of Go's benchmarks, which benchstat reads: a line
// for ours and one for every peer.
func benchFormat(w io.Writer, _ []bench.Peer) func(bench.Result) error {
	begun := false
	return func(r bench.Result) error {
		if !begun {
			begun = true
			fmt.Fprintf(w, "goos: %s\ngoarch: %s\npkg: github.com/seed-0327bdf7/hesse/bench/report\ncpu: %s\n", runtime.GOOS, runtime.GOARCH, cpuid.CPU.BrandName)
		}
		line := func(library string, runs int, seconds, minimum float64) error {
			_, err := fmt.Fprintf(w, "Benchmark/kernel=%s/dtype=%s/n=%d/p=%d/library=%s-%d\t%d\t%.0f ns/op\t%.0f min-ns/op\t%.2f %%roof\n",
				r.Kernel, r.Type, r.Rows, r.Columns, library, r.Threads, runs, seconds*1e9, minimum*1e9, 100*r.RoofSeconds/seconds)
			return err
		}
		if err := line("hesse", r.Runs, r.Seconds, r.Minimum); err != nil {
			return err
		}
		for _, p := range r.Peers {
			if err := line(p.Name, p.Runs, p.Seconds, p.Minimum); err != nil {
				return err
			}
		}
		return nil
	}
}
