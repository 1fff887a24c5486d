package bench

import (
	"github.com/seed-0327bdf7/hesse/internal/cpu"
)

// A Survey is what the machine can do, beyond the roof of one instruction set:
// the peak of each, and the bandwidth of each level of memory.
type Survey struct {
	Peaks []Peak `json:"peaks"`
	Reads []Read `json:"reads"`
}

// A Peak is the rate of multiply-adds that do nothing else.
type Peak struct {
	ISA     string  `json:"isa"`
	Type    string  `json:"dtype"`
	Threads int     `json:"threads"`
	FLOPS   float64 `json:"flops"`
}

// A Read is the rate at which memory is read, over and over.
type Read struct {
	Memory    string  `json:"memory"` // L1, L2, L3 or DRAM
	Pages     string  `json:"pages"`  // huge or plain; whether the system has huge ones to give is its business
	Threads   int     `json:"threads"`
	Bytes     int     `json:"bytes"` // of each thread
	Bandwidth float64 `json:"read_bytes_per_second"`
}

// Caches are sizes in bytes, zero where they are not known. L3 is that of all
// threads together.
type Caches struct{ L1, L2, L3 int }

// L3Part is how much of the last-level cache each of some threads can count on:
// an eighth of it, since others on the host of a virtual machine use it too, but
// what the caches before it do not hold. It is zero if the cache is not known.
func (c Caches) L3Part(threads int) int {
	return max(c.L3/8/threads, min(3*c.L2, c.L3/2/threads))
}

// NewSurvey measures with each number of threads. dram is how many bytes are
// read where no cache is to help.
func NewSurvey(threads []int, caches Caches, dram int) Survey {
	var s Survey
	for _, level := range cpu.Available() {
		p := probeOf(level)
		for _, t := range threads {
			s.Peaks = append(s.Peaks,
				Peak{level.String(), Float64, t, rate(t, p.peak64, p.flops64)},
				Peak{level.String(), Float32, t, rate(t, p.peak32, p.flops32)})
		}
	}
	readers := probeOf(cpu.Active()).readers()
	for _, pages := range []string{"huge", "plain"} {
		buffer := Buffer(dram)
		free := func() {}
		if pages == "plain" {
			buffer, free = plainBuffer(dram)
		}
		bytes := bytesOf(buffer)
		for _, t := range threads {
			// Half of a core's own cache, so that nothing else in it matters.
			for _, m := range []struct {
				name  string
				bytes int // of a thread
			}{{"L1", caches.L1 / 2}, {"L2", caches.L2 / 2}, {"L3", caches.L3Part(t)}, {"DRAM", len(bytes) / t}} {
				if m.bytes = min(m.bytes, len(bytes)/t) &^ 1023; m.bytes > 0 {
					s.Reads = append(s.Reads, Read{m.name, pages, t, m.bytes, bandwidth(readers, t, bytes[:t*m.bytes])})
				}
			}
		}
		free()
	}
	return s
}
