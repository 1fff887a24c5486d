package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/klauspost/cpuid/v2"
	"github.com/seed-0327bdf7/hesse/kernels"
)

type infoCommand struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Help is what kong prints below the usage.
func (*infoCommand) Help() string {
	return `HESSE_ISA=avx2 hesse info shows whether another instruction set can be used here.

    hesse info --json`
}

// info is what the info command tells.
type info struct {
	Version     string   `json:"version"`
	Revision    *string  `json:"revision"` // of the source; null if the build has not recorded it
	Go          string   `json:"go"`
	OS          string   `json:"os"`
	Arch        string   `json:"arch"`
	CPU         string   `json:"cpu"`
	Features    []string `json:"cpu_features"`
	ISAs        []string `json:"isas"` // that can run here, the slowest first
	ISA         string   `json:"isa"`  // that runs
	Wanted      *string  `json:"hesse_isa"`
	LogicalCPUs int      `json:"logical_cpus"`
	Threads     int      `json:"threads"` // of a fit at most, unless it is told otherwise
	Caches      caches   `json:"cache_bytes"`
}

// caches are sizes in bytes, null where they are not known.
type caches struct {
	L1Data        *int `json:"l1_data"`
	L1Instruction *int `json:"l1_instruction"`
	L2            *int `json:"l2"`
	L3            *int `json:"l3"`
}

// version is that of the module, devel if the build has not recorded it.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok || build.Main.Version == "" || build.Main.Version == "(devel)" {
		return "devel"
	}
	return build.Main.Version
}

func revision() *string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, s := range build.Settings {
		if s.Key == "vcs.revision" {
			return &s.Value
		}
	}
	return nil
}

func collectInfo() *info {
	i := &info{
		Version: version(), Revision: revision(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		CPU: cmp.Or(strings.TrimSpace(cpuid.CPU.BrandName), "unknown"), Features: cpuid.CPU.FeatureSet(),
		ISAs: kernels.ISAs(), ISA: kernels.ISA(), LogicalCPUs: runtime.NumCPU(), Threads: runtime.GOMAXPROCS(0),
	}
	if i.Features == nil {
		i.Features = []string{}
	}
	if wanted := os.Getenv("HESSE_ISA"); wanted != "" {
		i.Wanted = &wanted
	}
	known := func(bytes int) *int {
		if bytes <= 0 {
			return nil
		}
		return &bytes
	}
	c := cpuid.CPU.Cache
	i.Caches = caches{known(c.L1D), known(c.L1I), known(c.L2), known(c.L3)}
	return i
}

// Run is called by kong.
func (c *infoCommand) Run(ctx context.Context, con *console) error {
	i := collectInfo()
	text := []byte(i.String())
	if c.JSON {
		text = append(marshal(i), '\n')
	}
	if err := write(ctx, con.stdout, text); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

func (i *info) String() string {
	var b strings.Builder
	line := func(what, format string, values ...any) {
		fmt.Fprintf(&b, "%-9s %s\n", what, fmt.Sprintf(format, values...))
	}
	revision := ""
	if i.Revision != nil {
		revision = ", revision " + *i.Revision
	}
	line("hesse", "%s%s, %s, %s/%s", i.Version, revision, i.Go, i.OS, i.Arch)
	line("CPU", "%s", i.CPU)
	line("features", "%s", strings.Join(vectorFeatures(i.Features), " "))
	why := ""
	if i.Wanted != nil {
		why = ", as HESSE_ISA says"
	}
	line("ISA", "%s in use%s; found: %s", i.ISA, why, strings.Join(i.ISAs, ", "))
	line("threads", "%d in use of %d logical CPUs", i.Threads, i.LogicalCPUs)
	line("caches", "L1 data %s, L1 instructions %s, L2 %s, L3 %s",
		size(i.Caches.L1Data), size(i.Caches.L1Instruction), size(i.Caches.L2), size(i.Caches.L3))
	return b.String()
}

// vectorFeatures are those features that matter to arithmetic on vectors.
func vectorFeatures(all []string) []string {
	list := []string{}
	for _, f := range all {
		for _, prefix := range []string{"AVX", "FMA", "BMI", "AMX", "F16C", "ASIMD", "SVE"} {
			if strings.HasPrefix(f, prefix) {
				list = append(list, f)
				break
			}
		}
	}
	return list
}

// size is a number of bytes in words.
func size(bytes *int) string {
	switch {
	case bytes == nil:
		return "unknown"
	case *bytes >= 1<<20 && *bytes%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", *bytes>>20)
	}
	return fmt.Sprintf("%d KiB", *bytes>>10)
}
