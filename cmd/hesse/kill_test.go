package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// slowFit is a fit of thousands of cheap steps, some seconds of them in all:
// powers of a variable that are nearly collinear, by gradient descent.
func slowFit(t *testing.T, dir string) (args []string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("a,b,c,d,y\n")
	for i := range 4000 {
		u, v := float64(i%997)/997, float64(i*i%89)/89
		y := i % 2
		if u < 0.7 {
			y = i * 7919 >> 3 % 3 % 2
		}
		fmt.Fprintf(&b, "%.6f,%.6f,%.6f,%.6f,%d\n", u, u*u, u*u*u, u*u*u*u+0.3*v, y)
	}
	path := filepath.Join(dir, "slow.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"fit", path, "--target=y", "--family=binomial", "--solver=gradient-descent", "--threads=1", "--max-iter=6000"}
}

// iterationOf is how many steps a checkpoint of a fit has behind it. It fails
// if the file is broken.
func iterationOf(t *testing.T, path string) int {
	t.Helper()
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	at := bytes.Index(b, []byte("hesse run"))
	if err != nil || at < 0 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	var c solvers.Checkpoint
	if err := c.UnmarshalBinary(b[at : len(b)-4]); err != nil {
		t.Fatal(err)
	}
	return c.Iteration()
}

// TestKilledAHundredTimes at random moments, a fit that goes on each time ends
// with the bits of one that was never stopped. The file is whole after every
// kill, and never falls back.
func TestKilledAHundredTimes(t *testing.T) {
	kills := 50
	if testing.Short() {
		kills = 5
	}
	t.Run("gradient descent", func(t *testing.T) { killed(t, kills, slowFit(t, t.TempDir())) })
	t.Run("sgd", func(t *testing.T) {
		killed(t, kills, append(slowFit(t, t.TempDir()), "--solver=sgd", "--batch=50", "--seed=5", "--schedule=constant", "--tol=1e-300", "--max-iter=4000"))
	})
}

func killed(t *testing.T, kills int, args []string) {
	dir := filepath.Dir(args[1])
	model, whole, file := filepath.Join(dir, "m.json"), filepath.Join(dir, "whole.json"), filepath.Join(dir, "fit.checkpoint")
	if r := execute(t, "", "", append(args, "--out", whole)...); r.code != exitNotConverged {
		t.Fatalf("exit %d, %s", r.code, r.stderr)
	}
	args = append(args, "--out", model, "--checkpoint", file, "--resume")

	random := rand.New(rand.NewPCG(7, 7))
	reach := 200 * time.Millisecond // from the start until the first checkpoint, at the most
	before, progress, ends := 0, 0, 0
	for kill := 0; kill < kills; kill++ {
		command := exec.Command(binary(t), args...)
		var stderr bytes.Buffer
		command.Stderr = &stderr
		started := time.Now()
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		if kill == 0 {
			for deadline := started.Add(time.Minute); iterationOf(t, file) == 0; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("no checkpoint in a minute")
				}
			}
			reach = min(reach, 2*time.Since(started))
		} else {
			time.Sleep(time.Duration(random.Int64N(int64(reach))))
		}
		command.Process.Kill()
		command.Wait()
		if command.ProcessState.Exited() { // it was done before
			if code := command.ProcessState.ExitCode(); code != exitNotConverged || text(t, model) != text(t, whole) {
				t.Fatalf("after %d kills: exit %d, %s\n%s", kill, code, stderr.String(), text(t, model))
			}
			ends++
			before = 0
			if err := errors.Join(os.Remove(file), os.Remove(model)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		now := iterationOf(t, file)
		if now < before {
			t.Fatalf("after %d kills the checkpoint is of iteration %d, and was of %d", kill, now, before)
		}
		progress += now - before
		before = now
		if leftovers, _ := filepath.Glob(filepath.Join(dir, ".hesse-*.tmp")); len(leftovers) > 1 {
			t.Fatalf("left behind: %q", leftovers)
		}
	}
	if r := execute(t, "", "", args...); r.code != exitNotConverged || text(t, model) != text(t, whole) {
		t.Errorf("exit %d, %s\n%s\nwant\n%s", r.code, r.stderr, text(t, model), text(t, whole))
	}
	if leftovers, _ := filepath.Glob(filepath.Join(dir, ".hesse-*")); len(leftovers) > 0 {
		t.Errorf("left behind: %q", leftovers)
	}
	t.Logf("%d kills within %v, %d iterations between them, %d fits at their end", kills, reach, progress, ends)
	if progress == 0 {
		t.Error("every process was killed before its first checkpoint")
	}
}

// TestSignaledFits end with the best model until then, printed and written.
func TestSignaledFits(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		dir := t.TempDir()
		model, file := filepath.Join(dir, "m.json"), filepath.Join(dir, "fit.checkpoint")
		command := exec.Command(binary(t), append(slowFit(t, dir), "--max-iter=1000000", "--tol=1e-300", "--json", "--out", model, "--checkpoint", file)...)
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); iterationOf(t, file) == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("no checkpoint in a minute")
			}
		}
		if err := command.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Minute, func() { command.Process.Kill() })
		command.Wait()
		timer.Stop()
		if code := command.ProcessState.ExitCode(); code != exitInterrupted || !strings.HasPrefix(stderr.String(), "hesse: interrupted; the model is the best one until step ") {
			t.Fatalf("%v: exit %d, %s", signal, code, stderr.String())
		}
		printed, written := without(object(t, stdout.String()), "timing"), object(t, text(t, model))
		if fmt.Sprint(printed) != fmt.Sprint(written) || written["status"] != "canceled" || written["converged"] != false {
			t.Errorf("%v: printed %v\nwritten %v", signal, printed, written)
		}
		must(t, "a,b,c,d\n0.1,0.2,0.3,0.4\n", "predict", model, "-")
	}
}
