// Command hesse fits generalised linear models to CSV files and predicts with
// them.
//
// Data goes to standard output, everything else to standard error. The exit
// status is 0 if all is well, 1 if the command failed (singular problems are
// among these), 2 for wrong usage, 3 for bad data, 4 for a fit that did not
// converge or whose classes are separated, or for groups of which none has
// converged, 130 if it was interrupted; a fit that has taken a step by then
// prints and writes its best model.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // so that a second interrupt kills
	con := &console{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	con.progress = isTerminal(os.Stderr) && os.Getenv("TERM") != "dumb"
	con.screen = isTerminal(os.Stdout)
	os.Exit(run(ctx, os.Args[1:], con))
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// A console is what a command reads from and writes to.
type console struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	progress       bool // show progress on stderr
	screen         bool // stdout is a terminal
}

// commands is the command line as kong reads it.
type commands struct {
	Fit     fitCommand       `cmd:"" help:"Fit a model to a CSV file."`
	Predict predictCommand   `cmd:"" help:"Predict with a fitted model."`
	Bench   benchCommand     `cmd:"" help:"Measure kernels against the roof of this machine."`
	Info    infoCommand      `cmd:"" help:"Show the version, the CPU and the instruction sets in use."`
	Version kong.VersionFlag `help:"Print the version and exit."`
}

const description = `Fit generalised linear models at the speed of the machine.

    hesse fit cars.csv --target price --out price.json
    hesse predict price.json new.csv > prices.csv

HESSE_ISA=avx512|avx2|generic chooses the instruction set. Exit status: 0 fine, 1 failed, 2 usage, 3 bad data, 4 not converged or classes separated (the model is written all the same), 130 interrupted (the best model so far is written).`

// run runs a command line and returns the exit status.
func run(ctx context.Context, args []string, con *console) int {
	// kong writes help and the version itself, and means to exit then.
	exited, status := false, 0
	parser := kong.Must(new(commands),
		kong.Name("hesse"), kong.Description(description), kong.Vars{"fits": strings.Join(bench.Fits(), ", "), "version": "hesse " + version(), "families": strings.Join(glm.Families(), ","), "solverlist": strings.Join(solverNames(), ", "), "solvers": strings.Join(solverNames(), ","), "precisions": strings.Join(glm.Precisions(), ","), "curvaturelist": strings.Join(solvers.Curvatures(), ", "), "searchlist": strings.Join(solvers.Searches(), ", "), "schedules": strings.Join(solvers.Schedules(), ","), "schedulelist": strings.Join(solvers.Schedules(), ", "), "orders": strings.Join(solvers.Orders(), ",")},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(con.stdout, con.stderr),
		kong.Exit(func(code int) { exited, status = true, code }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(con))
	parsed, err := parser.Parse(args)
	switch {
	case exited:
		return status
	case err != nil:
		err = usage("%v; see hesse --help and hesse COMMAND --help", err)
	default:
		if err = kernels.CheckISA(); err != nil {
			err = &failure{exitUsage, err}
		} else {
			err = parsed.Run()
		}
	}
	report(con.stderr, err)
	return exitCode(err)
}
