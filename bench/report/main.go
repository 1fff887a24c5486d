// Command report measures this machine, this code and its peers, and says it in
// tables, JSON lines, the format of Go's benchmarks, pictures and a page.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/peers"
	"github.com/seed-0327bdf7/hesse/kernels"
)

func main() {
	peers.ServeIfAsked()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // so that a second interrupt kills
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, term.IsTerminal(int(os.Stderr.Fd()))))
}

const description = `Measure kernels, passes and whole fits beside the roof of this machine and beside other libraries: everything in some 18 minutes. Run nothing else meanwhile.

    report gram grad --p 10,20,32,100,500,2000 --threads 1,2
    report --quick --out folder

Exit status: 0 fine, 1 failed, 2 usage, 130 interrupted.`

// run runs a command line and returns the exit status, which is that of hesse.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, progress bool) int {
	exited, status := false, 0
	c := new(command)
	parser := kong.Must(c,
		kong.Name("report"), kong.Vars{"fits": strings.Join(bench.Fits(), ", ")}, kong.Description(description),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited, status = true, code }))
	_, err := parser.Parse(args)
	if exited {
		return status
	}
	if err != nil {
		err = usage{err}
	} else if err = kernels.CheckISA(); err != nil {
		err = usage{err}
	} else {
		err = c.run(ctx, stdout, stderr, progress)
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "report: interrupted")
		return 130
	}
	fmt.Fprintf(stderr, "report: %s\n", strings.TrimPrefix(err.Error(), "bench: "))
	if errors.As(err, new(usage)) {
		return 2
	}
	return 1
}

// usage is an error of the command line.
type usage struct{ error }
