package peers

import (
	"testing"

	"github.com/seed-0327bdf7/hesse/bench"
)

// TestRoutines: whatever library is here has our answers, and one that has none
// says so.
func TestRoutines(t *testing.T) {
	found := []*Process{plant(t, "honest")}
	for _, name := range Natives() {
		if p, err := Native(name, "", environment); err == nil {
			t.Cleanup(p.Close)
			found = append(found, p)
		}
	}
	for _, p := range found {
		for _, name := range bench.Routines() {
			for _, dtype := range []string{bench.Float64, bench.Float32} {
				if name == "potrf" { // ours leaves its factor elsewhere, and BLIS has none
					continue
				}
				c := bench.Call{Routine: name, Type: dtype, M: 21, N: 34, K: 13, Threads: 1}
				ours, err := bench.OurCall(c)
				if err != nil {
					t.Fatal(err)
				}
				theirs, err := p.Routine(c)
				if err != nil {
					t.Errorf("%s: %s: %v", p.Name(), name, err)
					continue
				}
				sum, size, _ := ours.Answer()
				other, _, err := theirs.Answer()
				if err == nil {
					err = c.Agree(sum, other, size)
				}
				if err != nil {
					t.Errorf("%s: %s, %s: %v", p.Name(), name, dtype, err)
				}
				if took, err := theirs.Time(3); err != nil || took <= 0 {
					t.Errorf("%s: %s: %v, %v", p.Name(), name, took, err)
				}
			}
		}
		if _, err := p.Routine(bench.Call{Routine: "gemmm", Type: bench.Float64, M: 1, N: 1, K: 1, Threads: 1}); err == nil {
			t.Errorf("%s: takes a routine that there is not", p.Name())
		}
	}
}
