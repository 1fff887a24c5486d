package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
)

// replaceFile makes content the file at path, or leaves everything as it was: a
// file beside it is written, synced and renamed.
func replaceFile(path string, content []byte) error {
	path, perm, err := destination(path)
	if err != nil {
		return err
	}
	f, err := createBeside(path)
	if err != nil {
		return notWritten(path, err)
	}
	if err := replaceWith(f, path, content, perm); err != nil {
		return notWritten(path, err)
	}
	return nil
}

// replaceWith fills f and gives it the name path, or removes it.
func replaceWith(f *os.File, path string, content []byte, perm *fs.FileMode) error {
	err := fill(f, content, perm)
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// fill writes, syncs and closes a file. perm is nil or the permissions it gets.
func fill(f *os.File, content []byte, perm *fs.FileMode) error {
	_, err := f.Write(content)
	if err == nil && perm != nil {
		err = f.Chmod(*perm)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// createBeside creates a file in the folder of path.
func createBeside(path string) (*os.File, error) {
	for {
		name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".hesse-%x.tmp", rand.Uint64()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) // less the umask, unlike os.CreateTemp
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// syncFolder makes a rename in a folder last. Some file systems cannot.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return nil // a folder may be writable and not readable
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// destination is where a file at path is to be: at the end of links. If there is
// one already it must be an ordinary file, whose permissions are returned.
func destination(path string) (string, *fs.FileMode, error) {
	if end, err := filepath.EvalSymlinks(path); err == nil {
		path = end
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, nil, nil
	case err != nil:
		return "", nil, notWritten(path, err)
	case !info.Mode().IsRegular():
		return "", nil, fmt.Errorf("%s: not an ordinary file; choose another name for --out", path)
	}
	perm := info.Mode().Perm()
	return path, &perm, nil
}

// checkWritable finds out before a fit whether its model can be written to path,
// and is not to replace the data.
func checkWritable(path string, data *os.File) error {
	path, _, err := destination(path)
	if err != nil {
		return err
	}
	if data != nil && sameFile(path, data) {
		return usage("%s: --out names the data; choose another name", path)
	}
	f, err := createBeside(path)
	if err != nil {
		return notWritten(path, err)
	}
	f.Close()
	return os.Remove(f.Name())
}

func sameFile(path string, f *os.File) bool {
	a, err := os.Stat(path)
	if err != nil {
		return false
	}
	b, err := f.Stat()
	return err == nil && os.SameFile(a, b)
}

func notWritten(path string, err error) error {
	if of := (*fs.PathError)(nil); errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%s: the model cannot be written: %w; choose another place for --out", path, err)
}
