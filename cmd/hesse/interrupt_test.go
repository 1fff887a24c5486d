package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// A signaled reader ends a context when its text has been read, and then hangs
// or ends.
type signaled struct {
	io.Reader
	cancel func()
	hangs  bool
}

func (s *signaled) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err == io.EOF {
		s.cancel()
		if s.hangs {
			select {}
		}
	}
	return n, err
}

// TestInterrupt: while a read hangs, and after the last one.
func TestInterrupt(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	must(t, "", "fit", "t.csv", "--target=y", "--columns=a,b", "--out=m.json")
	model := text(t, "m.json")
	for _, args := range []string{"fit - --target=y --columns=a,b --out=n.json", "fit - --target=y --columns=a,b --json", "predict m.json -", "predict - t.csv"} {
		for _, input := range []string{"", small[:20], small, model[:100]} {
			for _, hangs := range []bool{true, false} {
				if input == model[:100] != strings.HasPrefix(args, "predict -") {
					continue
				}
				ctx, cancel := context.WithCancel(context.Background())
				var stdout, stderr bytes.Buffer
				code := run(ctx, strings.Fields(args), &console{stdin: &signaled{strings.NewReader(input), cancel, hangs}, stdout: &stdout, stderr: &stderr})
				if !hangs && code == exitBadData && input != small {
					continue // a file that ends in the middle, which was found first
				}
				if code != exitInterrupted || stderr.String() != "hesse: interrupted\n" || stdout.Len() > 0 {
					t.Errorf("%s, %d bytes, %v: exit %d, %s%s", args, len(input), hangs, code, stdout.String(), stderr.String())
				}
			}
		}
	}
	mustHold(t, "m.json", "t.csv")
}

// TestInterruptOfAFit: in the middle of its first passes, when there is nothing
// to write yet.
func TestInterruptOfAFit(t *testing.T) {
	folder(t, nil)
	var b strings.Builder
	b.WriteString("a,b,y\n")
	for i := range 400_000 {
		fmt.Fprintf(&b, "%d,%d,%d\n", i%97, i*i%89, (i*7919>>3)&1)
	}
	// The sooner the interrupt comes, the surer the fit has not ended: at once
	// is soon enough on any machine.
	for _, delay := range []time.Duration{2 * time.Millisecond, 500 * time.Microsecond, 0} {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		interrupt := func() { time.AfterFunc(delay, cancel) }
		if delay == 0 {
			interrupt = cancel
		}
		in := &signaled{strings.NewReader(b.String()), interrupt, false}
		var stdout, stderr bytes.Buffer
		code := run(ctx, []string{"fit", "-", "--target=y", "--family=binomial", "--threads=1", "--out=m.json"}, &console{stdin: in, stdout: &stdout, stderr: &stderr})
		if _, err := os.Stat("m.json"); err == nil && delay > 0 { // it had ended, or taken a step
			os.Remove("m.json")
			continue
		}
		if code != exitInterrupted || stdout.Len() > 0 || stderr.String() != "hesse: interrupted\n" {
			t.Errorf("exit %d, %s%s", code, stdout.String(), stderr.String())
		}
		break
	}
	mustHold(t)
}

// TestInterruptOfAWrite: a pipe that nobody reads.
func TestInterruptOfAWrite(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	must(t, "", "fit", "t.csv", "--target=y", "--columns=a,b", "--out=m.json")
	for _, args := range []string{"predict m.json t.csv", "info"} {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		_, w := io.Pipe()
		var stderr bytes.Buffer
		if code := run(ctx, strings.Fields(args), &console{stdout: w, stderr: &stderr}); code != exitInterrupted {
			t.Errorf("%s: exit %d, %s", args, code, stderr.String())
		}
	}
}

func TestAwaitReader(t *testing.T) {
	want := strings.Repeat("0123456789", 50_000)
	got, err := io.ReadAll(&awaitReader{ctx: context.Background(), r: strings.NewReader(want)})
	if err != nil || string(got) != want {
		t.Errorf("%d bytes of %d, %v", len(got), len(want), err)
	}
	broken := errors.New("broken")
	if _, err := io.ReadAll(&awaitReader{ctx: context.Background(), r: io.MultiReader(strings.NewReader("abc"), failing{broken})}); err != broken {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestBrokenPipes: a read that fails is bad data, a write that fails is a
// failure.
func TestBrokenPipes(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	must(t, "", "fit", "t.csv", "--target=y", "--columns=a,b", "--out=m.json")
	fire := failing{errors.New("the disk is on fire")}
	for _, c := range []struct {
		args   string
		stdin  io.Reader
		stdout io.Writer
		code   int
		want   string
	}{
		{"fit - --target=y", fire, io.Discard, 3, "standard input: the disk is on fire"},
		{"fit - --target=y --columns=a", io.MultiReader(strings.NewReader(small), fire), io.Discard, 3, "standard input: the disk is on fire"},
		{"predict m.json -", io.MultiReader(strings.NewReader(small), fire), io.Discard, 3, "standard input: the disk is on fire"},
		{"predict - t.csv", fire, io.Discard, 3, "standard input: the disk is on fire; write it again with hesse fit --out"},
		{"fit t.csv --target=y --columns=a", nil, fire, 1, "standard output: the disk is on fire"},
		{"predict m.json t.csv", nil, fire, 1, "standard output: the disk is on fire"},
		{"info", nil, fire, 1, "standard output: the disk is on fire"},
	} {
		var stderr bytes.Buffer
		code := run(context.Background(), strings.Fields(c.args), &console{stdin: c.stdin, stdout: c.stdout, stderr: &stderr})
		if code != c.code || stderr.String() != "hesse: "+c.want+"\n" {
			t.Errorf("%s: exit %d, %s", c.args, code, stderr.String())
		}
	}
}
