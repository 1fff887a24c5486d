package main

import (
	"errors"
	"io/fs"
	"os"
	"testing"
)

func TestReplaceFile(t *testing.T) {
	folder(t, nil)
	if err := replaceFile("new.json", []byte("one")); err != nil {
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
	if err := replaceFile("new.json", []byte("two")); err != nil {
		t.Fatal(err)
	}
	if got := text(t, "new.json"); got != "two" || mode(t, "new.json") != 0o640 {
		t.Errorf("%q with permissions %v", got, mode(t, "new.json"))
	}

	if err := os.Mkdir("elsewhere", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("elsewhere/m.json", []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("elsewhere/m.json", "link.json"); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile("link.json", []byte("three")); err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink("link.json"); err != nil || target != "elsewhere/m.json" {
		t.Errorf("the link is gone: %q, %v", target, err)
	}
	if got := text(t, "elsewhere/m.json"); got != "three" {
		t.Errorf("at the end of the link is %q", got)
	}
	mustHold(t, "elsewhere", "link.json", "new.json", "plain")
}

func mode(t *testing.T, path string) fs.FileMode {
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// TestReplaceFileFails: the old file is as it was, and nothing lies beside it.
func TestReplaceFileFails(t *testing.T) {
	folder(t, map[string]string{"m.json": "old"})
	f, err := createBeside("m.json")
	if err != nil {
		t.Fatal(err)
	}
	f.Close() // so that nothing can be written to it
	if err := replaceWith(f, "m.json", []byte("new"), nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("%v", err)
	}
	mustHold(t, "m.json")
	if text(t, "m.json") != "old" {
		t.Error("the old file was touched")
	}

	// The folder takes the place of the file while a model is being fitted.
	if err := os.Mkdir("late", 0o700); err != nil {
		t.Fatal(err)
	}
	if f, err = createBeside("late"); err != nil {
		t.Fatal(err)
	}
	if err := replaceWith(f, "late", []byte("new"), nil); err == nil {
		t.Error("a folder was replaced")
	}
	mustHold(t, "late", "m.json")
}
