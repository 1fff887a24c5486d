package kernels

import "unsafe"

// A fetcher spreads what is fetched ahead of its use over the rows of the tiles
// that are computed meanwhile: memory that is asked for all at once is refused,
// and caches would lose it again before its time.
type fetcher[T Float] struct {
	rest []T
	idle *T  // what is fetched when nothing is left: it is in cache
	step int // bytes for each row of a tile
}

// newFetcher spreads memory over a number of rows of tiles.
func newFetcher[T Float](memory []T, idle *T, rows int) fetcher[T] {
	return fetcher[T]{rest: memory, idle: idle, step: (len(memory)*elementBytes[T]() + rows - 1) / rows}
}

// next is where n rows of a tile fetch from, and how many bytes each.
func (f *fetcher[T]) next(n int) (ahead *T, step int) {
	if len(f.rest) == 0 {
		return f.idle, 0
	}
	ahead = &f.rest[0]
	f.rest = f.rest[min(n*f.step/elementBytes[T](), len(f.rest)):]
	return ahead, f.step
}

func elementBytes[T Float]() int {
	var t T
	return int(unsafe.Sizeof(t))
}
