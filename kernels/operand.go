package kernels

import "math"

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
	o.data = o.data[column/o.vector*o.gap+column%o.vector:]
	return o
}

// vectorEnd is where the vector ends that a column is inside of, if columns
// beyond it lie elsewhere; else it is beyond all columns.
func (o operand[T]) vectorEnd(column int) int {
	if o.gap == o.vector || column%o.vector == 0 {
		return math.MaxInt
	}
	return column - column%o.vector + o.vector
}

func rowMajor[T Float](m Matrix[T], vector int) operand[T] {
	return operand[T]{data: m.Data, stride: m.Stride, vector: vector, gap: vector}
}

// lineElements is how many elements a cache line has.
func lineElements[T Float]() int { return 64 / elementBytes[T]() }

// packedGap is the distance of packed vectors: one panel of them, and a line
// more so that they do not meet in the sets of a cache.
func packedGap[T Float](vector int) int { return PanelRows*vector + lineElements[T]() }

// TriangleWork is how long the work slice of [Triangle] and [Gram] must be for
// matrices of p columns. It is zero for a narrow matrix.
func TriangleWork(p int) int {
	if p < packedColumns {
		return 0
	}
	return 2 * packedElements(p)
}

// packedElements is how many elements a packed panel of p columns takes with
// vectors of any level and type.
func packedElements(p int) int {
	const widest, narrowest, line = 16, 4, 16
	return (p + widest - 1) / widest * (widest*PanelRows + widest/narrowest*line)
}

// packBoth copies the panels of a product into work, vector by vector; one copy
// serves both if they are the same.
func packBoth[T Float](a, b Matrix[T], vector int, work []T) (left, right operand[T]) {
	left = packPanel(a, vector, work)
	if &a.Data[0] == &b.Data[0] && a.Stride == b.Stride {
		return left, left
	}
	return left, packPanel(b, vector, work[packedElements(a.Cols):])
}

func packPanel[T Float](m Matrix[T], vector int, work []T) operand[T] {
	gap := packedGap[T](vector)
	for from := 0; from < m.Cols; from += vector {
		columns := min(vector, m.Cols-from)
		to := Matrix[T]{Rows: m.Rows, Cols: columns, Stride: vector, Data: work[from/vector*gap:]}
		pack(to, m.columns(from, from+columns), nil, nil)
	}
	return operand[T]{data: work, stride: vector, vector: vector, gap: gap}
}
