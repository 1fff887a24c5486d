// Package atomicfile replaces files as a whole: whoever reads one, after
// whatever has happened, finds the old content or the new.
package atomicfile

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
)

// ErrNotOrdinary is the error of a path where there is a folder or a device.
var ErrNotOrdinary = errors.New("not an ordinary file")

// Replace makes content the file at path, or leaves everything as it was: a
// file beside it is written, synced and renamed, and the folder synced. Links
// are followed, and permissions stay.
func Replace(path string, content []byte) error {
	path, perm, err := Destination(path)
	if err != nil {
		return err
	}
	for tries := 3; ; tries-- {
		f, err := createBeside(path)
		if err != nil {
			return err
		}
		err = replaceWith(f, path, content, perm)
		if tries == 0 || !errors.Is(err, fs.ErrNotExist) { // else someone took it for a leftover
			return err
		}
	}
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
		name := beside(path, fmt.Sprintf("%016x", rand.Uint64()))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) // less the umask, unlike os.CreateTemp
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// beside is the name of a file that is to become the one at path, which tells
// those of one path from those of another.
func beside(path, unique string) string {
	dir, name := filepath.Split(path)
	return filepath.Join(dir, fmt.Sprintf(".hesse-%08x-%s.tmp", crc32.ChecksumIEEE([]byte(name)), unique))
}

// RemoveLeftovers removes what programs that were killed in the middle of
// Replace have left beside path. Another one that is replacing the file at the
// time begins anew.
func RemoveLeftovers(path string) error {
	path, _, err := Destination(path)
	if err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(literal(filepath.Dir(path)), filepath.Base(beside(path, "*"))))
	for _, name := range names {
		if gone := os.Remove(name); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = gone
		}
	}
	return err
}

// literal is a pattern that matches one path.
func literal(path string) string {
	var pattern []rune
	for _, r := range path {
		switch r {
		case '*', '?', '[':
			pattern = append(pattern, '[', r, ']')
		default:
			pattern = append(pattern, r)
		}
	}
	return string(pattern)
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

// Destination is where a file at path is to be: at the end of links. If there is
// one already it must be an ordinary file, whose permissions are returned.
func Destination(path string) (string, *fs.FileMode, error) {
	if end, err := filepath.EvalSymlinks(path); err == nil {
		path = end
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, nil, nil
	case err != nil:
		return "", nil, err
	case !info.Mode().IsRegular():
		return "", nil, ErrNotOrdinary
	}
	perm := info.Mode().Perm()
	return path, &perm, nil
}

// Check finds out whether Replace can write to path, and removes leftovers.
func Check(path string) error {
	path, _, err := Destination(path)
	if err != nil {
		return err
	}
	if err := RemoveLeftovers(path); err != nil {
		return err
	}
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}
