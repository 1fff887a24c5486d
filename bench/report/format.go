package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/klauspost/cpuid/v2"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// formats print results one after the other.
var formats = map[string]func(io.Writer, []story.Library) func(bench.Result) error{
	"table": table, "json": jsonLines, "bench": benchFormat,
}

func jsonLines(w io.Writer, _ []story.Library) func(bench.Result) error {
	out := json.NewEncoder(w)
	return func(r bench.Result) error { return out.Encode(r) }
}

// table has a line a result, with our time and every peer's, and how many
// times ours that is.
func table(w io.Writer, _ []story.Library) func(bench.Result) error {
	begun := false
	return func(r bench.Result) error {
		if !begun {
			begun = true
			if _, err := fmt.Fprintf(w, "%-15s  %-7s %9s %5s %7s  %17s  %9s  %s\n",
				"kernel", "dtype", "n", "p", "threads", "hesse, ms", "% of roof", "peers, ms (÷ hesse)"); err != nil {
				return err
			}
		}
		var cells []string
		for _, p := range r.Peers {
			cells = append(cells, fmt.Sprintf("%s %.4g (%.2f×)", p.Name, p.Seconds*1e3, p.Ratio))
		}
		for _, p := range r.Refused {
			cells = append(cells, p.Name+" "+p.Note())
		}
		_, err := fmt.Fprintf(w, "%-15s  %-7s %9d %5d %7d  %9.4g ± %4.1f%%  %9.0f  %s\n",
			r.Kernel, r.Type, r.Rows, r.Columns, r.Threads, r.Seconds*1e3, r.Spread*50, r.RoofFraction*100, strings.Join(cells, ", "))
		return err
	}
}

// benchFormat is the format of Go's benchmarks, which benchstat reads: a line
// for ours and one for every peer.
func benchFormat(w io.Writer, _ []story.Library) func(bench.Result) error {
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
