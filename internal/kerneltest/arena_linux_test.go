package kerneltest

import (
	"syscall"
	"testing"
	"unsafe"
)

const pageBytes = 4096

// An arena is memory between two pages that fault when touched.
type arena struct{ inner []byte }

func newArena(t testing.TB, bytes int) *arena {
	t.Helper()
	size := (bytes + pageBytes - 1) / pageBytes * pageBytes
	whole, err := syscall.Mmap(-1, 0, size+2*pageBytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatalf("mmap: %v", err)
	}
	t.Cleanup(func() { syscall.Munmap(whole) })
	for _, guard := range [][]byte{whole[:pageBytes], whole[pageBytes+size:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatalf("mprotect: %v", err)
		}
	}
	return &arena{whole[pageBytes : pageBytes+size]}
}

// elements is n elements that touch the guard page below them or the one
// above. An empty slice points at the guard.
func elements[T any](a *arena, n int, above bool) []T {
	var t T
	bytes := n * int(unsafe.Sizeof(t))
	if bytes > len(a.inner) {
		panic("kerneltest: arena too small")
	}
	if n == 0 {
		return []T{}
	}
	start := 0
	if above {
		start = len(a.inner) - bytes
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&a.inner[start])), n)
}
