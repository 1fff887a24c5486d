package kernels

import (
	"math"
	"math/bits"
	"unsafe"
)

// packedColumns is from how many columns on a panel is packed: its rows are
// then so far apart in memory that a tile reads a new cache line, and for
// large p a new page, with every row.
const packedColumns = 256

// An operand is a panel of a product: rows of vectors. It is small enough to
// stay in registers, as a [Matrix] is not: a tile takes half a microsecond.
type operand[T Float] struct {
	data   []T
	stride int // from row to row
}

// A layout is where the columns of an operand are: the vectors of a row lie gap
// elements apart. A row as memory has it is one whose gap is the vector.
type layout struct {
	vector, gap int
}

// at is how far a column is from the first.
func (l layout) at(column int) int {
	inside := column & (l.vector - 1)
	if l.gap == l.vector || column == inside {
		return column
	}
	return (column-inside)>>bits.TrailingZeros(uint(l.vector))*l.gap + inside
}

// vectorEnd is where the vector ends that a column is inside of, if columns
// beyond it lie elsewhere; else it is beyond all columns.
func (l layout) vectorEnd(column int) int {
	inside := column & (l.vector - 1)
	if l.gap == l.vector || inside == 0 {
		return math.MaxInt / 2
	}
	return column - inside + l.vector
}

// lineElements is how many elements a cache line has.
func lineElements[T Float]() int { return 64 / elementBytes[T]() }

// atLine is a slice from its first cache line on.
func atLine[T Float](s []T) []T {
	if len(s) == 0 {
		return s
	}
	bytes := int(-uintptr(unsafe.Pointer(&s[0])) & 63)
	return s[bytes/elementBytes[T]():]
}

// packedGap is the distance of packed vectors: one panel of them, and a line
// more so that they do not meet in the sets of a cache.
func packedGap[T Float](vector int) int { return PanelRows*vector + lineElements[T]() }

// stripeColumns is the widest stripe of any level and type.
const stripeColumns = 64

// TriangleWork is how long the work slice of [Triangle], [Gram] and [Sandwich]
// must be for matrices of p columns.
func TriangleWork(p int) int {
	const line = 16
	stripe := line + PanelRows*(min(p, stripeColumns)+2*line)
	if p < packedColumns {
		return stripe
	}
	return packedElements(p) + stripe
}

// packedElements is how many elements a packed panel of p columns takes with
// vectors of any level and type, in whole cache lines.
func packedElements(p int) int {
	const widest, narrowest, line = 16, 4, 16
	return (p + widest - 1) / widest * (widest*PanelRows + widest/narrowest*line)
}

// packRows copies n rows of an operand into work, as rows, scaled unless d is
// nil.
func packRows[T Float](from operand[T], l layout, n, columns int, d []float64, work []T) operand[T] {
	stride := SpreadStride[T](columns)
	step := columns
	if l.gap != l.vector {
		step = l.vector
	}
	for lo := 0; lo < columns; lo += step {
		pack(work[lo:], stride, from.data[l.at(lo):], n, min(step, columns-lo), from.stride, nil, d)
	}
	return operand[T]{work, stride}
}

// packPanel copies a panel into work, vector by vector. It does so for a few
// rows at a time, which it reads from left to right as memory has them.
func packPanel[T Float](m Matrix[T], l layout, work []T) operand[T] {
	const rows = 16
	for lo := 0; lo < m.Rows; lo += rows {
		few, data := min(rows, m.Rows-lo), m.Data[lo*m.Stride:]
		for from := 0; from < m.Cols; from += l.vector {
			pack(work[l.at(from)+lo*l.vector:], l.vector, data[from:], few, min(l.vector, m.Cols-from), m.Stride, nil, nil)
		}
	}
	return operand[T]{work, l.vector}
}
