package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/seed-0327bdf7/hesse/internal/table"
)

const (
	exitFailed       = 1
	exitUsage        = 2
	exitBadData      = 3
	exitNotConverged = 4
	exitInterrupted  = 130
)

// A failure is an error with its exit status.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usage(format string, values ...any) error {
	return &failure{exitUsage, fmt.Errorf(format, values...)}
}

func badData(format string, values ...any) error {
	return &failure{exitBadData, fmt.Errorf(format, values...)}
}

func exitCode(err error) int {
	var coded *failure
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, new(*table.Error)):
		return exitBadData
	}
	return exitFailed
}

// joined is an error that says all that went wrong, with the exit status of
// the first. To who has interrupted, that is all there is to say; a reader of
// standard output that has gone away is nothing beside others.
func joined(errs ...error) (first error) {
	for _, err := range errs {
		switch {
		case err == nil || errors.Is(first, context.Canceled):
		case first == nil || errors.Is(first, syscall.EPIPE):
			first = err
		case !errors.Is(err, syscall.EPIPE):
			first = &failure{exitCode(first), fmt.Errorf("%v; %v", first, err)}
		}
	}
	return first
}

// report writes an error on one line. A reader of standard output that has
// gone away is no news to anyone.
func report(w io.Writer, err error) {
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	}
	fmt.Fprintf(w, "hesse: %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
}
