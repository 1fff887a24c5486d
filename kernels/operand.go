package kernels

import (
	"math"
	"unsafe"
)

// packedColumns is from how many columns on a panel is packed: its rows are
// then so far apart in memory that a tile reads a new cache line, and for
// large p a new page, with every row.
const packedColumns = 256

// An operand is a panel of a product: rows of vectors that lie gap elements
// apart.
type operand[T Float] struct {
	data        []T
	stride      int // from row to row
	vector, gap int // columns of a vector, elements from vector to vector
}

// from is the operand from a column on. Within a packed operand the column is
// at the start of a vector, unless only that vector is read.
func (o operand[T]) from(column int) operand[T] {
	if o.gap == o.vector {
		o.data = o.data[column:]
	} else {
		o.data = o.data[column/o.vector*o.gap+column%o.vector:]
	}
	return o
}

// vectorEnd is where the vector ends that a column is inside of, if columns
// beyond it lie elsewhere; else it is beyond all columns.
func (o operand[T]) vectorEnd(column int) int {
	if o.gap == o.vector || column%o.vector == 0 {
		return math.MaxInt / 2
	}
	return column - column%o.vector + o.vector
}

func rowMajor[T Float](m Matrix[T], vector int) operand[T] {
	return operand[T]{data: m.Data, stride: m.Stride, vector: vector, gap: vector}
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
	if p < packedColumns {
		return line + PanelRows*(p+2*line)
	}
	return line + packedElements(p) + PanelRows*(stripeColumns+2*line)
}

// packedElements is how many elements a packed panel of p columns takes with
// vectors of any level and type, in whole cache lines.
func packedElements(p int) int {
	const widest, narrowest, line = 16, 4, 16
	return (p + widest - 1) / widest * (widest*PanelRows + widest/narrowest*line)
}

// packRows copies n rows into work, scaled unless d is nil.
func packRows[T Float](from operand[T], n, columns int, d []float64, work []T) operand[T] {
	to := Matrix[T]{Rows: n, Cols: columns, Stride: SpreadStride[T](columns), Data: work}
	step := columns
	if from.gap != from.vector {
		step = from.vector
	}
	for lo := 0; lo < columns; lo += step {
		hi := min(lo+step, columns)
		pack(to.columns(lo, hi), Matrix[T]{Rows: n, Cols: hi - lo, Stride: from.stride, Data: from.from(lo).data}, nil, d)
	}
	return rowMajor(to, from.vector)
}

// packPanel copies a panel into work, vector by vector. It does so for a few
// rows at a time, which it reads from left to right as memory has them.
func packPanel[T Float](m Matrix[T], vector int, work []T) operand[T] {
	const rows = 16
	gap := packedGap[T](vector)
	for lo := 0; lo < m.Rows; lo += rows {
		few := m.Slice(lo, min(lo+rows, m.Rows))
		for from := 0; from < m.Cols; from += vector {
			columns := min(vector, m.Cols-from)
			to := Matrix[T]{Rows: few.Rows, Cols: columns, Stride: vector, Data: work[from/vector*gap+lo*vector:]}
			pack(to, few.columns(from, from+columns), nil, nil)
		}
	}
	return operand[T]{data: work, stride: vector, vector: vector, gap: gap}
}
