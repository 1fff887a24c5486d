package leak

import (
	"math"
	"runtime"
	"runtime/metrics"
)

// Started is how many goroutines a call starts: the least of several calls, for
// the runtime starts some of its own.
func Started(call func()) uint64 {
	runtime.GC() // which starts them first
	least := uint64(math.MaxUint64)
	for range 3 {
		before := created()
		call()
		least = min(least, created()-before)
	}
	return least
}

func created() uint64 {
	sample := []metrics.Sample{{Name: "/sched/goroutines-created:goroutines"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
