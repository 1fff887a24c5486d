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
	for _, isa := range []string{"avx2", "avx512"} {
		if err := os.Mkdir(filepath.Join(out, isa), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	generate := exec.Command("go", "run", ".", "-out", out)
	generate.Dir = filepath.Join(root, "asm")
	if text, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("the generator: %v\n%s", err, text)
	}
	for _, isa := range []string{"avx2", "avx512"} {
		fresh, _ := filepath.Glob(filepath.Join(out, isa, "*"))
		committed, _ := filepath.Glob(filepath.Join(root, "internal", isa, "*_amd64.*"))
		if len(fresh) == 0 || len(fresh) != len(committed) {
			t.Errorf("%s: %d files are generated, %d are in the tree", isa, len(fresh), len(committed))
		}
		for _, path := range fresh {
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(root, "internal", isa, filepath.Base(path)))
			if err != nil {
				t.Error(err)
			} else if !bytes.Equal(got, want) {
				t.Errorf("internal/%s/%s differs from what asm writes; run make generate", isa, filepath.Base(path))
			}
		}
	}
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
