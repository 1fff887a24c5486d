package main

import (
	"bytes"
	"testing"

	"golang.org/x/perf/benchfmt"

	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// TestBenchFormat: the reader of benchstat takes every line, finds every key
// and the units.
func TestBenchFormat(t *testing.T) {
	s := story.Made()
	var out bytes.Buffer
	print := benchFormat(&out, s.Peers)
	lines := 0
	for _, r := range s.Results {
		if err := print(r); err != nil {
			t.Fatal(err)
		}
		lines += 1 + len(r.Peers)
	}
	read := 0
	for reader := benchfmt.NewReader(&out, "results.bench"); reader.Scan(); {
		switch r := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Error(r)
		case *benchfmt.Result:
			read++
			for _, key := range []string{"goos", "goarch", "pkg", "cpu"} {
				if r.GetConfig(key) == "" {
					t.Errorf("%s: no %s", r.Name, key)
				}
			}
			_, parts := r.Name.Parts()
			var keys []byte
			for _, part := range parts {
				before, _, _ := bytes.Cut(part, []byte("="))
				keys = append(keys, before...)
			}
			if got := string(keys); got != "/kernel/dtype/n/p/library-1" && got != "/kernel/dtype/n/p/library-2" {
				t.Errorf("%s: keys %s", r.Name, got)
			}
			for _, unit := range []string{"sec/op", "min-sec/op", "%roof"} {
				if v, ok := r.Value(unit); !ok || v <= 0 {
					t.Errorf("%s: %v %s", r.Name, v, unit)
				}
			}
		}
	}
	if read != lines {
		t.Errorf("%d of %d lines", read, lines)
	}
}
