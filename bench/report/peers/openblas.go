package peers

import (
	"slices"
	"strings"

	"github.com/ebitengine/purego"
	"github.com/klauspost/cpuid/v2"
)

// openblas is Debian's or that of the wheel scipy-openblas32, which has a
// prefix before its symbols.
var openblas = native{
	name:   "openblas",
	wheels: []string{"lib/python3*/site-packages/scipy_openblas32/lib/libscipy_openblas.so"},
	files: []string{
		"/usr/lib/*/openblas-pthread/libopenblas.so.0", "/usr/lib/*/openblas-openmp/libopenblas.so.0", "libopenblas.so.0", "libopenblas.so",
		"/opt/OpenBLAS/lib/libopenblas.so", "/usr/lib/*/openblas-serial/libopenblas.so.0",
	},
	describe: func(l *library) error {
		if l.symbol("scipy_openblas_get_config") != 0 {
			l.prefix = "scipy_"
		}
		set := l.symbol(l.prefix + "openblas_set_num_threads")
		if set == 0 {
			return errOther
		}
		l.threads = func(n int) { purego.SyscallN(set, uintptr(n)) }
		// OpenBLAS 0.3.34 DYNAMIC_ARCH NO_AFFINITY SkylakeX MAX_THREADS=64
		words := strings.Fields(l.text(l.prefix + "openblas_get_config"))
		if len(words) > 1 {
			l.version = words[1]
		}
		l.version += " (" + l.text(l.prefix+"openblas_get_corename") + ")"
		return nil
	},
	advice: func(version string) string {
		// A processor that is younger than the library gets the kernels of 2004.
		_, core, _ := strings.Cut(version, "(")
		if !slices.Contains([]string{"Prescott", "Core2", "Nehalem", "Generic"}, strings.TrimSuffix(core, ")")) {
			return ""
		}
		switch {
		case cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512DQ, cpuid.AVX512BW, cpuid.AVX512VL):
			return "OPENBLAS_CORETYPE=SkylakeX"
		case cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3):
			return "OPENBLAS_CORETYPE=Haswell"
		}
		return ""
	},
}
