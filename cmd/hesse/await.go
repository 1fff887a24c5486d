package main

import (
	"context"
	"io"
)

// await returns what f returns, or the error of ctx as soon as that ends. f
// then goes on by itself: the system call it waits in cannot be stopped.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	if err := ctx.Err(); err != nil {
		var none T
		return none, err
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// awaitReader is r, but for a Read that waits when ctx ends.
type awaitReader struct {
	ctx    context.Context
	r      io.Reader
	buffer []byte // the reading goroutine's own: it may outlive the call
}

func (a *awaitReader) Read(p []byte) (int, error) {
	if a.buffer == nil {
		a.buffer = make([]byte, 64<<10)
	}
	into := a.buffer[:min(len(p), len(a.buffer))]
	n, err := await(a.ctx, func() (int, error) { return a.r.Read(into) })
	copy(p, into[:n])
	return n, err
}

// write writes p to w. After an error p must not be changed any more.
func write(ctx context.Context, w io.Writer, p []byte) error {
	_, err := await(ctx, func() (int, error) { return w.Write(p) })
	return err
}
