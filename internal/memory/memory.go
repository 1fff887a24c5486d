// Package memory allocates large slices of numbers in ordinary, garbage
// collected memory, so that the machine reads them as fast as it can: aligned
// to cache lines and, where they are large, to huge pages that the operating
// system is asked for.
package memory

import "unsafe"

const (
	line     = 64
	hugePage = 2 << 20
)

// Slice is n zeros. The first is at the start of a cache line; from a few huge
// pages on, at the start of a huge page.
func Slice[T float32 | float64](n int) []T {
	var t T
	size := int(unsafe.Sizeof(t))
	alignment := line
	if n*size >= 2*hugePage {
		alignment = hugePage
	}
	all := make([]T, n+alignment/size)
	start := int(-uintptr(unsafe.Pointer(unsafe.SliceData(all)))&uintptr(alignment-1)) / size
	part := all[start : start+n : start+n]
	if alignment == hugePage {
		whole := n * size &^ (hugePage - 1)
		advise(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(part))), whole))
	}
	return part
}
