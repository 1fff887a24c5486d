//go:build !linux

package memory

// advise does nothing: only Linux is asked for huge pages.
func advise([]byte) {}

// release does nothing: the collector will.
func release[T Float]([]T) {}
