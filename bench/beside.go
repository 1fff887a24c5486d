package bench

import (
	"slices"
	"time"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
)

// A roofBeside is the roof as it is while a case is measured: between its runs
// memory is read and multiply-adds are done, with as many threads. Others use the
// machine too, and what they leave changes from second to second; a share of what
// was there a minute ago says more about them than about a kernel.
type roofBeside struct {
	threads int
	probe   probe
	peak    func(turns int)
	flops   float64 // of a turn
	memory  []byte
	next    int // where the next reading begins

	bandwidths, peaks []float64
}

func newRoofBeside(threads int, dtype string, buffer []float64) *roofBeside {
	b := &roofBeside{
		threads: threads, probe: probeOf(cpu.Active()),
		memory: unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(buffer))), 8*len(buffer)),
	}
	b.peak, b.flops = b.probe.peak64, b.probe.flops64
	if dtype == Float32 {
		b.peak, b.flops = b.probe.peak32, b.probe.flops32
	}
	return b
}

// once measures both, for about as long as a run, so that what it takes to begin
// counts no more. A reading goes on where the last one has ended: what it finds in a
// cache is little.
func (b *roofBeside) once() {
	const most, step = 1 << 28, 1 << 16
	each := min(most, len(b.memory)) / b.threads &^ (step - 1)
	if b.next+b.threads*each > len(b.memory) {
		b.next = 0
	}
	from := b.next
	b.next += b.threads * each
	start := time.Now()
	together(b.threads, func(thread int) {
		part := b.memory[from+thread*each:][:each]
		for lo := 0; lo < each; lo += step {
			b.probe.read(part[lo : lo+step])
		}
	})
	b.bandwidths = append(b.bandwidths, float64(b.threads*each)/time.Since(start).Seconds())

	const turns, calls = 10_000, 100 // a call may not take long: nothing stops it
	start = time.Now()
	together(b.threads, func(int) {
		for range calls {
			b.peak(turns)
		}
	})
	b.peaks = append(b.peaks, float64(b.threads*turns*calls)*b.flops/time.Since(start).Seconds())
}

// median is what there was, in bytes and in operations a second.
func (b *roofBeside) median() (bandwidth, peak float64) {
	middle := func(v []float64) float64 {
		v = slices.Sorted(slices.Values(v))
		return v[len(v)/2]
	}
	return middle(b.bandwidths), middle(b.peaks)
}
