package story

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/klauspost/cpuid/v2"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// A Machine is what the figures are true of.
type Machine struct {
	CPU      string   `json:"cpu"`
	CPUs     int      `json:"logical_cpus"`
	L1       int      `json:"l1_data_bytes"`
	L2       int      `json:"l2_bytes"`
	L3       int      `json:"l3_bytes"`
	Memory   string   `json:"memory"`
	Virtual  bool     `json:"virtual"`
	System   string   `json:"system"`
	Pages    string   `json:"huge_pages"`
	Governor string   `json:"governor"`
	Go       string   `json:"go"`
	Revision string   `json:"revision"`
	ISA      string   `json:"isa"`
	ISAs     []string `json:"isas"`
}

// ThisMachine asks the processor and the system.
func ThisMachine() Machine {
	c := cpuid.CPU
	return Machine{
		CPU: cmp.Or(strings.TrimSpace(c.BrandName), "unknown"), CPUs: runtime.NumCPU(),
		L1: max(0, c.Cache.L1D), L2: max(0, c.Cache.L2), L3: max(0, c.Cache.L3), Virtual: c.VM(),
		Memory:   memory(),
		System:   runtime.GOOS + "/" + runtime.GOARCH + " " + file("/proc/sys/kernel/osrelease"),
		Pages:    chosen(file("/sys/kernel/mm/transparent_hugepage/enabled")),
		Governor: cmp.Or(file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), "unknown"),
		Go:       runtime.Version(), Revision: revision(), ISA: kernels.ISA(), ISAs: kernels.ISAs(),
	}
}

// file is what a file of the system says, or nothing.
func file(path string) string {
	text, _ := os.ReadFile(path)
	return strings.TrimSpace(string(text))
}

// chosen is the word in brackets among those that can be chosen.
func chosen(words string) string {
	_, after, _ := strings.Cut(words, "[")
	word, _, _ := strings.Cut(after, "]")
	return cmp.Or(word, "unknown")
}

func memory() string {
	for line := range strings.Lines(file("/proc/meminfo")) {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, "MemTotal: %f kB", &kilobytes); n == 1 {
			return fmt.Sprintf("%.1f GiB", kilobytes/(1<<20))
		}
	}
	return "unknown"
}

func revision() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, changed := "unknown", ""
	for _, s := range build.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ", with changes"
		}
	}
	return revision + changed
}

// Caches is the sizes in words.
func (m Machine) Caches() string {
	return fmt.Sprintf("L1 %s, L2 %s, L3 %s", size(m.L1), size(m.L2), size(m.L3))
}

func size(bytes int) string {
	switch {
	case bytes == 0:
		return "unknown"
	case bytes >= 1<<20:
		return fmt.Sprintf("%.4g MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%.4g KiB", float64(bytes)/(1<<10))
}
