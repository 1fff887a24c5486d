package blas

import "sync"

// place is where element i of n lies, an increment apart from the next. With a
// negative one the first is at the end of the slice.
func place(i, n, inc int) int {
	if inc < 0 {
		return (i - n + 1) * inc
	}
	return i * inc
}

// A line is a vector whose elements lie side by side: the caller's own, or a
// copy of n elements that a pool lends.
type line[T float] struct {
	data []T
	copy *[]T
}

var lines64, lines32 sync.Pool

func linePool[T float]() *sync.Pool {
	if elementBytes[T]() == 8 {
		return &lines64
	}
	return &lines32
}

func newLine[T float](x []T, n, inc int) line[T] {
	if inc == 1 {
		return line[T]{data: x[:n]}
	}
	c, _ := linePool[T]().Get().(*[]T)
	if c == nil || len(*c) < n {
		c = new([]T)
		*c = make([]T, n)
	}
	l := line[T]{(*c)[:n], c}
	at := place(0, n, inc)
	for i := range l.data {
		l.data[i] = x[at]
		at += inc
	}
	return l
}

// release gives a copy back.
func (l *line[T]) release() {
	if l.copy != nil {
		linePool[T]().Put(l.copy)
	}
}

// store takes a copy to where it came from, and gives it back.
func (l *line[T]) store(x []T, n, inc int) {
	if l.copy == nil {
		return
	}
	at := place(0, n, inc)
	for _, v := range l.data {
		x[at] = v
		at += inc
	}
	l.release()
}
