package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/bench"
)

// TestTimeLeft: it starts with what is expected, and follows a machine that is
// slower than that.
func TestTimeLeft(t *testing.T) {
	plan := bench.Plan{Workloads: []string{"gram"}, Columns: []int{1, 2, 3, 4, 5}, Threads: []int{1, 2}, Types: []string{bench.Float64},
		Bytes: 1 << 20, Enough: time.Minute, Within: 100 * time.Second}
	for _, terminal := range []bool{false, true} {
		var out bytes.Buffer
		b := newBar(&out, terminal, []bench.Plan{plan, plan})
		clock := time.Now()
		start := clock
		b.now = func() time.Time { return clock }
		for step, want := range []string{"3 minutes", "6 minutes", "4 minutes"} { // twice as slow as expected
			if step == 1 {
				b.progress(9, 10, bench.Case{Kernel: "gram", Type: bench.Float64, Columns: 5, Threads: 2})
				b.next()
				clock = start.Add(400 * time.Second)
				b.progress(0, 10, bench.Case{Kernel: "gram", Type: bench.Float64, Columns: 1, Threads: 1})
			} else {
				clock = clock.Add(between * time.Duration(step))
				b.progress(step, 10, bench.Case{Kernel: "gram", Type: bench.Float64, Columns: 1, Threads: 1})
			}
			if said := out.String(); terminal && !strings.Contains(said, want) {
				t.Errorf("step %d: %q does not say %q", step, said, want)
			}
		}
		if terminal {
			continue
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 2 || !strings.HasPrefix(lines[0], "50 % done, about ") || !strings.HasSuffix(lines[0], "gram float64, p = 1, 1 thread") {
			t.Errorf("%q", lines)
		}
	}
}
