package memory

import (
	"runtime"
	"testing"
	"unsafe"
)

func TestSlicesAreAlignedAndZero(t *testing.T) {
	for _, n := range []int{0, 1, 7, 1000, 1 << 19, 1<<20 + 3} {
		check(t, Slice[float64](n), n, 8)
		check(t, Slice[float32](n), n, 4)
	}
}

func check[T Float](t *testing.T, s []T, n, size int) {
	t.Helper()
	if len(s) != n || cap(s) != n {
		t.Fatalf("length %d, capacity %d, want %d", len(s), cap(s), n)
	}
	alignment := uintptr(line)
	if n*size >= 2*hugePage {
		alignment = hugePage
	}
	if at := uintptr(unsafe.Pointer(unsafe.SliceData(s))); n > 0 && at%alignment != 0 {
		t.Errorf("%d elements of %d bytes at %#x", n, size, at)
	}
	for i, v := range s {
		if v != 0 {
			t.Fatalf("element %d is %v", i, v)
		}
	}
}

// TestSlicesAreCollected: the memory is the collector's like any other.
func TestSlicesAreCollected(t *testing.T) {
	const bytes, rounds = 64 << 20, 40
	var keep []float64
	for range rounds {
		keep = Slice[float64](bytes / 8)
		keep[0] = 1
	}
	runtime.KeepAlive(keep)
	keep = nil
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > rounds/2*bytes {
		t.Errorf("%d MiB are held after %d slices of %d MiB", m.HeapAlloc>>20, rounds, bytes>>20)
	}
}
