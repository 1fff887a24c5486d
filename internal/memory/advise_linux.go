package memory

import (
	"os"
	"syscall"
)

// advise asks for huge pages. A kernel that does not have them says so, and
// that is no reason to fail.
func advise(b []byte) {
	const hugePages = 14 // MADV_HUGEPAGE
	_ = syscall.Madvise(b, hugePages)
}

// release gives the memory of a slice back to the system at once, where the
// collector would do so later. The slice reads as zeros, or anything, and must
// not be used any more. To the collector it is an object like any other.
func release[T Float](s []T) {
	if whole := within(s, os.Getpagesize()); len(whole) > 0 {
		_ = syscall.Madvise(whole, syscall.MADV_DONTNEED)
	}
}
