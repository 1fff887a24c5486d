package atomicfile

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// ErrLocked is the error of a path that somebody else holds.
var ErrLocked = errors.New("another program writes it")

// Lock holds a path for who replaces it again and again, until it is released:
// others that call Lock get [ErrLocked], nobody else notices. The lock is on a
// file beside path, and ends with the program, however that ends. Where the
// system or the file system has no such locks, everybody gets one.
func Lock(path string) (release func(), err error) {
	path, _, err = Destination(path)
	if err != nil {
		return nil, err
	}
	dir, name := filepath.Split(path)
	name = filepath.Join(dir, fmt.Sprintf(".hesse-%08x.lock", crc32.ChecksumIEEE([]byte(name))))
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		if err := lock(f); err != nil {
			f.Close()
			return nil, err
		}
		// Who held it before may have removed the file in between.
		mine, err := f.Stat()
		there, gone := os.Stat(name)
		if err == nil && gone == nil && os.SameFile(mine, there) {
			return func() {
				os.Remove(name)
				f.Close()
			}, nil
		}
		f.Close()
		if err != nil {
			return nil, err
		}
	}
}
