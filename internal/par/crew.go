package par

import (
	"math/bits"
	"runtime"
	"sync/atomic"
	"time"
)

// MaxParts is how many parts a crew takes at a time, at most.
const MaxParts = 16

// A Crew does work of some microseconds on several goroutines, again and again:
// too little for goroutines that are woken for it. Its helpers look out for the
// next work for some time, and end when none comes; so who has no work for them
// keeps no processor busy, and nothing need be closed. The caller takes parts too,
// and never waits for a helper that has not begun.
//
// A crew does one work at a time, and none after one whose Do has panicked. The zero
// Crew, or one of fewer than two Threads, is the caller alone.
type Crew struct {
	Threads int                    // at most, the caller among them; as many in every run
	Do      func(worker, part int) // worker counts from 0, the caller

	// work is the number of the work at hand, above a bit for each part that
	// nobody has taken. A helper that takes a part takes it of the latest work.
	work    atomic.Uint64
	parts   atomic.Int32 // of the work at hand
	pending atomic.Int32 // parts that are not done
	seats   []atomic.Bool
}

const partBits = MaxParts

// patience is how long a helper looks out for more work: longer than what lies
// between two batches, shorter than anybody notices.
const patience = 30 * time.Microsecond

// Run calls Do for parts 0 to n − 1, up to MaxParts of them, and returns when all are done.
func (c *Crew) Run(n int) {
	if n > MaxParts {
		panic("par: more parts than a crew takes")
	}
	helpers := min(c.Threads, n, runtime.GOMAXPROCS(0)) - 1
	if helpers < 1 {
		for part := range n {
			c.Do(0, part)
		}
		return
	}
	c.parts.Store(int32(n))
	c.pending.Store(int32(n))
	c.work.Store((c.work.Load()>>partBits+1)<<partBits | (1<<n - 1))
	if c.seats == nil {
		c.seats = make([]atomic.Bool, c.Threads-1)
	}
	for i := range helpers {
		if c.seats[i].CompareAndSwap(false, true) {
			go c.help(i + 1)
		}
	}
	c.take(0)
	for spins := 0; c.pending.Load() > 0; spins++ {
		if spins > 1000 {
			runtime.Gosched() // a helper that has begun waits for a processor
		}
	}
}

// help takes parts of one work after the other.
func (c *Crew) help(worker int) {
	defer c.seats[worker-1].Store(false)
	var idle time.Time
	for spins := 1; ; spins++ {
		if c.take(worker) {
			spins, idle = 0, time.Time{}
		} else if spins%64 == 0 {
			switch now := time.Now(); {
			case idle.IsZero():
				idle = now
			case now.Sub(idle) > patience:
				return
			}
		}
	}
}

// take does parts of the work at hand until none is left, and tells whether there
// was one. Each worker begins at a place of its own, and so comes to read memory
// that it has had before.
func (c *Crew) take(worker int) (some bool) {
	for {
		work := c.work.Load()
		left := uint16(work)
		if left == 0 {
			return some
		}
		first := worker * int(c.parts.Load()) / c.Threads
		part := (bits.TrailingZeros16(bits.RotateLeft16(left, -first)) + first) % partBits
		if c.work.CompareAndSwap(work, work&^(1<<part)) {
			c.Do(worker, part)
			c.pending.Add(-1)
			some = true
		}
	}
}
