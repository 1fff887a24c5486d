//go:build !race

package memory

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"testing"
)

// status is a line of /proc/self/status, in bytes.
func status(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(name+":")); ok {
			var kibibytes int
			if _, err := fmt.Sscan(string(rest), &kibibytes); err != nil {
				t.Fatal(err)
			}
			return kibibytes << 10
		}
	}
	t.Skipf("no %s in /proc/self/status", name)
	return 0
}

// TestNewMemoryIsNotTouched: huge pages are asked for before the first touch,
// and memory that nobody writes to costs nothing. It takes a process in which
// nothing has been freed.
func TestNewMemoryIsNotTouched(t *testing.T) {
	if os.Getenv("HESSE_FRESH_PROCESS") == "" {
		fresh := exec.Command(os.Args[0], "-test.run", "^TestNewMemoryIsNotTouched$")
		fresh.Env = append(os.Environ(), "HESSE_FRESH_PROCESS=1")
		if out, err := fresh.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	const size = 256 << 20
	before := status(t, "VmRSS")
	s := Slice[float64](size / 8)
	if grown := status(t, "VmRSS") - before; grown > size/8 {
		t.Errorf("%d MiB of %d MiB are in use before anybody has written to them", grown>>20, size>>20)
	}
	runtime.KeepAlive(s)
}

// TestJoiningDoesNotHoldTwice: what is in use at the most is little more than
// what was appended.
func TestJoiningDoesNotHoldTwice(t *testing.T) {
	const size = 256 << 20
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // VmHWM begins anew
		t.Skip(err)
	}
	before := status(t, "VmRSS")
	var b Builder[float64]
	row := make([]float64, 1000)
	for i := range row {
		row[i] = float64(i)
	}
	for b.Len() < size/8 {
		b.Append(row)
	}
	all := b.Join()
	if most := status(t, "VmHWM") - before; most > size*5/4 {
		t.Errorf("%d MiB were in use for %d MiB of numbers", most>>20, size>>20)
	}
	runtime.KeepAlive(all)
}
