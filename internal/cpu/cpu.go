// Package cpu says which implementation of the kernels runs: the best level
// that the processor and the operating system support, or the one that
// HESSE_ISA names.
package cpu

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
)

// A Level is an implementation of all kernels. Higher levels are faster.
type Level int32

const (
	Generic Level = iota // pure Go
	AVX2                 // AVX2 with FMA
	AVX512               // AVX-512 F, DQ, BW and VL
)

var names = []string{"generic", "avx2", "avx512"}

func (l Level) String() string { return names[l] }

// Variable is the environment variable that selects a level.
const Variable = "HESSE_ISA"

var (
	active   atomic.Int32
	units    atomic.Int32
	override error
)

func init() {
	active.Store(int32(best()))
	units.Store(int32(detectUnits()))
	if wanted, ok := os.LookupEnv(Variable); ok && wanted != "" {
		level, err := parse(wanted, Available())
		if err != nil {
			override = err
			return
		}
		active.Store(int32(level))
	}
}

// Active is the level that runs.
func Active() Level { return Level(active.Load()) }

// Units is how a processor carries out vectors of 512 bits.
type Units int32

const (
	// Shared: two units of 512 bits multiply, one of which shuffles too.
	Shared Units = iota

	// Halves: units of 256 bits take them in two halves. As many vectors of 256 bits
	// take no longer, and those that are partly empty are shorter.
	Halves

	// Apart: two units of 512 bits multiply, and others shuffle beside them.
	Apart
)

// ActiveUnits are those of the processor.
func ActiveUnits() Units { return Units(units.Load()) }

// UseUnits sets what ActiveUnits says and returns what undoes that, as Use does.
func UseUnits(u Units) (restore func()) {
	before := units.Swap(int32(u))
	return func() { units.Store(before) }
}

// KeepsUp says that the prefetchers of the processor keep up with rows of some cache
// lines that are read one after the other: who asks for them too holds them up.
func KeepsUp() bool { return keepsUp }

var keepsUp = detectUnits() == Halves // both were seen on the same processors

// Override is the error of a value of HESSE_ISA that cannot be followed; the
// best level runs then.
func Override() error { return override }

// Available lists the levels that can run here, the slowest first.
func Available() []Level {
	levels := []Level{Generic}
	for l := Generic + 1; int(l) < len(names); l++ {
		if supported(l) {
			levels = append(levels, l)
		}
	}
	return levels
}

// Use makes a level the active one and returns what undoes that. It is for
// tests and measurements, not safe beside running kernels.
func Use(l Level) (restore func()) {
	if !slices.Contains(Available(), l) {
		panic("cpu: level " + l.String() + " cannot run here")
	}
	before := active.Swap(int32(l))
	return func() { active.Store(before) }
}

func best() Level {
	levels := Available()
	return levels[len(levels)-1]
}

// parse is the level of a name, in any case, if it is among those that can run.
func parse(name string, available []Level) (Level, error) {
	i := slices.Index(names, strings.ToLower(name))
	if i < 0 {
		return 0, fmt.Errorf("%s=%q: not an instruction set that hesse knows; the choice is %s", Variable, name, strings.Join(names, ", "))
	}
	level := Level(i)
	if !slices.Contains(available, level) {
		var can []string
		for _, l := range available {
			can = append(can, l.String())
		}
		return 0, fmt.Errorf("%s=%s: %s; the choice here is %s", Variable, name, missing, strings.Join(can, ", "))
	}
	return level, nil
}
