package blas

import "github.com/seed-0327bdf7/hesse/kernels"

// A mirror says which entries of a matrix are those of another one.
type mirror int

const (
	plain     mirror = iota // none
	fromLower               // those above the diagonal are those below it
	fromUpper               // those below the diagonal are those above it
)

// mirrored is entry (i, j) of a mirrored matrix.
func (m *matrix[T]) mirrored(i, j int) T {
	if (i < j) == (m.mirror == fromLower) {
		i, j = j, i
	}
	return m.data[i*m.rs+j]
}

// expand is a small mirrored matrix of k rows, whole, number by number.
func (m *matrix[T]) expand(to []T, k int) {
	for i := range k {
		for j := range i + 1 {
			v := m.mirrored(i, j)
			to[i*k+j], to[j*k+i] = v, v
		}
	}
}

// copyMirrored copies rows top to bottom and columns lo to hi of a mirrored matrix, row by
// row: what is on the side of the diagonal that is read, what mirrors it, and between
// them, where the diagonal goes through, a square with what is above and below it.
func (m *matrix[T]) copyMirrored(dst []T, ld, top, bottom, lo, hi int) {
	first := min(max(top, lo), hi) // of the columns that the diagonal goes through
	last := min(max(bottom, lo), hi)
	m.copySide(dst, ld, top, bottom, lo, first, fromLower)
	if first < last {
		m.copySide(dst[first-lo:], ld, top, first, first, last, fromUpper)
		m.copySquare(dst[(first-top)*ld+first-lo:], ld, first, last)
		if last < bottom {
			m.copySide(dst[(last-top)*ld+first-lo:], ld, last, bottom, first, last, fromLower)
		}
	}
	if last < hi {
		m.copySide(dst[last-lo:], ld, top, bottom, last, hi, fromUpper)
	}
}

// copySide copies a rectangle on one side of the diagonal, if there is anything in it.
func (m *matrix[T]) copySide(dst []T, ld, top, bottom, lo, hi int, side mirror) {
	rows, columns := bottom-top, hi-lo
	switch {
	case rows <= 0 || columns <= 0:
	case side == m.mirror:
		kernels.Pack(kernels.Matrix[T]{Rows: rows, Cols: columns, Stride: ld, Data: dst},
			kernels.Matrix[T]{Rows: rows, Cols: columns, Stride: m.rs, Data: m.data[top*m.rs+lo:]}, nil, nil)
	default:
		kernels.Transpose(dst, ld, kernels.Matrix[T]{Rows: columns, Cols: rows, Stride: m.rs, Data: m.data[lo*m.rs+top:]})
	}
}

// copySquare copies a square on the diagonal: transposed, then the side that is read.
func (m *matrix[T]) copySquare(dst []T, ld, first, last int) {
	n, from := last-first, m.data[first*m.rs+first:]
	kernels.Transpose(dst, ld, kernels.Matrix[T]{Rows: n, Cols: n, Stride: m.rs, Data: from})
	for i := range n {
		if m.mirror == fromLower {
			copy(dst[i*ld:][:i+1], from[i*m.rs:])
		} else {
			copy(dst[i*ld+i:][:n-i], from[i*m.rs+i:])
		}
	}
}
