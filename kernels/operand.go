package kernels

import "unsafe"

// packedColumns is from how many columns on a panel is packed: its rows are
// then so far apart in memory that a tile reads a new cache line, and for
// large p a new page, with every row.
const packedColumns = 256

// An operand is some columns of a panel. It is small enough to stay in
// registers, as a [Matrix] is not: a tile takes half a microsecond.
type operand[T Float] struct {
	data   []T
	stride int // from row to row
}

// matrix is n rows of the operand's first columns.
func (o operand[T]) matrix(n, columns int) Matrix[T] {
	return Matrix[T]{Rows: n, Cols: columns, Stride: o.stride, Data: o.data}
}

// panelRows are the rows of a panel, as they lie in X, or packed: block by block
// of columns, each with its rows one after the other.
type panelRows[T Float] struct {
	data        []T
	width, last int // columns of a block, and where the last one begins
	stride      int // of rows as they lie in X, of the last block if packed
}

// from is the operand that begins with a column, and how many columns lie
// beside it.
func (p *panelRows[T]) from(column int) (o operand[T], columns int) {
	switch {
	case p.width == 0:
		return operand[T]{p.data[column:], p.stride}, p.stride
	case column >= p.last:
		return operand[T]{p.data[p.last*PanelRows+column-p.last:], p.stride}, p.stride
	}
	inside := column % p.width
	return operand[T]{p.data[(column-inside)*PanelRows+inside:], p.width}, p.width - inside
}

// packPanel copies a panel into work, in blocks as wide as a stripe; the last
// one begins at column last. It does so for a few rows at a time, which it
// reads from left to right as memory has them.
func packPanel[T Float](m Matrix[T], width, last int, work []T) panelRows[T] {
	const rows = 16
	line := lineElements[T]()
	packed := panelRows[T]{data: work, width: width, last: last, stride: (m.Cols - last + line - 1) / line * line}
	for lo := 0; lo < m.Rows; lo += rows {
		few, data := min(rows, m.Rows-lo), m.Data[lo*m.Stride:]
		for from := 0; from < last; from += width {
			pack(work[from*PanelRows+lo*width:], width, data[from:], few, width, m.Stride, nil, nil)
		}
		pack(work[last*PanelRows+lo*packed.stride:], packed.stride, data[last:], few, m.Cols-last, m.Stride, nil, nil)
	}
	return packed
}

// packScaled copies n rows of some columns into work, each times its weight.
func packScaled[T Float](from operand[T], n, columns int, d []float64, work []T) operand[T] {
	stride := SpreadStride[T](columns)
	pack(work, stride, from.data, n, columns, from.stride, nil, d)
	return operand[T]{work, stride}
}

// stripeColumns is the widest stripe of any level and type, and tailColumns
// how many columns may follow the last one.
const (
	stripeColumns = 64
	tailColumns   = 8
)

// leastWork is up to how many columns a triangle needs no work slice at any level: narrow
// takes all of them.
const leastWork = 30

// TriangleWork is how long the work slice of [Triangle], [Gram] and [Sandwich]
// must be for matrices of p columns: up to 30 of them need none.
func TriangleWork(p int) int {
	if p <= leastWork {
		return 0
	}
	const line = 16
	stripe := line + PanelRows*(min(p, stripeColumns)+2*line) + PanelRows*3*line
	if p < packedColumns {
		return stripe
	}
	return PanelRows*(p+line) + stripe
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
