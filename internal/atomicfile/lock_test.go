package atomicfile

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// TestLock: one holds a path at a time, by whatever name; nothing is left of it.
func TestLock(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("tells whether a file is locked where it is known that the file system has locks")
	}
	t.Chdir(t.TempDir())
	write(t, "run", "kept")
	if err := os.Symlink("run", "link"); err != nil {
		t.Fatal(err)
	}
	release, err := Lock("run")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"run", "./run", "link"} {
		if _, err := Lock(path); !errors.Is(err, ErrLocked) {
			t.Errorf("%s: %v", path, err)
		}
	}
	other, err := Lock("other")
	if err != nil {
		t.Fatal(err)
	}
	other()
	if err := errors.Join(Check("run"), Replace("run", []byte("new"))); err != nil {
		t.Error(err) // the lock is not in the way, and is no leftover
	}
	if _, err := Lock("run"); !errors.Is(err, ErrLocked) {
		t.Errorf("after a replacement: %v", err)
	}
	release()
	hold(t, "run", "link")
	if release, err = Lock("run"); err != nil {
		t.Fatal(err)
	}
	release()
}

// TestLockEndsWithTheProgram that held it, killed or not.
func TestLockEndsWithTheProgram(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("as TestLock")
	}
	if os.Getenv("HESSE_TEST_LOCK") != "" {
		if _, err := Lock("run"); err != nil {
			t.Fatal(err)
		}
		os.Exit(0)
	}
	t.Chdir(t.TempDir())
	child := exec.Command(os.Args[0], "-test.run=^TestLockEndsWithTheProgram$")
	child.Env = append(os.Environ(), "HESSE_TEST_LOCK=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	hold(t, ".hesse-5076a4c0.lock") // nobody was there to remove it
	release, err := Lock("run")
	if err != nil {
		t.Fatal(err)
	}
	release()
	hold(t)
}

// TestLockAmongMany, who come and go: never two at a time.
func TestLockAmongMany(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("as TestLock")
	}
	t.Chdir(t.TempDir())
	var inside, entered atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				release, err := Lock("run")
				if errors.Is(err, ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two hold the path")
				}
				entered.Add(1)
				inside.Add(-1)
				release()
			}
		})
	}
	all.Wait()
	if entered.Load() == 0 {
		t.Error("nobody ever held it")
	}
	hold(t)
}
