// Package memory allocates large slices of numbers in ordinary, garbage
// collected memory, so that the machine reads them as fast as it can: aligned
// to cache lines and, where they are large, to huge pages that the operating
// system is asked for.
package memory

import "unsafe"

// Float is the type of numbers.
type Float interface{ float32 | float64 }

const (
	line     = 64
	hugePage = 2 << 20
)

// Slice is n zeros. The first is at the start of a cache line; from 4 MiB on,
// at the start of a huge page.
//
// Linux gives huge pages to who asks (/sys/kernel/mm/transparent_hugepage/enabled
// is "madvise"), to all ("always": then the alignment is what is gained), or to
// none ("never"). It must be asked before a page is first touched. That is so
// for memory which is new to the program: make knows that it is zero and leaves
// it alone. What a collector has freed and hands out again is zeroed by make;
// it keeps the pages it had, huge ones if Slice asked for them before.
func Slice[T Float](n int) []T {
	size := sizeOf[T]()
	alignment := line
	if n*size >= 2*hugePage {
		alignment = hugePage
	}
	all := make([]T, n+alignment/size)
	start := int(-address(all)&uintptr(alignment-1)) / size
	part := all[start : start+n : start+n]
	if alignment == hugePage {
		advise(within(part, hugePage))
	}
	return part
}

func sizeOf[T Float]() int {
	var t T
	return int(unsafe.Sizeof(t))
}

func address[T Float](s []T) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(s))) }

// within is the whole pages of a slice.
func within[T Float](s []T, page int) []byte {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*sizeOf[T]())
	start := min(int(-address(s)&uintptr(page-1)), len(bytes))
	return bytes[start : start+(len(bytes)-start)&^(page-1)]
}
