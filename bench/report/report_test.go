package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/peers"
)

func TestMain(m *testing.M) {
	peers.ServeIfAsked()
	os.Exit(m.Run())
}

func report(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(context.Background(), args, &out, &errs, false)
	return status, out.String(), errs.String()
}

// TestReportWithoutPeers: with nothing installed a report is whole, and says what
// is missing.
func TestReportWithoutPeers(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	status, stdout, stderr := report("gram", "grad", "fit-gaussian", "--p", "3,9", "--n", "700", "--threads", "1,2", "--dtype", "float64,float32",
		"--size", "1", "--quick", "--json", "--out", folder, "--environment", "nowhere", "--library", "openblas=/nowhere,blis=/nowhere,aocl-blis=/nowhere,mkl=/nowhere")
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if len(lines) != 3*2*2*2 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{"kernel", "dtype", "n", "p", "threads", "isa", "seconds", "gflops", "gbytes_per_second", "roof_fraction", "peers"} {
			if r[field] == nil {
				t.Errorf("no field %s in %s", field, line)
			}
		}
		for _, p := range r["peers"].([]any) {
			for _, field := range []string{"name", "version", "seconds", "ratio"} {
				if p.(map[string]any)[field] == nil {
					t.Errorf("no field %s of a peer in %s", field, line)
				}
			}
		}
	}
	for _, want := range []string{"peer: gonum", "missing: openblas", "missing: mkl", "missing: numpy", "make bench-peers", "peak: ", "read: L1", "roof of 1 thread"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is not in %s", want, stderr)
		}
	}
	for _, file := range []string{"report.json", "results.jsonl", "results.bench", "results.txt", "report.html", "roofline-float64-1-thread.svg", "share-gram-float32-2-threads.png"} {
		if _, err := os.Stat(filepath.Join(folder, file)); err != nil {
			t.Error(err)
		}
	}
	again := t.TempDir()
	if status, _, stderr := report("--from", filepath.Join(folder, "report.json"), "--out", again); status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	for _, file := range []string{"report.json", "report.html", "speed-up-float64-1-thread.svg"} {
		first, _ := os.ReadFile(filepath.Join(folder, file))
		second, _ := os.ReadFile(filepath.Join(again, file))
		if len(first) == 0 || !bytes.Equal(first, second) {
			t.Errorf("%s made again from report.json: %d bytes, were %d", file, len(second), len(first))
		}
	}
}

func TestFormats(t *testing.T) {
	args := []string{"grad", "--p", "3", "--n", "700", "--threads", "1", "--size", "1", "--quick", "--peers", "gonum"}
	_, table, _ := report(args...)
	if !strings.HasPrefix(table, "kernel ") || !strings.Contains(table, "gonum ") {
		t.Errorf("%s", table)
	}
	_, text, _ := report(append(args, "--format", "bench")...)
	want := regexp.MustCompile(`^(?s:goos: .*\n)Benchmark/kernel=grad/dtype=float64/n=700/p=3/library=hesse-1\t\d+\t\d+ ns/op\t\d+ min-ns/op\t[\d.]+ %roof\n.*library=gonum-1\t`)
	if !want.MatchString(text) {
		t.Errorf("%s", text)
	}
}

func TestMovesAreSaidOnce(t *testing.T) {
	said := farthest([]bench.Move{{What: "float64 peak", Threads: 1, Change: 0.1}, {What: "float64 peak", Threads: 2, Change: -0.2}, {What: "float64 peak", Threads: 1, Change: -0.3}})
	if want := "the float64 peak with 2 threads moved by -20 % during the run; the float64 peak with 1 thread moved by -30 % during the run"; strings.Join(said, "; ") != want {
		t.Errorf("%q", said)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"gramm"}, {"--p", "0"}, {"--dtype", "float16"}, {"--peers", "nag"}, {"--library", "nag=x"}, {"--format", "xml"}, {"--in", "l4"}, {"--from", "x"}} {
		status, stdout, stderr := report(append(args, "--environment", "nowhere")...)
		if status != 2 || stdout != "" || !strings.HasPrefix(stderr, "report: ") {
			t.Errorf("%v: status %d, %q, %q", args, status, stdout, stderr)
		}
	}
	if status, stdout, _ := report("--help"); status != 0 || !strings.Contains(stdout, "--quick") {
		t.Errorf("help: status %d", status)
	}
}

// TestEveryFitHasAShape: the whole report measures all there is.
func TestEveryFitHasAShape(t *testing.T) {
	measured := map[string]bool{}
	for _, s := range shapes {
		for _, name := range s.fits {
			measured[name] = true
		}
	}
	for _, name := range bench.Fits() {
		if !measured[name] {
			t.Errorf("%s is at no shape", name)
		}
		delete(measured, name)
	}
	if len(measured) != 0 {
		t.Errorf("not known: %v", measured)
	}
}

// TestPlans: how much is measured; the time it may take is counted on it.
func TestPlans(t *testing.T) {
	kernels := len(bench.Workloads())
	for _, c := range []struct {
		args  command
		cases int
	}{{command{}, kernels*11*2 + kernels*3*2 + (2*3+4*6+2*3+7+1+1)*2}, {command{Quick: true}, 2*3*2 + 2*2*2},
		{command{Kernels: []string{"gram", "fit-binomial"}, P: []int{3}}, 2 + 2*2}, {command{Kernels: []string{"fit-gaussian", "folds"}}, (3 + 4 + 1) * 2}} {
		c.args.In, c.args.Threads = "dram", []int{1, 2}
		cases := 0
		for _, p := range c.args.plans() {
			cases += p.Cases()
			if err := p.Check(); err != nil {
				t.Error(err)
			}
		}
		if cases != c.cases {
			t.Errorf("%d cases, want %d", cases, c.cases)
		}
	}
}
