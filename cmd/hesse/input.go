package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/seed-0327bdf7/hesse/internal/table"
)

// An input is a file or standard input, opened for reading. A Read that waits
// ends with the context.
type input struct {
	io.Reader
	name string // as errors call it
	size int64  // -1 if it is not known
	file *os.File
	ours bool // the file is to be closed
}

// open opens the file at path; "-" is standard input.
func open(ctx context.Context, con *console, path string) (*input, error) {
	if path == "-" {
		file, _ := con.stdin.(*os.File)
		return &input{Reader: &awaitReader{ctx: ctx, r: con.stdin}, name: "standard input", size: -1, file: file}, nil
	}
	f, err := await(ctx, func() (*os.File, error) { return os.Open(path) }) // of a named pipe, it waits
	if err != nil {
		return nil, badInput(path, err)
	}
	in := &input{Reader: &awaitReader{ctx: ctx, r: f}, name: path, size: -1, file: f, ours: true}
	switch info, err := f.Stat(); {
	case err != nil:
		f.Close()
		return nil, badInput(path, err)
	case info.IsDir():
		f.Close()
		return nil, badData("%s: is a folder; name a file in it", path)
	case info.Mode().IsRegular():
		in.size = info.Size()
	}
	return in, nil
}

// Close closes the file, but not standard input.
func (in *input) Close() {
	if in.ours {
		in.file.Close()
	}
}

// unreadable is the error of a table that cannot be read: bad data, unless it
// is an interrupt.
func unreadable(err error) error {
	if errors.Is(err, context.Canceled) || errors.As(err, new(*table.Error)) {
		return err
	}
	return &failure{exitBadData, err}
}

// badInput is the error of a file that cannot be read.
func badInput(path string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if of := (*fs.PathError)(nil); errors.As(err, &of) {
		err = of.Err
	}
	return badData("%s: %w; check the name and the permissions", path, err)
}
