package kerneltest

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// sizes are those at which kernels change their path: every small size,
// widths up to some vectors of any kind, lengths around the groups, panels
// and calls that rows are taken in. In short they are about a fifth of them, each
// at one of its guard pages: enough to tell that a compiler that fuses
// operations leaves the definition alone.
func sizes(yield func(setting)) {
	both := func(n, p int) {
		gap, above := (n+p)%4, true
		if testing.Short() {
			if (n+2*p)%5 > 1 {
				return
			}
			above = (n+p)%2 == 0
		}
		yield(setting{n: n, p: p, gap: gap, above: above})
		if !testing.Short() {
			yield(setting{n: n, p: p, gap: (gap + 1) % 3})
		}
	}
	for n := range 41 {
		for p := range 73 {
			both(n, p)
		}
	}
	for p := 73; p <= 312; p++ { // a stripe beyond where panels are packed
		for _, n := range []int{1, 3, 8, 17} {
			both(n, p)
		}
	}
	for n := 41; n <= 257; n++ {
		for _, p := range []int{1, 2, 7, 10, 33} {
			both(n, p)
		}
	}
	for _, n := range []int{kernels.PanelRows - 1, kernels.PanelRows, kernels.PanelRows + 1, 3*kernels.PanelRows + 5} {
		for _, p := range []int{4, 9, 24, 50, 97} {
			both(n, p)
		}
	}
	// Panels are packed from 256 columns on, and taken in blocks of 240 or, in float32, 480.
	for _, p := range []int{255, 256, 257, 262, 283, 480, 487, 505, 730} {
		both(kernels.PanelRows+2, p)
	}
	if long {
		for n := 1; n <= 300; n += 3 {
			for p := 1; p <= 300; p++ {
				both(n, p)
			}
		}
	}
	for _, p := range []int{2047, 2048, 2049, 2100} { // Update divides the columns here
		yield(setting{n: 9, p: p, above: true})
	}
	for _, p := range []int{1<<14 - 1, 1<<14 + 1, 40000} { // no call takes a whole row
		both(2, p)
	}
}

// tall is shapes of a triangle at which panels are summed abreast, and of which one
// call does not take all.
func tall(yield func(setting)) {
	for _, s := range []struct{ n, p int }{
		{4*kernels.PanelRows - 1, 1}, {4 * kernels.PanelRows, 2}, {9*kernels.PanelRows + 3, 1}, {9*kernels.PanelRows + 3, 2},
		{1<<13 + 9, 1}, {1<<13 + 9, 2}, {1<<13 + 9, 3}, {1500, 10}, {1100, 16}, {900, 20}, {600, 28},
	} {
		yield(setting{n: s.n, p: s.p, gap: s.p % 3, above: true})
		yield(setting{n: s.n, p: s.p})
	}
}

// long is set by make test-long.
var long = os.Getenv("HESSE_LONG") != ""

const arenaBytes = 36 << 20

func TestImplementationsEqualDefinition(t *testing.T) {
	levels := cpu.Available()[1:]
	if len(levels) == 0 {
		t.Logf("SKIPPED: no assembly on this machine or in this build; the definition is what runs")
		return
	}
	t.Logf("testing %v", levels)
	t.Run("float64", func(t *testing.T) { compare(t, levels, calls[float64]()) })
	t.Run("float32", func(t *testing.T) { compare(t, levels, calls[float32]()) })
	t.Run("vectors", func(t *testing.T) { compare(t, levels, vectorCalls()) })
}

