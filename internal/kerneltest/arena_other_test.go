//go:build !linux

package kerneltest

import "testing"

// An arena is ordinary memory: guard pages are tested on Linux.
type arena struct{}

func newArena(t testing.TB, bytes int) *arena {
	t.Log("no guard pages on this operating system")
	return &arena{}
}

func elements[T any](a *arena, n int, above bool) []T { return make([]T, n) }
