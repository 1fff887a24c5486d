// Command asm writes the assembly of internal/avx2 and internal/avx512.
//
// One file is one kernel family; the instruction set and the element type
// are its parameters. The generated folders mirror this one: dots.go here is
// dots_amd64.s and dots_amd64.go there. `make generate` in the root runs it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
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
	masks    bool // where there are mask registers alone
}

var families = []family{
	{name: "abssum", emit: absSum, elements: []element{float64s, float32s}},
	{name: "axpy", emit: axpy, elements: []element{float64s, float32s}},
	{name: "center", emit: center, elements: []element{float64s}},
	{name: "dots", emit: dots, elements: []element{float64s, float32s}},
	{name: "exactdots", emit: exactDots, elements: []element{float64s}},
	{name: "exactpack", emit: exactPack, elements: []element{float64s, float32s}},
	{name: "exacttile", emit: exactTile, elements: []element{float64s}},
	{name: "exp", emit: expFamily, elements: []element{float64s}},
	{name: "gather", emit: gather, elements: []element{float64s, float32s}},
	{name: "gemm", emit: gemm, elements: []element{float64s, float32s}},
	{name: "gemmstrip", emit: gemmStrip, elements: []element{float64s, float32s}},
	{name: "triangle", emit: triangle, elements: []element{float64s, float32s}},
	{name: "indexmax", emit: indexMax, elements: []element{float64s, float32s}},
	{name: "leastsquares", emit: leastSquares, elements: []element{float64s, float32s}},
	{name: "log", emit: logFamily, elements: []element{float64s}},
	{name: "logistic", emit: logisticFamily, elements: []element{float64s}},
	{name: "logisticregression", emit: logisticRegression, elements: []element{float64s, float32s}},
	{name: "multiply", emit: multiply, elements: []element{float64s}},
	{name: "narrow", emit: narrow, elements: []element{float64s, float32s}},
	{name: "narrowhalves", emit: narrowHalves, elements: []element{float64s, float32s}, masks: true},
	{name: "narrowrotated", emit: narrowRotated, elements: []element{float64s, float32s}, masks: true},
	{name: "pack", emit: pack, elements: []element{float64s, float32s}},
	{name: "peak", emit: peak, elements: []element{float64s, float32s}},
	{name: "read", emit: read, elements: []element{float64s}},
	{name: "readahead", emit: readAhead, elements: []element{float64s}},
	{name: "relativegram", emit: relativeGram, elements: []element{float64s}},
	{name: "rot", emit: rot, elements: []element{float64s, float32s}},
	{name: "rowaxpys", emit: rowAxpys, elements: []element{float64s, float32s}},
	{name: "rowdots", emit: rowDots, elements: []element{float64s, float32s}},
	{name: "rowsquares", emit: rowSquares, elements: []element{float64s}},
	{name: "scal", emit: scal, elements: []element{float64s, float32s}},
	{name: "spread", emit: spread, elements: []element{float64s, float32s}},
	{name: "squared", emit: squared, elements: []element{float64s}},
	{name: "sum", emit: sum, elements: []element{float64s}},
	{name: "swap", emit: swap, elements: []element{float64s, float32s}},
	{name: "system", emit: system, elements: []element{float64s}},
	{name: "systems", emit: systems, elements: []element{float64s}},
	{name: "tile", emit: tile, elements: []element{float64s, float32s}},
	{name: "tileweighted", emit: tileWeighted, elements: []element{float64s, float32s}},
	{name: "transpose", emit: transpose, elements: []element{float64s, float32s}},
	{name: "update", emit: update, elements: []element{float64s, float32s}},
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
			if f.masks && !target.masks {
				continue
			}
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

// beyondAVX2 are registers and instructions that came with AVX-512. avo takes such registers
// when all others are in use; an instruction with one of them is illegal before.
var beyondAVX2 = regexp.MustCompile(`\b([XY](1[6-9]|2[0-9]|3[01])|Z[0-9]+|K[0-7]|AVX512\w*)\b`)

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
		if found := beyondAVX2.Find(text); found != nil && !target.masks {
			return fmt.Errorf("it needs %s, which came with AVX-512", found)
		}
		if err := os.WriteFile(filepath.Join(out, target.pkg, f.name+suffix), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
