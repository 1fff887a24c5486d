//go:build !purego

// The files are the same with any tags: once is enough.

package house

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// files visits every file of the project with one of the endings.
func files(t *testing.T, visit func(path string, text []byte), endings ...string) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".git" {
			return filepath.SkipDir
		}
		for _, ending := range endings {
			if !d.IsDir() && strings.HasSuffix(path, ending) {
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				seen++
				visit(path, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Fatalf("no files that end in %v", endings)
	}
}

func TestSourceIsFormatted(t *testing.T) {
	out, err := exec.Command("gofmt", "-l", root).CombinedOutput()
	if err != nil {
		t.Fatalf("gofmt: %v: %s", err, out)
	}
	if len(out) > 0 {
		t.Errorf("gofmt would change:\n%s", out)
	}
}

// TestGeneratedFilesAreCurrent runs the generator into a folder of its own and
// compares: a change of a generator without make generate fails here, and so
// does one made by hand to a generated file.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	out := t.TempDir()
	generate := exec.Command("go", "run", ".", "-out", out)
	generate.Dir = filepath.Join(root, "asm")
	if text, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("the generator: %v\n%s", err, text)
	}
	fresh, committed := generated(out), generated(filepath.Join(root, "internal"))
	if len(fresh) == 0 || len(fresh) != len(committed) {
		t.Errorf("%d files are generated, %d are in the tree", len(fresh), len(committed))
	}
	for name, path := range fresh {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(committed[name])
		if err != nil {
			t.Errorf("internal/%s: %v; run make generate", name, err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("internal/%s differs from what asm writes; run make generate", name)
		}
	}
}

// generated is the files for amd64 of every package in a folder that has
// assembly, by their names in that folder.
func generated(folder string) map[string]string {
	files := map[string]string{}
	assembly, _ := filepath.Glob(filepath.Join(folder, "*", "*_amd64.s"))
	for _, file := range assembly {
		all, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*_amd64.*"))
		for _, path := range all {
			name, _ := filepath.Rel(folder, path)
			files[name] = path
		}
	}
	return files
}

// TestAssemblyEndsClean: a function that has used wide registers must not
// leave their upper halves to the SSE code that follows.
func TestAssemblyEndsClean(t *testing.T) {
	wide := regexp.MustCompile(`\b[YZ]\d+\b`)
	files(t, func(path string, text []byte) {
		for _, function := range strings.Split(string(text), "\nTEXT ")[1:] {
			name, _, _ := strings.Cut(function, "(")
			if !wide.MatchString(function) {
				continue
			}
			lines := strings.Split(function, "\n")
			for i, line := range lines {
				if strings.TrimSpace(line) == "RET" && strings.TrimSpace(lines[i-1]) != "VZEROUPPER" {
					t.Errorf("%s, %s: RET without VZEROUPPER", path, name)
				}
			}
		}
	}, "_amd64.s")
}

// TestTablesHaveHeads: rows of a table that a paragraph has cut off are shown as
// text with bars.
func TestTablesHaveHeads(t *testing.T) {
	rule := regexp.MustCompile(`^\|[-:| ]+\|$`)
	files(t, func(path string, text []byte) {
		lines := strings.Split("\n"+string(text), "\n")
		for i := 1; i+1 < len(lines); i++ {
			if strings.HasPrefix(lines[i], "|") && !strings.HasPrefix(lines[i-1], "|") && !rule.MatchString(lines[i+1]) {
				t.Errorf("%s:%d: a row of no table: %s", path, i, lines[i])
			}
		}
	}, ".md")
}