// compare runs every call in pure Go and at every level on the same data in
// the same place.
func compare(t *testing.T, levels []cpu.Level, calls []call) {
	defer debug.SetGCPercent(debug.SetGCPercent(2000)) // little lives, and results are many
	m := newMemory(t, arenaBytes)
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) {
			run := func(level cpu.Level, s setting) []float64 {
				defer cpu.Use(level)()
				m.reset(s)
				return c.run(s, m)
			}
			type place struct {
				length int
				above  bool
			}
			seen := map[place]bool{}
			check := func(s setting) {
				if t.Failed() || c.square && s.p > 1000 {
					return // a triangle that wide is the subject of no edge
				}
				if at := (place{s.n * s.p, s.above}); c.vector {
					if seen[at] {
						return
					}
					seen[at] = true
				}
				want := slices.Clone(run(cpu.Generic, s))
				for _, level := range levels {
					same := func(how string) {
						got := run(level, s)
						if at := firstDifference(got, want); at >= 0 {
							t.Errorf("%v%s, %+v: element %d of %d is %x, the definition %x", level, how, s, at, len(want), got[at], want[at])
						}
					}
					if !c.square || level != cpu.AVX512 {
						same("")
						continue
					}
					for _, units := range []cpu.Units{cpu.Shared, cpu.Halves, cpu.Apart} {
						restore := cpu.UseUnits(units)
						same(fmt.Sprintf(" with units %d", units))
						restore()
					}
				}
			}
			sizes(check)
			if c.square {
				tall(check)
			}
		})
	}
}

// firstDifference compares bits; any NaN equals any NaN.
func firstDifference(got, want []float64) int {
	for i := range want {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
			return i
		}
	}
	return -1
}

func TestSpecialValues(t *testing.T) {
	special := []float64{
		0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, -math.MaxFloat64,
		math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-600, 0x1p600, 708, -709, 744, -745, 745.2, -746, 749.9, -750, 751, 1e-300, 36.7, -36.8,
	}
	n := len(special)
	eta := slices.Concat(special, special[:n-3])
	for _, level := range cpu.Available()[1:] {
		t.Run(level.String(), func(t *testing.T) {
			run := func(l cpu.Level) []float64 {
				defer cpu.Use(l)()
				out := functionsOf(eta)
				// Every value meets every other in a product.
				x := kernels.Matrix[float64]{Rows: n, Cols: n, Stride: n, Data: make([]float64, n*n)}
				for i := range x.Data {
					x.Data[i] = special[(i/n+i%n)%n]
				}
				dots, update, gram := make([]float64, n), make([]float64, n), make([]float64, n*n)
				kernels.Dots(dots, x, nil, special)
				kernels.Update(update, x, special, special)
				kernels.Sandwich(gram, n, x, special, make([]float64, kernels.TriangleWork(n)))
				for _, v := range special {
					one := []float64{-0.5}
					kernels.Axpy(one, v, []float64{v})
					out = append(out, one[0], kernels.Sum([]float64{v, 1}), kernels.Sum([]float64{v, -v}))
				}
				return slices.Concat(out, dots, update, gram)
			}
			want := run(cpu.Generic)
			got := run(level)
			if at := firstDifference(got, want); at >= 0 {
				t.Errorf("element %d is %x, the definition %x", at, got[at], want[at])
			}
		})
	}
}

// TestEveryLevelIsTested keeps a wrong detection from skipping an
// implementation in silence: the kernel's own list of CPU features says what
// must have been there to test.
func TestEveryLevelIsTested(t *testing.T) {
	if runtime.GOARCH != "amd64" || runtime.GOOS != "linux" {
		t.Logf("SKIPPED: no second opinion on the CPU on %s/%s", runtime.GOOS, runtime.GOARCH)
		return
	}
	if pureGo {
		if got := cpu.Available(); len(got) != 1 {
			t.Errorf("a purego build offers %v", got)
		}
		return
	}
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\nflags")
	line, _, _ := strings.Cut(rest, "\n")
	flags := strings.Fields(line)
	for level, needs := range map[cpu.Level][]string{
		cpu.AVX2:   {"avx2", "fma", "bmi2"},
		cpu.AVX512: {"avx2", "fma", "bmi2", "avx512f", "avx512dq", "avx512bw", "avx512vl"},
	} {
		has := true
		for _, flag := range needs {
			has = has && slices.Contains(flags, flag)
		}
		if has != slices.Contains(cpu.Available(), level) {
			t.Errorf("the CPU's flags say %s: %v; the detection offers %v", level, has, cpu.Available())
		}
		if !has {
			fmt.Fprintf(os.Stderr, "SKIPPED: this machine has no %s; its kernels are not tested here\n", level)
		}
	}
}
