package memory

import "sync"

// leastSpare is from how many numbers on slices are kept: 256 KiB. New memory of a megabyte
// costs the system half a millisecond, page by page, which is what a processor takes to add
// up the Hessian of a hundred rows of 500 columns.
const leastSpare = 1 << 15

// spares are pools of slices by their length. The collector empties them.
var spares sync.Map

// Lend is [Slice], from what was given back if there is any of this length.
func Lend(n int) []float64 {
	if pool, ok := spares.Load(n); ok {
		if s, ok := pool.(*sync.Pool).Get().(*[]float64); ok {
			Clear(*s)
			return *s
		}
	}
	return Slice[float64](n)
}

// GiveBack takes a slice that was lent and that nobody uses any more. A short one is left to
// the collector.
func GiveBack(s []float64) {
	if len(s) < leastSpare {
		return
	}
	pool, ok := spares.Load(len(s))
	if !ok {
		pool, _ = spares.LoadOrStore(len(s), &sync.Pool{})
	}
	pool.(*sync.Pool).Put(&s)
}
