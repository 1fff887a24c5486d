package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// goneOnceKept runs a fit that has no end of its own, and takes away the folder
// place as soon as its file ck is in it; then it is called gone.
func goneOnceKept(t *testing.T, args ...string) result {
	t.Helper()
	if err := os.Mkdir("place", 0o700); err != nil {
		t.Fatal(err)
	}
	moved := make(chan error)
	go func() {
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if _, err := os.Stat("place/ck"); err == nil || time.Now().After(deadline) {
				moved <- errors.Join(err, os.Rename("place", "gone"))
				return
			}
		}
	}()
	r := hesse(t, "", append(args, "--max-iter=100000000", "--checkpoint=place/ck")...)
	if err := <-moved; err != nil {
		t.Fatal(err)
	}
	return r
}

// endless is a fit to slow.csv in the working directory, without a limit.
func endless(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	args := slowFit(t, dir)
	t.Chdir(dir)
	args[1] = "slow.csv"
	return append(args, "--tol=1e-300")
}

// mustGoOn checks that a checkpoint is whole: the fit that goes on from it has the
// model of one that was never stopped.
func mustGoOn(t *testing.T, args []string, checkpoint string) {
	t.Helper()
	if _, err := os.Stat(checkpoint); err != nil {
		t.Fatal(err)
	}
	args = append(args, fmt.Sprintf("--max-iter=%d", iterationOf(t, checkpoint)+20))
	r := hesse(t, "", append(args, "--checkpoint", checkpoint, "--resume", "--out=resumed.json")...)
	if whole := hesse(t, "", append(args, "--out=whole.json")...); r.code != exitNotConverged || whole.code != r.code || text(t, "resumed.json") != text(t, "whole.json") {
		t.Errorf("exit %d, %s\n%s\nwant\n%s", r.code, r.stderr, text(t, "resumed.json"), text(t, "whole.json"))
	}
}

// TestCheckpointThatCanNoLongerBeWritten: the fit ends and says so, the best model
// until then is printed and written, and the last checkpoint stays good.
func TestCheckpointThatCanNoLongerBeWritten(t *testing.T) {
	args := endless(t)
	r := goneOnceKept(t, append(args, "--out=m.json", "--json")...)
	const want = "hesse: place/ck: the checkpoint cannot be written: no such file or directory; choose another place for --checkpoint; " +
		"once it can be written, --resume goes on from the last one; the model is the best one until step "
	written := object(t, text(t, "m.json"))
	if r.code != exitFailed || r.stderr != want+fmt.Sprintf("%v\n", written["iterations"]) {
		t.Errorf("exit %d, %s\nwant %s%v", r.code, r.stderr, want, written["iterations"])
	}
	if printed := without(object(t, r.stdout), "timing"); fmt.Sprint(printed) != fmt.Sprint(written) || written["status"] != "failed" || written["converged"] != false {
		t.Errorf("printed %v\nwritten %v", printed, written)
	}
	must(t, "a,b,c,d\n0.1,0.2,0.3,0.4\n", "predict", "m.json", "-")
	mustHold(t, "gone", "m.json", "slow.csv")
	if err := os.Rename("gone", "place"); err != nil {
		t.Fatal(err)
	}
	mustGoOn(t, args, "place/ck")
}

// TestModelThatCannotBeWritten is printed all the same, whether the fit has come to
// its end or not; and what went wrong is told.
func TestModelThatCannotBeWritten(t *testing.T) {
	args := endless(t)
	r := goneOnceKept(t, append(args, "--out=place/m.json", "--plot=place/p.svg")...)
	if r.code != exitFailed || !strings.Contains(r.stdout, "failed after ") || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("exit %d, %s%s", r.code, r.stdout, r.stderr)
	}
	for _, want := range []string{
		"hesse: place/m.json: the model cannot be written: no such file or directory; ", "; place/p.svg: the plot cannot be written: ",
		"; place/ck: the checkpoint cannot be written: ", "; the model is the best one until step ",
	} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("%s, want %q", r.stderr, want)
		}
	}
	mustHold(t, "gone", "slow.csv")
}

func TestJoined(t *testing.T) {
	file, fit, pipe := errors.New("no room"), &failure{exitNotConverged, errors.New("not there yet")}, fmt.Errorf("standard output: %w", syscall.EPIPE)
	for _, c := range []struct {
		errs []error
		want string
		code int
	}{
		{[]error{nil, nil}, "", 0},
		{[]error{nil, fit}, "hesse: not there yet\n", exitNotConverged},
		{[]error{file, nil, fit}, "hesse: no room; not there yet\n", exitFailed},
		{[]error{pipe, nil}, "", exitFailed},
		{[]error{file, pipe}, "hesse: no room\n", exitFailed},
		{[]error{context.Canceled, fit}, "hesse: interrupted\n", exitInterrupted},
		{[]error{pipe, fit}, "hesse: not there yet\n", exitNotConverged},
	} {
		var b strings.Builder
		err := joined(c.errs...)
		if report(&b, err); b.String() != c.want || exitCode(err) != c.code {
			t.Errorf("%v: exit %d, %q, want %d, %q", c.errs, exitCode(err), b.String(), c.code, c.want)
		}
	}
}
