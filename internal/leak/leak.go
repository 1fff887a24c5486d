// Package leak tells tests whether goroutines outlive a call, and how many it
// starts.
package leak

import (
	"runtime"
	"testing"
	"time"
)

// None fails the test if f leaves goroutines behind. One that has done its
// work may need a moment to be gone.
func None(t *testing.T, f func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	f()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}
