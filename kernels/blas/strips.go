package blas

import (
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// aheadRows is how many rows of A are copied at a time, several strips.
const aheadRows = 64

// copiedRows is how many rows of A are copied for all blocks of B: copied for each of them, a
// transposed A took a tenth of the time of a product of 2000 rows, columns and sums.
const copiedRows = 1024

// strips are those of n columns of A, from column at on, of rows before bottom. They are read as
// they lie, or copied as they are asked for, in order: with their columns as rows where A is
// transposed, otherwise row by row without what lies between them.
type strips[T float] struct {
	a        matrix[T]
	at, n    int
	bottom   int
	height   int
	data     []T  // room for copies; nil where there are none
	kept     bool // copies stay for the next blocks of B
	top, end int  // of the rows that are copied
}

// stripsOf are those of the columns of A from at on, as they lie.
func (p *product[T]) stripsOf(at, bottom int) strips[T] {
	height, _, _ := kernels.GemmShape[T]()
	return strips[T]{a: p.a, at: at, n: min(depth, p.k-at), bottom: bottom, height: height}
}

// copyTo makes them copies, at most copiedRows of them if they are kept.
func (s *strips[T]) copyTo(room *scratch[T], kept bool) {
	rows := aheadRows
	if kept {
		rows = copiedRows
	}
	if len(room.rows) < rows*depth {
		room.rows = memory.Slice[T](rows * depth)
	}
	s.data, s.kept = room.rows, kept
}

// from is the strip that begins with row i, and its strides.
func (s *strips[T]) from(i int) (a []T, ars, acs int) {
	if s.data == nil {
		return s.a.from(i, s.at), s.a.rs, s.a.cs
	}
	if s.end == 0 || !s.kept && i >= s.end { // the first one, or in the place of others
		s.top, s.end = i, i
	}
	for i >= s.end {
		lo := s.end
		s.end = min(lo+aheadRows, s.bottom)
		to := s.data[(lo-s.top)*s.n:]
		if s.a.mirror != plain {
			s.a.copyMirrored(to, s.n, lo, s.end, s.at, s.at+s.n)
			continue
		}
		rows := s.a.lines(lo, s.end, s.at, s.at+s.n)
		if s.a.cs != 1 {
			packColumns(to, rows, s.height)
		} else {
			kernels.Pack(kernels.Matrix[T]{Rows: rows.Rows, Cols: s.n, Stride: s.n, Data: to}, rows, nil, nil)
		}
	}
	if s.a.cs != 1 {
		return s.data[(i-s.top)*s.n:], 1, s.height
	}
	return s.data[(i-s.top)*s.n:], s.n, 1
}

// lines are rows top to bottom and columns lo to hi as they lie in memory: transposed where m is.
func (m *matrix[T]) lines(top, bottom, lo, hi int) kernels.Matrix[T] {
	if m.cs != 1 {
		return kernels.Matrix[T]{Rows: hi - lo, Cols: bottom - top, Stride: m.cs, Data: m.from(top, lo)}
	}
	return kernels.Matrix[T]{Rows: bottom - top, Cols: hi - lo, Stride: m.rs, Data: m.from(top, lo)}
}

// next is what may be fetched while the strip that begins with row i is multiplied, up to so
// many rows of memory: the next strip, or its share of those that are copied next.
func (s *strips[T]) next(i, most int) kernels.Matrix[T] {
	var none kernels.Matrix[T]
	after := i + s.height
	switch {
	case s.data == nil && s.a.cs != 1 || after >= s.bottom:
		return none
	case s.data == nil:
		rows := s.a.lines(after, min(after+s.height, s.bottom), s.at, s.at+s.n)
		return rows.Slice(0, min(rows.Rows, most))
	case after < s.end && i+aheadRows < s.end: // copied for an earlier block
		rows := min(s.height, s.end-after)
		m := kernels.Matrix[T]{Rows: rows, Cols: s.n, Stride: s.n, Data: s.data[(after-s.top)*s.n:]}
		return m.Slice(0, min(rows, most))
	case s.end >= s.bottom || s.a.mirror != plain:
		return none
	}
	rows := s.a.lines(s.end, min(s.end+aheadRows, s.bottom), s.at, s.at+s.n)
	share := (rows.Rows*s.height + aheadRows - 1) / aheadRows
	lo := min((i-s.top)%aheadRows/s.height*share, rows.Rows)
	return rows.Slice(lo, min(lo+min(share, most), rows.Rows))
}
