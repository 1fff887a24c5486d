package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/atomicfile"
	"github.com/seed-0327bdf7/hesse/solvers"
)

// kept is a folder with a table, and a checkpoint and the model of a fit that
// was to keep one. The arguments fit it again.
func kept(t *testing.T) (args []string) {
	t.Helper()
	dir := t.TempDir()
	args = append(slowFit(t, dir), "--max-iter=200")
	t.Chdir(dir)
	r := hesse(t, "", append(args, "--checkpoint=ck", "--out=m.json")...)
	if r.code != exitNotConverged {
		t.Fatalf("exit %d, %s", r.code, r.stderr)
	}
	mustHold(t, "ck", "m.json", "slow.csv")
	return args
}

func TestResume(t *testing.T) {
	args := kept(t)
	r := hesse(t, "", append(args, "--checkpoint=ck", "--resume", "--out=again.json", "--threads=2")...)
	if r.code != exitNotConverged || strings.Contains(r.stderr, "anew") {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	if a, b := strings.ReplaceAll(text(t, "again.json"), `"threads": 2`, `"threads": 1`), text(t, "m.json"); a != b {
		t.Errorf("%s\nwant\n%s", a, b)
	}
	// The fit goes on beyond its limit, and no checkpoint changes it.
	more := append(args, "--max-iter=300")
	hesse(t, "", append(more, "--checkpoint=ck", "--resume", "--out=more.json")...)
	hesse(t, "", append(more, "--out=want.json")...)
	if a, b := text(t, "more.json"), text(t, "want.json"); a != b || !strings.Contains(a, `"iterations": 300`) {
		t.Errorf("%s\nwant\n%s", a, b)
	}
	// A file that is not there is a fit from the start, said aloud.
	r = hesse(t, "", append(args, "--checkpoint=new", "--resume", "--out=new.json")...)
	if r.code != exitNotConverged || !strings.HasPrefix(r.stderr, "hesse: new: there is no checkpoint yet; the fit starts anew\n") || text(t, "new.json") != text(t, "m.json") {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
}

// TestEverySolverResumes: one that is stopped after two steps has the model of one
// that is not.
func TestEverySolverResumes(t *testing.T) {
	folder(t, nil)
	for _, solver := range solverNames() {
		args := []string{"fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--columns=radius_mean,texture_mean,area_mean", "--standardize", "--solver=" + solver, "--tol=1e-9"}
		if slices.Contains(solvers.L1Methods(), solver) {
			args = append(args, "--l1=2", "--penalty-factors=area_mean=0.5")
		}
		if sampler(solver) != nil {
			args = append(args, "--seed=3", "--batch=50")
		}
		if r := hesse(t, "", append(args, "--max-iter=2", "--checkpoint="+solver, "--out=short.json")...); r.code != exitNotConverged {
			t.Fatalf("%s: exit %d, %s", solver, r.code, r.stderr)
		}
		r := hesse(t, "", append(args, "--max-iter=30", "--checkpoint="+solver, "--resume", "--out=resumed.json")...)
		want := hesse(t, "", append(args, "--max-iter=30", "--out=whole.json")...)
		if r.code != want.code || strings.Contains(r.stderr, "anew") || text(t, "resumed.json") != text(t, "whole.json") || text(t, "short.json") == text(t, "whole.json") {
			t.Errorf("%s: exit %d, want %d, %s%s\nwant\n%s", solver, r.code, want.code, r.stderr, text(t, "resumed.json"), text(t, "whole.json"))
		}
	}
}

func TestCheckpointsThatDoNotFit(t *testing.T) {
	args := kept(t)
	whole := text(t, "ck")
	refused := func(what string, code int, want string, args ...string) {
		t.Helper()
		os.Remove("m.json")
		r := hesse(t, "", append(args, "--checkpoint=ck", "--out=m.json")...)
		if r.code != code || !strings.HasPrefix(r.stderr, "hesse: ck: ") || !strings.Contains(r.stderr, want) || strings.Count(r.stderr, "\n") != 1 || r.stdout != "" {
			t.Errorf("%s: exit %d, %s, want %q", what, r.code, r.stderr, want)
		}
		mustHold(t, "ck", "slow.csv")
	}
	refused("no --resume", exitUsage, "there already; go on from it with --resume, or remove it", args...)
	args = append(args, "--resume")
	refused("another option", exitBadData, "of a fit with other options: L2 = 0 there, L2 = 1 here", append(args, "--l2=1")...)
	refused("another solver", exitBadData, "of a fit with other options: Method = ", append(args, "--solver=lbfgs")...)
	refused("fewer columns", exitBadData, "of other data: columns = 4 there, columns = 3 here", append(args, "--exclude=d")...)
	for at := 0; at < len(whole); at += 1 + len(whole)/40 {
		write := func(content string) {
			if err := os.WriteFile("ck", []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(whole[:at])
		refused("cut off", exitBadData, "checkpoint", args...)
		write(whole[:at] + string(whole[at]^0x40) + whole[at+1:])
		refused("damaged", exitBadData, "checkpoint", args...)
		if text(t, "ck") == whole {
			t.Error("a file that was refused is changed")
		}
	}
	if err := os.WriteFile("ck", []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	table := text(t, "slow.csv")
	if err := os.WriteFile("slow.csv", []byte(strings.Replace(table, "0.001003,", "0.001004,", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	refused("other data", exitBadData, "of other data: hash of X = ", args...)
}

// TestACosineEndsWhereItWasToEnd: with another limit it would have been another
// fit; any other schedule goes on.
func TestACosineEndsWhereItWasToEnd(t *testing.T) {
	folder(t, nil)
	fit := func(schedule string, epochs int, resume ...string) result {
		args := []string{"fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--l2=1", "--solver=sgd", "--schedule=" + schedule, "--checkpoint=" + schedule}
		return hesse(t, "", append(append(args, fmt.Sprintf("--epochs=%d", epochs)), resume...)...)
	}
	for _, schedule := range []string{"cosine", "constant"} {
		if r := fit(schedule, 3); r.code != exitNotConverged {
			t.Fatalf("%s: exit %d, %s", schedule, r.code, r.stderr)
		}
		r := fit(schedule, 5, "--resume")
		if schedule == "constant" && r.code != exitNotConverged {
			t.Errorf("exit %d, %s", r.code, r.stderr)
		}
		if schedule == "cosine" && (r.code != exitBadData || !strings.Contains(r.stderr, "Schedule.Epochs = 3 there") || !strings.Contains(r.stderr, "a cosine falls until --max-iter or --epochs: give the same")) {
			t.Errorf("exit %d, %s", r.code, r.stderr)
		}
	}
}

// TestOneFitAFile: another that is to keep its checkpoints there is told so, and
// leaves the file alone.
func TestOneFitAFile(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: locks are tested on Linux")
	}
	folder(t, map[string]string{"t.csv": small})
	release, err := atomicfile.Lock("ck")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"fit", "t.csv", "--target=y", noText, "--checkpoint=ck"}
	r := hesse(t, "", args...)
	if want := "hesse: ck: another fit keeps its checkpoints in this file; wait for its end, or name another file for --checkpoint\n"; r.code != exitFailed || r.stderr != want {
		t.Errorf("exit %d, %s, want %s", r.code, r.stderr, want)
	}
	release()
	mustHold(t, "t.csv")
	if r := hesse(t, "", args...); r.code != 0 {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
}

func TestCheckpointUsage(t *testing.T) {
	folder(t, map[string]string{"t.csv": small, "full": ""})
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"--resume", "hesse: --resume goes on from a file; name it with --checkpoint\n", exitUsage},
		{"--checkpoint=-", "hesse: --checkpoint - is no file; name one\n", exitUsage},
		{"--checkpoint=m --out=./m", "hesse: ./m: --checkpoint and --out name the same file; choose another name for one\n", exitUsage},
		{"--checkpoint=t.csv", "hesse: t.csv: --checkpoint names the data; choose another name\n", exitUsage},
		{"--checkpoint=full", "hesse: full: the file of --checkpoint is there already; go on from it with --resume, or remove it\n", exitUsage},
		{"--checkpoint=no/ck", "hesse: no/ck: the checkpoint cannot be written: no such file or directory; choose another place for --checkpoint\n", exitFailed},
		{"--checkpoint=.", "hesse: .: not an ordinary file; choose another name for --checkpoint\n", exitFailed},
	} {
		r := hesse(t, "", append([]string{"fit", "t.csv", "--target=y", noText}, strings.Fields(c.args)...)...)
		if r.code != c.code || r.stderr != c.want || r.stdout != "" {
			t.Errorf("%s: exit %d, %s, want %s", c.args, r.code, r.stderr, c.want)
		}
	}
	mustHold(t, "full", "t.csv")
}

// TestForecast: runs that converge steadily, slower and slower, and not at all.
func TestForecast(t *testing.T) {
	start := time.Now()
	after := func(limit, iterates int, gain func(i int) float64) string {
		f := forecast{limit: limit, tolerance: 1e-16}
		for i := range iterates {
			f.add(&solvers.Iterate{Iteration: i, Value: 2, Decrement: 4 * gain(i)}, start.Add(time.Duration(i)*time.Second))
		}
		return f.left()
	}
	steady := func(i int) float64 { return math.Pow(0.5, float64(i)) } // 1e-16 at iteration 53.2
	for _, c := range []struct {
		name            string
		limit, iterates int
		gain            func(i int) float64
		want            string
	}{
		{"just begun", 100, least - 1, steady, ""},
		{"steady", 100, 34, steady, ", about 20s left"},
		{"steady, to a limit before", 40, 34, steady, ", at most 7s left"},
		{"steady, no limit", 0, 34, steady, ", about 20s left"},
		{"slower and slower", 10_000, 100, func(i int) float64 { return 1 / float64(1+i*i) }, ", at most 2h50m0s left"},
		{"slower and slower, no limit", 0, 30, func(i int) float64 { return math.Exp(-math.Sqrt(math.Sqrt(float64(i)))) }, ""},
		{"at rest", 0, 60, func(int) float64 { return 1e-3 }, ""},
		{"zero", 0, 60, func(int) float64 { return 0 }, ""},
		{"NaN", 200, 60, func(int) float64 { return math.NaN() }, ", at most 2m20s left"},
		{"at the end", 0, 80, steady, ", about 1s left"},
		{"for ever", 1 << 60, 60, func(int) float64 { return 1 }, ", at most years left"},
	} {
		if got := after(c.limit, c.iterates, c.gain); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	ten := 10
	for _, c := range []struct {
		c         fitCommand
		limit     int
		tolerance float64
	}{
		{fitCommand{Solver: "auto"}, 0, 1e-14}, {fitCommand{Solver: "newton"}, 100, 1e-14}, {fitCommand{Solver: "lbfgs"}, 10_000, 1e-16},
		{fitCommand{Solver: "auto", MaxIter: &ten}, 10, 1e-14},
	} {
		if f := c.c.forecast(); f.limit != c.limit || f.tolerance != c.tolerance {
			t.Errorf("%s: %d and %g", c.c.Solver, f.limit, f.tolerance)
		}
	}
}
