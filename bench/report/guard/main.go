// Command guard compares a commit with its parent: the shares of the roof that
// kernels and passes reach, measured in turn. It fails if one has fallen by
// more than the noise, and still has when it has been measured again.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/seed-0327bdf7/hesse/bench"
)

// options are the command line.
type options struct {
	Commit string `arg:"" default:"HEAD" help:"The commit to compare with its parent (HEAD)."`

	Against string  `placeholder:"COMMIT" help:"What to compare with instead of the parent."`
	Rounds  int     `default:"5" help:"How often each is measured (5)."`
	Again   int     `default:"3" help:"How many times what looks slower is measured again, before it is (3)."`
	Noise   float64 `default:"0.05" help:"The least loss, as a share, that is no noise (0.05)."`
	P       []int   `default:"4,10,32,100,500" placeholder:"P,…" help:"Columns (4,10,32,100,500)."`
	DType   string  `name:"dtype" default:"float64" help:"float64, float32 or both with a comma (float64)."`
	Threads []int   `placeholder:"N,…" help:"Threads; otherwise 1 and one for every CPU."`
	Size    int     `default:"0" placeholder:"MB" help:"Megabytes of X; otherwise more than the last-level cache holds."`

	Arguments []string `arg:"" optional:"" name:"KERNEL" help:"What to measure; otherwise all kernels and passes."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := new(options)
	kong.Parse(o, kong.Name("guard"), kong.Description("Compare a commit with its parent on shares of the roof. Run nothing else meanwhile."))
	lost, err := o.run(ctx, os.Stdout, os.Stderr)
	switch {
	case err != nil:
		fmt.Fprintf(os.Stderr, "guard: %v\n", err)
		os.Exit(2)
	case lost > 0:
		fmt.Fprintf(os.Stderr, "guard: %d cases are slower than before\n", lost)
		os.Exit(1)
	}
}

// run prints a line a case and returns how many have become slower, by all that has
// been measured of them.
func (o *options) run(ctx context.Context, stdout, stderr io.Writer) (lost int, err error) {
	if o.Against == "" {
		o.Against = o.Commit + "^"
	}
	if len(o.Arguments) == 0 {
		o.Arguments = bench.Workloads()
	}
	folder, err := os.MkdirTemp("", "hesse-guard-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	var programs []string
	var cases []bench.Case // all
	for i, commit := range []string{o.Against, o.Commit} {
		tree := filepath.Join(folder, strconv.Itoa(i))
		program, err := build(ctx, commit, tree)
		defer command(context.WithoutCancel(ctx), "", "git", "worktree", "remove", "--force", tree)
		if err != nil {
			return 0, err
		}
		programs = append(programs, program)
	}
	before, after := measured{}, measured{}
	these := o
	for again := 0; ; again++ {
		if err := these.measure(ctx, programs, before, after, stderr); err != nil {
			return 0, err
		}
		slower, err := compare(stdout, before, after, o.Noise, cases...)
		if err != nil || len(slower) == 0 || again >= o.Again {
			return len(slower), err
		}
		fmt.Fprintf(stdout, "\nOf many equal cases some look slower by chance: these are measured again.\n\n")
		these, cases = o.only(slower), slower
	}
}

// only are the options that measure some cases, and at most what these have in
// common.
func (o *options) only(cases []bench.Case) *options {
	these := *o
	these.Arguments, these.P, these.Threads = nil, nil, nil
	var types []string
	for _, c := range cases {
		these.Arguments = append(these.Arguments, c.Kernel)
		these.P = append(these.P, c.Columns)
		these.Threads = append(these.Threads, c.Threads)
		types = append(types, c.Type)
	}
	these.Arguments = once(these.Arguments)
	these.P, these.Threads = once(these.P), once(these.Threads)
	these.DType = strings.Join(once(types), ",")
	return &these
}

// once is what a list has, each once and in order.
func once[T cmp.Ordered](list []T) []T {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// measure measures both programs in turn, and adds what they say.
func (o *options) measure(ctx context.Context, programs []string, before, after measured, stderr io.Writer) error {
	sides := []measured{before, after}
	for round := range o.Rounds {
		for turn := range programs {
			side := (round + turn) % 2 // neither is always the first
			fmt.Fprintf(stderr, "round %d of %d, %s\n", round+1, o.Rounds, []string{o.Against, o.Commit}[side])
			warnings, err := sides[side].ask(ctx, programs[side], o)
			if err != nil {
				return err
			}
			fmt.Fprint(stderr, warnings)
		}
	}
	return nil
}

// build checks a commit out and builds its report.
func build(ctx context.Context, commit, tree string) (program string, err error) {
	if _, _, err := command(ctx, "", "git", "worktree", "add", "--detach", tree, commit); err != nil {
		return "", err
	}
	report := filepath.Join(tree, "bench", "report")
	if _, err := os.Stat(report); err != nil {
		return "", fmt.Errorf("%s has no bench/report: it cannot be measured", commit)
	}
	program = filepath.Join(tree, "hesse-report")
	_, _, err = command(ctx, report, "go", "build", "-trimpath", "-o", program, ".") // without the path of the tree in it, most of it is in Go's cache
	return program, err
}

// command runs a program in a folder and returns what it prints, on standard
// output and on standard error.
func command(ctx context.Context, folder, name string, args ...string) (out []byte, said string, err error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = folder
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err = c.Output()
	if err != nil {
		return nil, "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(errs.String()))
	}
	return out, errs.String(), nil
}

// ask runs a program once, adds what it says and returns its warnings.
func (m measured) ask(ctx context.Context, program string, o *options) (warnings string, err error) {
	args := []string{"--quick", "--json", "--peers", "none", "--p", list(o.P), "--dtype", o.DType, "--size", strconv.Itoa(o.Size)}
	if len(o.Threads) > 0 {
		args = append(args, "--threads", list(o.Threads))
	}
	out, said, err := command(ctx, "", program, append(args, o.Arguments...)...)
	if err != nil {
		return "", err
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var r bench.Result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return "", err
		}
		m.add(r)
	}
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "warning: ") {
			warnings += line
		}
	}
	return warnings, nil
}

// list is numbers as an option has them.
func list(numbers []int) string {
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ",")
}
