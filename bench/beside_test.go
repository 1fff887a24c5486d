package bench

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// TestRoofBesideReadsOn: readings follow one another through the memory, every piece
// once, and begin again where the rest is too short.
func TestRoofBesideReadsOn(t *testing.T) {
	const threads, readings = 2, 3
	buffer := make([]float64, 5<<26/8) // a reading and a quarter
	base := uintptr(unsafe.Pointer(&buffer[0]))
	var mutex sync.Mutex
	seen := make([]int, 5<<26>>16) // how often a piece is read
	p := probe{
		flops64: 1, flops32: 1, peak64: func(int) {}, peak32: func(int) {},
		read: func(x *byte, _ int) {
			mutex.Lock()
			defer mutex.Unlock()
			seen[(uintptr(unsafe.Pointer(x))-base)>>16]++
		},
	}
	b := newRoofBeside(p, threads, Float32, buffer)
	for range readings {
		b.once(false)
	}
	whole := 4 << 26 >> 16
	if slices.Min(seen[:whole]) != readings || slices.Max(seen[:whole]) != readings || slices.Max(seen[whole:]) != 0 {
		t.Errorf("pieces of what fits are read %d to %d times, of the rest %d", slices.Min(seen[:whole]), slices.Max(seen[:whole]), slices.Max(seen[whole:]))
	}
	clear(seen)
	b.once(true) // reads twice, and takes the time of one
	if slices.Min(seen[:whole]) != 2 || slices.Max(seen[:whole]) != 2 || len(b.bandwidths[0]) != readings+1 || len(b.peaks) != readings+1 {
		t.Errorf("after others pieces are read %d to %d times", slices.Min(seen[:whole]), slices.Max(seen[:whole]))
	}
	b.memory, b.each, b.next = b.memory[:4<<16], 1<<15, 0 // four readings
	clear(seen)
	for range readings {
		b.once(false)
	}
	again := threads * readTurns(b.each) // each thread reads half of a piece
	if want := []int{again, again, again, 0}; again <= threads || !slices.Equal(seen[:4], want) {
		t.Errorf("pieces are read %v times, want %v", seen[:4], want)
	}
}

// TestReadersReadAllOnce: whatever the length, every line of it.
func TestReadersReadAllOnce(t *testing.T) {
	memory := make([]byte, 3<<19+5<<10)
	base := uintptr(unsafe.Pointer(&memory[0]))
	for _, length := range []int{1 << 10, 3 << 10, 1 << 16, 1 << 19, len(memory)} {
		seen := make([]int, len(memory)>>9)
		mark := func(x *byte, n int) {
			if n <= 0 || n%512 != 0 || n > callBytes {
				t.Fatalf("a call reads %d bytes", n)
			}
			for at := 0; at < n; at += 512 {
				seen[(uintptr(unsafe.Pointer(x))-base)>>9+uintptr(at)>>9]++
			}
		}
		p := probe{read: mark, readAhead: mark}
		for i, read := range p.readers() {
			read(memory[:length])
			if part := seen[:length>>9]; slices.Min(part) != i+1 || slices.Max(part) != i+1 {
				t.Errorf("reader %d reads %d bytes %d to %d times", i, length, slices.Min(part)-i, slices.Max(part)-i)
			}
		}
		if rest := append(seen[length>>9:], 0); slices.Max(rest) != 0 {
			t.Errorf("of %d bytes, more is read", length)
		}
	}
}

// TestSharesAreOfTheRoofBeside: a result has the roof that its share is of.
func TestSharesAreOfTheRoofBeside(t *testing.T) {
	plan := small()
	plan.Workloads, plan.Columns, plan.Threads, plan.Types, plan.Enough = []string{"gram", "grad"}, []int{3}, []int{2}, []string{Float64}, time.Millisecond
	_, err := Run(context.Background(), plan, func(r Result) error {
		w, _ := find(r.Kernel)
		n := float64(r.Rows)
		want := max(n*w.bytes(r.Columns, size(r.Type))/r.Bandwidth, n*w.flops(r.Columns)/r.Peak)
		if w.loss == nil && r.RoofSeconds != want || !(r.RoofSeconds >= want) || math.IsInf(want, 0) || !(want > 0) {
			t.Errorf("%s: a roof of %g s, want %g", r.Kernel, r.RoofSeconds, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
