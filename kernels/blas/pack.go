package blas

import (
	"sync"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A scratch is the memory that a goroutine packs into: a block of B, 480 KiB,
// and a strip of A, 16 KiB; for a symmetric A a square of it too, 512 KiB, half
// of that for float32. Goroutines keep none: the collector frees what a pool
// holds.
type scratch[T float] struct {
	block, rows, square []T
}

var (
	scratches64 = sync.Pool{New: func() any { return newScratch[float64]() }}
	scratches32 = sync.Pool{New: func() any { return newScratch[float32]() }}
)

func newScratch[T float]() *scratch[T] {
	elements := depth * 8 / elementBytes[T]()
	return &scratch[T]{block: memory.Slice[T](elements * blockColumns), rows: memory.Slice[T](elements * 8)}
}

func pool[T float]() *sync.Pool {
	if elementBytes[T]() == 8 {
		return &scratches64
	}
	return &scratches32
}

func getScratch[T float]() *scratch[T] { return pool[T]().Get().(*scratch[T]) }

func putScratch[T float](s *scratch[T]) { pool[T]().Put(s) }

func (s *scratch[T]) forSquare() []T {
	if s.square == nil {
		s.square = memory.Slice[T](depth * depth)
	}
	return s.square
}

func elementBytes[T float]() int {
	var t T
	return int(unsafe.Sizeof(t))
}

// pack copies n rows of B from row at on, columns lo to hi, into panels.
func (s *scratch[T]) pack(b *matrix[T], at, n, lo, hi, width int) panels[T] {
	return packTo(s.block, b, at, n, lo, hi, width)
}

// packTo does so to a place.
func packTo[T float](block []T, b *matrix[T], at, n, lo, hi, width int) panels[T] {
	to := panels[T]{data: block, ld: width, step: n * width, first: lo, width: width}
	for from := lo; from < hi; from += width {
		columns := min(width, hi-from)
		dst := to.data[(from-lo)/width*to.step:]
		if b.cs == 1 {
			kernels.Pack(
				kernels.Matrix[T]{Rows: n, Cols: columns, Stride: width, Data: dst},
				kernels.Matrix[T]{Rows: n, Cols: columns, Stride: b.rs, Data: b.from(at, from)}, nil, nil)
		} else {
			kernels.Transpose(dst, width, kernels.Matrix[T]{Rows: columns, Cols: n, Stride: b.cs, Data: b.from(at, from)})
		}
	}
	return to
}

// strip copies n columns of a strip of a transposed A.
func (s *scratch[T]) strip(a []T, stride, n, rows int) []T {
	height, _, _ := kernels.GemmShape[T]()
	kernels.Pack(
		kernels.Matrix[T]{Rows: n, Cols: rows, Stride: height, Data: s.rows},
		kernels.Matrix[T]{Rows: n, Cols: rows, Stride: stride, Data: a}, nil, nil)
	return s.rows
}
