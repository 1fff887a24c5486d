// Command asm writes the assembly of internal/avx2 and internal/avx512.
//
// One file is one kernel family; the instruction set and the element type
// are its parameters. The generated folders mirror this one: dots.go here is
// dots_amd64.s and dots_amd64.go there. `make generate` in the root runs it.
package main

import (
	"errors"
	"flag"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// A family emits one kernel for one ISA and one element type.
type family struct {
	name     string
	emit     func(*kernel)
	elements []element
}

var families = []family{
	{"abssum", absSum, []element{float64s, float32s}},
	{"axpy", axpy, []element{float64s, float32s}},
	{"center", center, []element{float64s}},
	{"dots", dots, []element{float64s, float32s}},
	{"exactdots", exactDots, []element{float64s}},
	{"exactpack", exactPack, []element{float64s, float32s}},
	{"exacttile", exactTile, []element{float64s}},
	{"exp", expFamily, []element{float64s}},
	{"gather", gather, []element{float64s, float32s}},
	{"gemm", gemm, []element{float64s, float32s}},
	{"gemmstrip", gemmStrip, []element{float64s, float32s}},
	{"triangle", triangle, []element{float64s, float32s}},
	{"indexmax", indexMax, []element{float64s, float32s}},
	{"leastsquares", leastSquares, []element{float64s, float32s}},
	{"log", logFamily, []element{float64s}},
	{"logistic", logisticFamily, []element{float64s}},
	{"logisticregression", logisticRegression, []element{float64s, float32s}},
	{"multiply", multiply, []element{float64s}},
	{"narrow", narrow, []element{float64s, float32s}},
	{"pack", pack, []element{float64s, float32s}},
	{"peak", peak, []element{float64s, float32s}},
	{"read", read, []element{float64s}},
	{"relativegram", relativeGram, []element{float64s}},
	{"rot", rot, []element{float64s, float32s}},
	{"rowaxpys", rowAxpys, []element{float64s, float32s}},
	{"rowdots", rowDots, []element{float64s, float32s}},
	{"rowsquares", rowSquares, []element{float64s}},
	{"scal", scal, []element{float64s, float32s}},
	{"squared", squared, []element{float64s}},
	{"sum", sum, []element{float64s}},
	{"swap", swap, []element{float64s, float32s}},
	{"systems", systems, []element{float64s}},
	{"tile", tile, []element{float64s, float32s}},
	{"transpose", transpose, []element{float64s, float32s}},
	{"update", update, []element{float64s, float32s}},
}

func main() {
	log.SetFlags(0)
	debug.SetGCPercent(1000) // avo keeps little and allocates much: the collector took a third of the time
	// Not the flag package's own set: avo has put its flags there.
	flags := flag.NewFlagSet("asm", flag.ExitOnError)
	out := flags.String("out", "../internal", "folder that holds the packages of the instruction sets")
	flags.Parse(os.Args[1:])
	for _, target := range isas {
		if err := os.MkdirAll(filepath.Join(*out, target.pkg), 0o755); err != nil {
			log.Fatalf("asm: %v", err)
		}
		if err := writeShape(*out, target); err != nil {
			log.Fatalf("asm: %v", err)
		}
		for _, f := range families {
			if err := generate(*out, target, f); err != nil {
				log.Fatalf("asm: %s for %s: %v", f.name, target.pkg, err)
			}
		}
	}
}

// asErrors spells out what ErrorList's own message only counts.
func asErrors(list build.ErrorList) []error {
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = e
	}
	return errs
}

func generate(out string, target isa, f family) error {
	ctx := build.NewContext()
	ctx.ConstraintExpr("!purego")
	constants := newPool()
	for _, e := range f.elements {
		f.emit(&kernel{Context: ctx, isa: target, element: e, pool: constants})
	}
	file, err := ctx.Result()
	if list, ok := err.(build.ErrorList); ok {
		return errors.Join(asErrors(list)...)
	} else if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	config := printer.Config{Name: "make generate", Argv: nil, Pkg: target.pkg}
	for suffix, p := range map[string]printer.Printer{
		"_amd64.s":  printer.NewGoAsm(config),
		"_amd64.go": printer.NewStubs(config),
	} {
		text, err := p.Print(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, target.pkg, f.name+suffix), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
