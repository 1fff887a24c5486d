package bench

import (
	"slices"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
)

// A roofBeside is the roof as it is while a case is measured: between its runs
// memory is read and multiply-adds are done, with as many threads. Others use the
// machine too, and what they leave changes from second to second; a share of what
// was there a minute ago says more about them than about a kernel.
type roofBeside struct {
	threads int
	probe   probe
	dtype   string
	memory  []byte
	each    int // bytes that a thread reads
	next    int // where the next reading begins
	spent   time.Duration

	bandwidths, peaks []float64
}

// newRoofBeside reads a buffer of at least a kilobyte a thread.
func newRoofBeside(p probe, threads int, dtype string, buffer []float64) *roofBeside {
	const most = 1 << 28
	memory := bytesOf(buffer)
	return &roofBeside{threads: threads, probe: p, dtype: dtype, memory: memory, each: min(most, len(memory)) / threads &^ 1023}
}

// besideOf is that of a case.
func (r *runner) besideOf(c Case) *roofBeside {
	return newRoofBeside(probeOf(cpu.Active()), c.Threads, c.Type, r.buffer)
}

// once measures both, each for some milliseconds: what it takes to begin should not
// count. A reading goes on where the last one has ended, so that little of it comes
// from a cache.
func (b *roofBeside) once() {
	start := time.Now()
	if b.next+b.threads*b.each > len(b.memory) {
		b.next = 0
	}
	turns := readTurns(b.each)
	readParts(b.threads, turns, b.memory[b.next:], b.each, b.probe.read)
	b.next += b.threads * b.each
	read := time.Since(start)
	b.bandwidths = append(b.bandwidths, float64(b.threads*turns*b.each)/read.Seconds())

	const calls = 100
	peak, flops := b.probe.peakOf(b.dtype)
	multiply(b.threads, calls, peak)
	b.spent += time.Since(start)
	b.peaks = append(b.peaks, float64(b.threads*peakTurns*calls)*flops/(time.Since(start)-read).Seconds())
}

// median is what there was, in bytes and in operations a second.
func (b *roofBeside) median() (bandwidth, peak float64) {
	middle := func(v []float64) float64 {
		v = slices.Sorted(slices.Values(v))
		return v[len(v)/2]
	}
	return middle(b.bandwidths), middle(b.peaks)
}
