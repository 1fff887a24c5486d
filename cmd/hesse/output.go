package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/seed-0327bdf7/hesse/internal/atomicfile"
)

// An output is a file that a command writes as a whole.
type output struct {
	path, what, option string
}

// check finds out before a fit whether the file can be written, and is not to
// replace the data.
func (o output) check(data *os.File) error {
	end, _, err := atomicfile.Destination(o.path)
	if err != nil {
		return o.explain(err)
	}
	if data != nil && sameFile(end, data) {
		return usage("%s: %s names the data; choose another name", end, o.option)
	}
	return o.explain(atomicfile.Check(o.path))
}

// replace makes content the file.
func (o output) replace(content []byte) error {
	return o.explain(atomicfile.Replace(o.path, content))
}

// explain says which file an error is of, and what to do.
func (o output) explain(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, atomicfile.ErrNotOrdinary) {
		return fmt.Errorf("%s: %w; choose another name for %s", o.path, err, o.option)
	}
	if of := (*fs.PathError)(nil); errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%s: %s cannot be written: %w; choose another place for %s", o.path, o.what, err, o.option)
}

func sameFile(path string, f *os.File) bool {
	a, err := os.Stat(path)
	if err != nil {
		return false
	}
	b, err := f.Stat()
	return err == nil && os.SameFile(a, b)
}
