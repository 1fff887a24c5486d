package blas

import (
	"sync"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A scratch is the memory that a goroutine packs into: a block of B, 480 KiB,
// and strips of A, 128 KiB or, where they stay for other blocks, 2 MiB. For float32 A takes
// half of that. Goroutines keep none: the collector frees what a pool holds.
type scratch[T float] struct {
	block, rows []T
}

var (
	scratches64 = sync.Pool{New: func() any { return newScratch[float64]() }}
	scratches32 = sync.Pool{New: func() any { return newScratch[float32]() }}
)

func newScratch[T float]() *scratch[T] {
	elements := depth * 8 / elementBytes[T]()
	return &scratch[T]{block: memory.Slice[T](elements * blockColumns)}
}

func pool[T float]() *sync.Pool {
	if elementBytes[T]() == 8 {
		return &scratches64
	}
	return &scratches32
}

func getScratch[T float]() *scratch[T] { return pool[T]().Get().(*scratch[T]) }

func putScratch[T float](s *scratch[T]) { pool[T]().Put(s) }

func elementBytes[T float]() int {
	var t T
	return int(unsafe.Sizeof(t))
}

// pack copies n rows of B from row at on, columns lo to hi, into panels.
func (s *scratch[T]) pack(b *matrix[T], at, n, lo, hi, width int) panels[T] {
	return packTo(s.block, b, at, n, lo, hi, width)
}

// packedRows is how many rows of several panels, or strips, are copied before the next
// ones: rows lie a page of memory or more apart, and a processor remembers where some
// tens of pages are.
const packedRows = 32

// packTo does so to a place.
func packTo[T float](block []T, b *matrix[T], at, n, lo, hi, width int) panels[T] {
	to := panels[T]{data: block, ld: width, step: n * width, first: lo, width: width}
	if b.asItLies() {
		packColumns(block, kernels.Matrix[T]{Rows: n, Cols: hi - lo, Stride: b.rs, Data: b.from(at, lo)}, width)
		return to
	}
	for from := lo; from < hi; from += width {
		columns := min(width, hi-from)
		if b.mirror != plain {
			b.copyMirrored(to.data[(from-lo)/width*to.step:], width, at, at+n, from, from+columns)
			continue
		}
		kernels.Transpose(to.data[(from-lo)/width*to.step:], width,
			kernels.Matrix[T]{Rows: columns, Cols: n, Stride: b.cs, Data: b.from(at, from)})
	}
	return to
}

// packColumns copies the columns of a matrix, so many at a time: they lie row by row,
// one block of columns after the other.
func packColumns[T float](dst []T, m kernels.Matrix[T], width int) {
	for top := 0; top < m.Rows; top += packedRows {
		few := min(packedRows, m.Rows-top)
		for from := 0; from < m.Cols; from += width {
			columns := min(width, m.Cols-from)
			kernels.Pack(
				kernels.Matrix[T]{Rows: few, Cols: columns, Stride: width, Data: dst[from*m.Rows+top*width:]},
				kernels.Matrix[T]{Rows: few, Cols: columns, Stride: m.Stride, Data: m.Data[top*m.Stride+from:]}, nil, nil)
		}
	}
}
