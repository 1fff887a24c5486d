package peers

import (
	"strings"

	"github.com/ebitengine/purego"
)

// blis is the reference implementation, aocl AMD's: the same interface, told
// apart by their versions.
var (
	blis = native{
		name: "blis",
		files: []string{
			"/usr/lib/*/blis-pthread/libblis.so.4", "/usr/lib/*/blis-openmp/libblis.so.4", "libblis.so.5", "libblis.so.4", "libblis.so",
			"/usr/local/lib/libblis.so", "/usr/lib/*/blis-serial/libblis.so.4",
		},
		describe: func(l *library) error { return describeBLIS(l, false) },
	}
	aocl = native{
		name: "aocl-blis",
		files: []string{
			"/opt/AMD/aocl/*/*/lib_LP64/libblis-mt.so", "/opt/AMD/aocl/*/*/lib/libblis-mt.so", "/opt/AMD/aocl/*/lib/libblis-mt.so",
			"libblis-mt.so.5", "libblis-mt.so.4", "libblis-mt.so",
		},
		describe: func(l *library) error { return describeBLIS(l, true) },
	}
)

func describeBLIS(l *library, amd bool) error {
	set, query, name := l.symbol("bli_thread_set_num_threads"), l.symbol("bli_arch_query_id"), l.symbol("bli_arch_string")
	version := l.text("bli_info_get_version_str")
	if set == 0 || query == 0 || name == 0 || version == "" || strings.Contains(version, "AOCL") != amd {
		return errOther
	}
	l.threads = func(n int) { purego.SyscallN(set, uintptr(n)) }
	id, _, _ := purego.SyscallN(query)
	var arch func(uintptr) string
	purego.RegisterFunc(&arch, name)
	// 0.9.0, or AOCL-BLAS 5.2.2 Build 20261122
	for _, word := range strings.Fields(version) {
		if strings.ContainsAny(word[:1], "0123456789") {
			l.version = word + " (" + arch(id) + ")"
			return nil
		}
	}
	l.version = version
	return nil
}
