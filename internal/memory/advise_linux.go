package memory

import "syscall"

// advise asks for huge pages. A kernel that does not have them says so, and
// that is no reason to fail.
func advise(b []byte) {
	const hugePages = 14 // MADV_HUGEPAGE
	_ = syscall.Madvise(b, hugePages)
}
