package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// A slow reader waits before every read but the first.
type slow struct {
	io.Reader
	wait time.Duration
}

func (s *slow) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil {
		time.Sleep(s.wait)
	}
	return n, err
}

func TestProgress(t *testing.T) {
	const wait = quiet + 250*time.Millisecond
	for _, c := range []struct {
		name     string
		terminal bool
		wait     time.Duration
		want     bool
	}{
		{"slow, a terminal", true, wait, true},
		{"slow, a pipe", false, wait, false},
		{"fast, a terminal", true, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := run(context.Background(), []string{"fit", "-", "--target=y", "--columns=a,b"},
				&console{stdin: &slow{strings.NewReader(small), c.wait}, stdout: &stdout, stderr: &stderr, progress: c.terminal})
			if code != 0 {
				t.Fatalf("exit %d, %s", code, stderr.String())
			}
			if c.want != strings.Contains(stderr.String(), "reading standard input") || !c.want && stderr.Len() > 0 {
				t.Errorf("%q", stderr.String())
			}
			if c.want && !strings.HasSuffix(stderr.String(), "\r") {
				t.Errorf("the line is not cleared: %q", stderr.String())
			}
			if strings.Contains(stdout.String(), "\r") {
				t.Errorf("progress on standard output: %q", stdout.String())
			}
		})
	}
}

func TestProgressOfAStage(t *testing.T) {
	var out bytes.Buffer
	con := &console{stderr: &out, progress: true}
	before := time.Now().Add(-time.Hour) // the work is an hour old
	p := startProgress(con, before, "fitting", -1)
	p.iterate(&solvers.Iterate{Iteration: 3, Value: 12.5, GradientNorm: 0.25, StepLength: 0.5})
	time.Sleep(3 * refresh)
	p.stop()
	if want := "fitting: iteration 3, loss 12.5, step 0.5, gradient 2.5e-01"; !strings.Contains(out.String(), want) {
		t.Errorf("%q, want %q", out.String(), want)
	}
	out.Reset()
	p = startProgress(con, before, "reading t.csv", 4e6)
	p.read(1e6)
	time.Sleep(3 * refresh)
	p.read(9e6) // the file has grown
	time.Sleep(2 * refresh)
	p.stop()
	for _, want := range []string{"reading t.csv", "25%", "1.0/4.0 MB"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
	var none *progress // no terminal
	none.read(1)
	none.iterate(nil)
	none.expect(forecast{})
	none.stop()
}

// TestProgressOfPredictions: none on a terminal that shows the predictions.
func TestProgressOfPredictions(t *testing.T) {
	dir := t.TempDir()
	model, table := filepath.Join(dir, "m.json"), filepath.Join(dir, "t.csv")
	if err := os.WriteFile(table, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "", "fit", table, "--target=y", "--columns=a,b", "--out", model)
	for _, screen := range []bool{false, true} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			run(context.Background(), []string{"predict", model, "-"}, &console{
				stdin: &slow{strings.NewReader(small), quiet + 250*time.Millisecond}, stdout: &stdout, stderr: &stderr, progress: true, screen: screen})
			if shown := strings.Contains(stderr.String(), "predicting standard input"); shown == screen {
				t.Errorf("predictions on a terminal %v, progress %q", screen, stderr.String())
			}
		})
	}
}
