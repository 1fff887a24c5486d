package story

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/bench"
)

func TestBestIsTheFastestPeer(t *testing.T) {
	r := made("gram", bench.Float64, 100, 10, 1)
	if best, ok := Best(r); !ok || best.Name != "numpy" {
		t.Errorf("%+v", best)
	}
	if _, ok := Best(bench.Result{}); ok {
		t.Error("the best of nobody")
	}
	if got, ok := Of(r, "gonum"); !ok || got.Share < 0.29 || got.Share > 0.31 {
		t.Errorf("%+v", got)
	}
	if _, ok := Of(r, "openblas"); ok {
		t.Error("a wrong answer has a time")
	}
}

func TestLibrariesHaveATime(t *testing.T) {
	s := Made()
	if got := strings.Join(s.Libraries(s.Results), " "); got != "hesse gonum numpy" {
		t.Error(got)
	}
}

func TestMachineIsDescribed(t *testing.T) {
	m := ThisMachine()
	if m.CPU == "" || m.CPUs < 1 || m.ISA == "" || len(m.ISAs) == 0 || !strings.HasPrefix(m.Go, "go") || m.Memory == "" {
		t.Errorf("%+v", m)
	}
	if got := Made().Machine.Caches(); got != "L1 32 KiB, L2 1 MiB, L3 32 MiB" {
		t.Error(got)
	}
	if got := chosen("always [madvise] never"); got != "madvise" {
		t.Error(got)
	}
}

func TestStoryIsJSON(t *testing.T) {
	text, err := json.Marshal(Made())
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"machine", "survey", "roofs", "peers", "missing", "warnings", "results", "refused", "read_bytes_per_second", "roof_fraction"} {
		if !strings.Contains(string(text), `"`+field+`":`) {
			t.Errorf("no field %s", field)
		}
	}
}

func TestSummaries(t *testing.T) {
	s := Made()
	all := s.Summaries()
	if want := len(bench.Workloads())*4 + len(bench.Fits()); len(all) != want {
		t.Fatalf("%d summaries, want %d", len(all), want)
	}
	// Of p = 1, 10, 100, 2000 numpy is missing at the first, and twice as fast as we are elsewhere.
	if got := all[0]; got.Cases != 4 || got.Compared != 4 || got.Ahead != 1 || got.Rival != "numpy" || got.Speed != 0.5 || got.MostSpeed != 3 {
		t.Errorf("%+v", got)
	}
	s.Results = []bench.Result{{Kernel: "gram", RoofFraction: 0.5}}
	if got := s.Summaries()[0]; got.Compared != 0 || got.Share != 0.5 {
		t.Errorf("%+v", got)
	}
}
