// Command routines measures calls of BLAS and LAPACK: kernels/blas, gonum, and
// the libraries that are found, in turn in one run.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/peers"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// options are the command line.
type options struct {
	Routines []string `arg:"" optional:"" name:"ROUTINE" help:"What to measure; otherwise all: gemm (A·B), gemmTN, gemmNT, syrk, symm, trmm, trsm, trsmR (on the right), gemv, gemvT, ger, potrf."`

	N           []int         `name:"n" default:"64,256,1000" placeholder:"N,…" help:"Sizes of square problems (64,256,1000)."`
	Shape       []string      `placeholder:"M×N×K,…" help:"Shapes instead, as 4000x100x100."`
	Threads     []int         `default:"1" placeholder:"N,…" help:"Threads (1)."`
	DType       string        `name:"dtype" enum:"float64,float32" default:"float64" help:"float64 or float32 (float64)."`
	Peers       []string      `placeholder:"NAME,…" help:"Peers; otherwise gonum and every library that is found."`
	Rounds      int           `default:"9" help:"How often each is measured (9)."`
	Least       time.Duration `default:"10ms" help:"How long each is measured a time, at least (10ms)."`
	Environment string        `default:".environment" placeholder:"DIR" help:"The Python environment that make bench-peers sets up."`
}

func main() {
	peers.ServeIfAsked()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := new(options)
	kong.Parse(o, kong.Name("routines"), kong.Description("Measure calls of BLAS routines beside other libraries. Run nothing else meanwhile."))
	if err := o.run(ctx, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "routines: %v\n", err)
		os.Exit(2)
	}
}

// A contender makes calls, here or in a process.
type contender struct {
	name string
	take func(bench.Call) (bench.Runner, error)
}

// contenders are ours and those that are asked for, or found.
func (o *options) contenders(stderr io.Writer) (list []contender, end func(), err error) {
	known := append([]string{"gonum"}, peers.Natives()...)
	for _, name := range o.Peers {
		if !slices.Contains(known, name) {
			return nil, nil, fmt.Errorf("peer %q is not known; the choice is %s", name, strings.Join(known, ", "))
		}
	}
	list = []contender{{"ours", bench.OurCall}}
	var started []*peers.Process
	for _, name := range known {
		if len(o.Peers) > 0 && !slices.Contains(o.Peers, name) {
			continue
		}
		if name == "gonum" {
			list = append(list, contender{name, bench.GonumCall})
			continue
		}
		p, err := peers.Native(name, "", o.Environment)
		if err != nil {
			fmt.Fprintf(stderr, "%s is left out: %v\n", name, err)
			continue
		}
		fmt.Fprintf(stderr, "%s %s\n", name, p.Version())
		started = append(started, p)
		list = append(list, contender{name, func(c bench.Call) (bench.Runner, error) { return p.Routine(c) }})
	}
	return list, func() {
		for _, p := range started {
			p.Close()
		}
	}, nil
}

// calls are all that are asked for.
func (o *options) calls() ([]bench.Call, error) {
	routines := o.Routines
	if len(routines) == 0 {
		routines = bench.Routines()
	}
	var shapes [][3]int
	for _, n := range o.N {
		shapes = append(shapes, [3]int{n, n, n})
	}
	if len(o.Shape) > 0 {
		shapes = nil
	}
	for _, text := range o.Shape {
		parts := strings.Split(strings.ReplaceAll(text, "×", "x"), "x")
		var shape [3]int
		for i := range shape {
			n, err := strconv.Atoi(parts[min(i, len(parts)-1)])
			if err != nil || len(parts) != 3 {
				return nil, fmt.Errorf("shape %q; one is 4000x100x100, for instance", text)
			}
			shape[i] = n
		}
		shapes = append(shapes, shape)
	}
	var calls []bench.Call
	for _, threads := range o.Threads {
		for _, name := range routines {
			for _, s := range shapes {
				calls = append(calls, bench.Call{Routine: name, Type: o.DType, M: s[0], N: s[1], K: s[2], Threads: threads})
			}
		}
	}
	return calls, nil
}

func (o *options) run(ctx context.Context, stdout, stderr io.Writer) error {
	calls, err := o.calls()
	if err != nil {
		return err
	}
	list, end, err := o.contenders(stderr)
	if err != nil {
		return err
	}
	defer end()
	fmt.Fprintf(stdout, "%s, %s; GFLOP/s, medians of %d; ratio: ours over the best library's\n\n", o.DType, kernels.ISA(), o.Rounds)
	fmt.Fprintf(stdout, "%-8s %17s %3s", "routine", "m×n×k", "thr")
	for _, c := range list {
		fmt.Fprintf(stdout, " %10s", c.name)
	}
	fmt.Fprintf(stdout, " %7s %8s\n", "ratio", "x-gonum")
	for _, c := range calls {
		if err := o.measure(ctx, c, list, stdout); err != nil {
			return err
		}
	}
	return nil
}

// measure prints a line.
func (o *options) measure(ctx context.Context, c bench.Call, list []contender, stdout io.Writer) error {
	runners := make([]bench.Runner, len(list))
	repeats, times := make([]int, len(list)), make([][]float64, len(list))
	var sum, size float64
	for i, who := range list {
		r, err := who.take(c)
		if err != nil && i > 0 {
			continue // it has no such routine
		}
		if err != nil {
			return fmt.Errorf("%s: %w", who.name, err)
		}
		s, magnitude, err := r.Answer()
		if err != nil {
			return fmt.Errorf("%s: %w", who.name, err)
		}
		if i == 0 {
			sum, size = s, magnitude
		} else if err := c.Agree(sum, s, size); err != nil && c.Routine != "potrf" { // ours leaves its factor elsewhere
			return fmt.Errorf("%s of %s: %w", c.Routine, who.name, err)
		}
		runners[i], repeats[i] = r, 1
		for took := time.Duration(0); took < o.Least; {
			if took, err = r.Time(repeats[i]); err != nil {
				return fmt.Errorf("%s: %w", who.name, err)
			}
			if took < o.Least {
				repeats[i] = max(repeats[i]+1, int(float64(repeats[i])*1.2*float64(o.Least)/float64(max(took, 100))))
			}
		}
	}
	for range o.Rounds {
		for i, r := range runners {
			if err := ctx.Err(); err != nil {
				return err
			}
			if r == nil {
				continue
			}
			// Once without: the threads of the one before take milliseconds to stop.
			if _, err := r.Time(repeats[i]); err != nil {
				return fmt.Errorf("%s: %w", list[i].name, err)
			}
			took, err := r.Time(repeats[i])
			if err != nil {
				return fmt.Errorf("%s: %w", list[i].name, err)
			}
			times[i] = append(times[i], took.Seconds()/float64(repeats[i]))
		}
	}
	fmt.Fprintf(stdout, "%-8s %17s %3d", c.Routine, fmt.Sprintf("%d×%d×%d", c.M, c.N, c.K), c.Threads)
	var best, gonum float64
	for i, who := range list {
		if len(times[i]) == 0 {
			fmt.Fprintf(stdout, " %10s", "-")
			continue
		}
		slices.Sort(times[i])
		speed := c.FLOPs() / times[i][len(times[i])/2] / 1e9
		fmt.Fprintf(stdout, " %10.2f", speed)
		switch {
		case i == 0:
			sum = speed
		case who.name == "gonum":
			gonum = speed
		default:
			best = max(best, speed)
		}
	}
	ratio := func(of float64) string {
		if of == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f", sum/of)
	}
	_, err := fmt.Fprintf(stdout, " %7s %8s\n", ratio(best), ratio(gonum))
	return err
}
