package bench

import (
	"syscall"
	"unsafe"
)

// plainBuffer is a buffer in small pages, whatever the system prefers, and
// what gives it back.
func plainBuffer(bytes int) (buffer []float64, free func()) {
	const smallPages = 15 // MADV_NOHUGEPAGE
	all, err := syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return Buffer(bytes), func() {}
	}
	_ = syscall.Madvise(all, smallPages)
	buffer = unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(all))), bytes/8)
	touch(buffer)
	return buffer, func() { _ = syscall.Munmap(all) }
}
