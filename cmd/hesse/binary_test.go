package main

import (
	"bufio"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/kernels"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if builds != "" {
		os.RemoveAll(builds)
	}
	os.Exit(code)
}

var (
	builds string // the folder of binary
	build  = sync.OnceValues(func() (string, error) {
		var err error
		if builds, err = os.MkdirTemp("", "hesse"); err != nil {
			return "", err
		}
		path := filepath.Join(builds, "hesse")
		command := exec.Command("go", "build", "-buildvcs=false", "-o", path, "github.com/seed-0327bdf7/hesse/cmd/hesse")
		command.Dir = filepath.Join(testdata, "..")
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := command.CombinedOutput(); err != nil {
			return "", fmt.Errorf("go build: %w\n%s", err, out)
		}
		return path, nil
	})
)

// binary is the program, built without cgo.
func binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// execute runs the program with settings of the environment.
func execute(t testing.TB, environment, stdin string, args ...string) result {
	t.Helper()
	command := exec.Command(binary(t), args...)
	command.Env = append(os.Environ(), strings.Fields(environment)...)
	command.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	if ended := (*exec.ExitError)(nil); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return result{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func TestBinaryIsStatic(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("ELF is for Linux")
	}
	f, err := elf.Open(binary(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the program needs a dynamic linker")
		}
	}
	if libraries, err := f.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("libraries %q, %v", libraries, err)
	}
}

// TestSameOnEveryISA: nothing but isa, threads and timing differs.
func TestSameOnEveryISA(t *testing.T) {
	for _, args := range [][]string{
		{"fit", data("longley.csv"), "--target=employed"},
		{"fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--l2=1", "--standardize"},
		{"fit", data("weighted.csv"), "--target=y_bin", "--family=binomial", "--weights=w", "--offset=off", "--columns=x1,x2,x3,x4"},
		{"fit", data("years.csv"), "--target=y", "--exclude=y_bin"},
	} {
		var want map[string]any
		for _, isa := range kernels.ISAs() {
			for _, threads := range []string{"1", "2", "3"} {
				r := execute(t, "HESSE_ISA="+isa, "", append(args, "--json", "--threads", threads)...)
				if r.code != 0 || r.stderr != "" {
					t.Fatalf("%s: exit %d, %s", isa, r.code, r.stderr)
				}
				got := object(t, r.stdout)
				if got["isa"] != isa || fmt.Sprint(got["threads"]) != threads {
					t.Errorf("ran on %v with %v threads, not on %s with %s", got["isa"], got["threads"], isa, threads)
				}
				without(got, "isa", "threads", "timing")
				if want == nil {
					want = got
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s, %s threads:\n%v\nwant\n%v", isa, threads, got, want)
				}
			}
		}
	}
}

func TestInfo(t *testing.T) {
	for _, isa := range kernels.ISAs() {
		r := execute(t, "HESSE_ISA="+isa, "", "info")
		for _, want := range []string{"hesse     ", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, "CPU       ", "\nISA       " + isa + " in use, as HESSE_ISA says; found: " + strings.Join(kernels.ISAs(), ", "), "logical CPUs", "caches    L1 data "} {
			if r.code != 0 || r.stderr != "" || !strings.Contains(r.stdout, want) {
				t.Errorf("exit %d, %s%s\nwant %q", r.code, r.stderr, r.stdout, want)
			}
		}
		o := object(t, execute(t, "HESSE_ISA="+isa+" GOMAXPROCS=1", "", "info", "--json").stdout)
		if o["isa"] != isa || o["hesse_isa"] != isa || fmt.Sprint(o["threads"]) != "1" || fmt.Sprint(o["logical_cpus"]) != fmt.Sprint(runtime.NumCPU()) {
			t.Errorf("%v", o)
		}
	}
	if o := object(t, execute(t, "HESSE_ISA=", "", "info", "--json").stdout); o["hesse_isa"] != nil || o["version"] == "" || o["cpu"] == "" {
		t.Errorf("%v", o)
	}
}

