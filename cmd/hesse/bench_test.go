package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestBenchPrintsOneObjectALine(t *testing.T) {
	got := hesse(t, "", "bench", "gram", "grad", "--p", "3", "--n", "2000", "--threads", "1", "--size", "2", "--json")
	if got.code != 0 {
		t.Fatalf("status %d: %s", got.code, got.stderr)
	}
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), got.stdout)
	}
	for i, line := range lines {
		var r struct {
			Kernel string
			N, P   int
			Peers  []struct{ Name string }
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Kernel != []string{"gram", "grad"}[i] || r.N != 2000 || r.P != 3 || len(r.Peers) != 1 || r.Peers[0].Name != "gonum" {
			t.Errorf("%s", line)
		}
	}
	if !strings.Contains(got.stderr, "roof of 1 thread") {
		t.Errorf("no roof on standard error: %s", got.stderr)
	}
}

func TestBenchRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, args := range [][]string{{"gramm"}, {"--p", "0"}, {"--dtype", "float16"}, {"--threads", "0"}, {"--n", "0"}} {
		got := hesse(t, "", append([]string{"bench"}, args...)...)
		if got.code != exitUsage || got.stdout != "" || !strings.HasPrefix(got.stderr, "hesse: ") {
			t.Errorf("%v: status %d, %q, %q", args, got.code, got.stdout, got.stderr)
		}
	}
}
