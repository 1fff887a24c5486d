package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// hold checks what is in the working directory.
func hold(t *testing.T, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Errorf("the folder has %q, want %q", got, names)
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReplace(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := errors.Join(Check("new.json"), Replace("new.json", []byte("one"))); err != nil {
		t.Fatal(err)
	}
	plain, err := os.OpenFile("plain", os.O_CREATE, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	plain.Close()
	if a, b := mode(t, "new.json"), mode(t, "plain"); a != b {
		t.Errorf("a new file has permissions %v, others have %v", a, b)
	}

	if err := os.Chmod("new.json", 0o640); err != nil {
		t.Fatal(err)
	}
	if err := Replace("new.json", []byte("two")); err != nil {
		t.Fatal(err)
	}
	if got := text(t, "new.json"); got != "two" || mode(t, "new.json") != 0o640 {
		t.Errorf("%q with permissions %v", got, mode(t, "new.json"))
	}

	if err := os.Mkdir("elsewhere", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "elsewhere/m.json", "old")
	if err := os.Symlink("elsewhere/m.json", "link.json"); err != nil {
		t.Fatal(err)
	}
	if err := Replace("link.json", []byte("three")); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink("link.json"); err != nil || target != "elsewhere/m.json" {
		t.Errorf("the link is gone: %q, %v", target, err)
	}
	if got := text(t, "elsewhere/m.json"); got != "three" {
		t.Errorf("at the end of the link is %q", got)
	}
	hold(t, "elsewhere", "link.json", "new.json", "plain")
}

// TestReplaceFails: the old file is as it was, and nothing lies beside it.
func TestReplaceFails(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "m.json", "old")
	f, err := createBeside("m.json")
	if err != nil {
		t.Fatal(err)
	}
	f.Close() // so that nothing can be written to it
	if err := replaceWith(f, "m.json", []byte("new"), nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("%v", err)
	}
	hold(t, "m.json")
	if text(t, "m.json") != "old" {
		t.Error("the old file was touched")
	}

	// The folder takes the place of the file while a model is being fitted.
	if err := os.Mkdir("late", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Check("late"); !errors.Is(err, ErrNotOrdinary) {
		t.Errorf("%v", err)
	}
	if f, err = createBeside("late"); err != nil {
		t.Fatal(err)
	}
	if err := replaceWith(f, "late", []byte("new"), nil); err == nil {
		t.Error("a folder was replaced")
	}
	hold(t, "late", "m.json")
}

// TestRemoveLeftovers of one file and no other.
func TestRemoveLeftovers(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("[a]*", 0o700); err != nil {
		t.Fatal(err)
	}
	path, other := filepath.Join("[a]*", "run"), filepath.Join("[a]*", "other")
	for range 3 {
		f, err := createBeside(path)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	f, err := createBeside(other)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	write(t, path, "kept")
	if err := RemoveLeftovers(path); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir("[a]*"); err != nil || len(left) != 2 || text(t, path) != "kept" {
		t.Errorf("left: %v, %v", left, err)
	}
	if err := RemoveLeftovers(other); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir("[a]*"); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}
