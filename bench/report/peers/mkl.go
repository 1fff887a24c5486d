package peers

import (
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// mkl is the wheel of that name, or an installation of oneAPI.
var mkl = native{
	name:   "mkl",
	wheels: []string{"lib/libmkl_rt.so*"},
	files: []string{
		"/opt/intel/oneapi/mkl/latest/lib/libmkl_rt.so*", "/opt/intel/oneapi/mkl/latest/lib/intel64/libmkl_rt.so*",
		"libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so",
	},
	describe: func(l *library) error {
		set, version := l.symbol("MKL_Set_Num_Threads"), l.symbol("MKL_Get_Version_String")
		if set == 0 || version == 0 {
			return errOther
		}
		if dynamic := l.symbol("MKL_Set_Dynamic"); dynamic != 0 {
			purego.SyscallN(dynamic, 0) // as many threads as it is told
		}
		l.threads = func(n int) { purego.SyscallN(set, uintptr(n)) }
		text := make([]byte, 256)
		purego.SyscallN(version, uintptr(unsafe.Pointer(&text[0])), uintptr(len(text)))
		// Intel(R) oneAPI Math Kernel Library Version 2026.2-Product Build … for Intel(R) 64 architecture applications
		said, _, _ := strings.Cut(string(text), "\x00")
		_, said, _ = strings.Cut(said, "Version ")
		l.version, _, _ = strings.Cut(said, "-")
		if branch := l.symbol("MKL_CBWR_Get_Auto_Branch"); branch != 0 {
			id, _, _ := purego.SyscallN(branch)
			if name, known := mklBranches[int32(id)]; known {
				l.version += " (" + name + ")"
			}
		}
		return nil
	},
}

// mklBranches are the numbers in mkl_types.h.
var mklBranches = map[int32]string{
	3: "compatible", 4: "SSE2", 5: "SSE3", 6: "SSSE3", 7: "SSE4.1", 8: "SSE4.2", 9: "AVX", 10: "AVX2", 11: "AVX-512 MIC", 12: "AVX-512",
	13: "AVX-512 MIC E1", 14: "AVX-512 E1",
}