func TestUnknownISA(t *testing.T) {
	want := "hesse: HESSE_ISA=\"neon\": not an instruction set that hesse knows; the choice is generic, avx2, avx512\n"
	for _, args := range [][]string{{"info"}, {"fit", "no.csv", "--target=y"}, {"predict", "no.json", "no.csv"}} {
		if r := execute(t, "HESSE_ISA=neon", "", args...); r.code != exitUsage || r.stdout != "" || r.stderr != want {
			t.Errorf("%s: exit %d, %s%s", args, r.code, r.stdout, r.stderr)
		}
	}
}

// start starts the program with a pipe to its standard input.
func start(t *testing.T, dir string, stderr io.Writer, args ...string) (*exec.Cmd, io.WriteCloser, io.ReadCloser) {
	t.Helper()
	command := exec.Command(binary(t), args...)
	command.Dir, command.Stderr = dir, stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill() })
	return command, stdin, stdout
}

// TestSignal: an interrupt while standard input is slow.
func TestSignal(t *testing.T) {
	dir := t.TempDir()
	model := filepath.Join(dir, "m.json")
	must(t, small, "fit", "-", "--target=y", "--columns=a,b", "--out", model)

	var stderr bytes.Buffer
	command, stdin, _ := start(t, dir, &stderr, "fit", "-", "--target=y", "--columns=a,b", "--out=n.json")
	// It listens once it reads, which it does once a pipe takes more than it holds.
	io.WriteString(stdin, small+strings.Repeat("1,5,x,2.5,0,1,0.5\n", 1<<16))
	interrupt(t, command, &stderr)

	stderr.Reset()
	command, stdin, stdout := start(t, dir, &stderr, "predict", "m.json", "-")
	go io.WriteString(stdin, "a,b\n"+strings.Repeat("1,2\n", chunkRows+3))
	lines := bufio.NewReader(stdout)
	for range 1 + chunkRows {
		if line, err := lines.ReadString('\n'); err != nil {
			t.Fatalf("%q, %v", line, err)
		}
	}
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 {
		t.Errorf("after the interrupt came %q, %v", rest, err)
	}
	ended(t, command, &stderr)

	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func interrupt(t *testing.T, command *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	ended(t, command, stderr)
}

// ended waits for the end of an interrupted program.
func ended(t *testing.T, command *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	timer := time.AfterFunc(10*time.Second, func() { command.Process.Kill() })
	command.Wait()
	if code := command.ProcessState.ExitCode(); !timer.Stop() || code != exitInterrupted || stderr.String() != "hesse: interrupted\n" {
		t.Errorf("exit %d, %s", code, stderr.String())
	}
}

// TestReaderGoesAway: the model is written, and nobody complains.
func TestReaderGoesAway(t *testing.T) {
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	command := exec.Command(binary(t), "fit", data("line.csv"), "--target=y", "--out=m.json")
	var stderr bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = dir, w, &stderr
	if err := command.Run(); err == nil || stderr.Len() > 0 {
		t.Errorf("%v, %s", err, stderr.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "m.json")); err != nil {
		t.Error(err)
	}
}

// TestDataIsNotOverwritten: not even if it comes through standard input.
func TestDataIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "t.csv")
	if err := os.WriteFile(path, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	command := exec.Command(binary(t), "fit", "-", "--target=y", "--columns=a,b", "--out", path)
	var stderr bytes.Buffer
	command.Stdin, command.Stderr = file, &stderr
	command.Run()
	if code := command.ProcessState.ExitCode(); code != exitUsage || stderr.String() != "hesse: "+path+": --out names the data; choose another name\n" {
		t.Errorf("exit %d, %s", code, stderr.String())
	}
	if text(t, path) != small {
		t.Error("the data are gone")
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		lacking(t, err)
	}
	defer full.Close()
	command := exec.Command(binary(t), "fit", data("line.csv"), "--target=y")
	var stderr bytes.Buffer
	command.Stdout, command.Stderr = full, &stderr
	command.Run()
	if code := command.ProcessState.ExitCode(); code != exitFailed || !strings.HasPrefix(stderr.String(), "hesse: standard output: ") || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("exit %d, %s", code, stderr.String())
	}
}
