package bench

import (
	"slices"
	"sync/atomic"
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
	readers []reader
	dtype   string
	memory  []byte
	each    int // bytes that a thread reads
	next    int // where the next reading begins
	spent   time.Duration

	bandwidths [][]float64 // of each reader
	peaks      []float64
}

// newRoofBeside reads a buffer of at least a kilobyte a thread.
func newRoofBeside(p probe, threads int, dtype string, buffer []float64) *roofBeside {
	const most = 1 << 28
	memory := bytesOf(buffer)
	readers := p.readers()
	return &roofBeside{
		threads: threads, probe: p, readers: readers, dtype: dtype, memory: memory, bandwidths: make([][]float64, len(readers)),
		each: min(most, len(memory)) / threads &^ 1023,
	}
}

// besideOf is that of a case.
func (r *runner) besideOf(c Case) *roofBeside {
	return newRoofBeside(probeOf(cpu.Active()), c.Threads, c.Type, r.buffer)
}

// once measures both, each for some milliseconds: what it takes to begin should not
// count. After others have run memory is read at two thirds of the pace that follows:
// contenders run once before their time is taken, and so what is to be read is read.
func (b *roofBeside) once(afterOthers bool) {
	if afterOthers {
		_, took := b.reading(b.readers[0])
		b.spent += took
	}
	for i, read := range b.readers {
		bytes, took := b.reading(read)
		b.bandwidths[i] = append(b.bandwidths[i], float64(bytes)/took.Seconds())
		b.spent += took
	}
	b.move()

	// The best of some: a processor that is taken away for a moment is away for longer
	// than one of them takes.
	const turns = 4
	calls := 50 * b.threads
	peak, flops := b.probe.peakOf(b.dtype)
	best := 0.0
	for range turns {
		took := b.timed(calls, func(int) { peak(peakTurns) })
		best = max(best, float64(peakTurns*calls)*flops/took.Seconds())
		b.spent += took
	}
	b.peaks = append(b.peaks, best)
}

// move goes on where the last reading has ended, so that little of the next comes from
// a cache.
func (b *roofBeside) move() {
	all := b.threads * b.each
	if b.next += all; b.next+all > len(b.memory) {
		b.next = 0
	}
}

// reading reads a part of the memory.
func (b *roofBeside) reading(read reader) (bytes int, took time.Duration) {
	all := b.threads * b.each
	part := b.memory[b.next:][:all]
	piece, turns := min(1<<20, b.each), readTurns(b.each)
	pieces := all / piece
	took = b.timed(turns*pieces, func(i int) { read(part[i%pieces*piece:][:piece]) })
	return turns * pieces * piece, took
}

// timed is how long pieces take that threads claim one after the other, as those of a
// pass do: where something else runs on a processor, the others do more.
func (b *roofBeside) timed(pieces int, do func(piece int)) time.Duration {
	var claimed atomic.Int64
	start := time.Now()
	Together(b.threads, func(int) {
		for i := int(claimed.Add(1)) - 1; i < pieces; i = int(claimed.Add(1)) - 1 {
			do(i)
		}
	})
	return time.Since(start)
}

// median is what there was, in bytes a second, read in the faster way, and in
// operations a second.
func (b *roofBeside) median() (bandwidth, peak float64) {
	middle := func(v []float64) float64 {
		v = slices.Sorted(slices.Values(v))
		return v[len(v)/2]
	}
	for _, v := range b.bandwidths {
		bandwidth = max(bandwidth, middle(v))
	}
	return bandwidth, middle(b.peaks)
}
