package kernels

import (
	"math"
	"math/bits"

	"github.com/seed-0327bdf7/hesse/internal/memory"
)

// A Matrix is a row-major view of data: entry (i, j) is Data[i*Stride+j]. It
// may have no rows or no columns.
type Matrix[T Float] struct {
	Rows, Cols, Stride int
	Data               []T
}

// NewMatrix is a matrix of zeros that is garbage collected like any other
// memory, begins on a cache line and, from 4 MiB on, lies in huge pages where
// Linux has them for who asks: it is filled in half the time, and rows by an
// index are found sooner. Columns that are read from the first row to the last
// gain little. The stride is the number of columns: rows that began on cache
// lines would be read no faster, and take more memory. It panics if a dimension
// is negative or an address could not hold them.
func NewMatrix[T Float](rows, cols int) Matrix[T] {
	if rows < 0 || cols < 0 {
		panic("kernels: negative dimension")
	}
	if high, n := bits.Mul(uint(rows), uint(cols)); high != 0 || n > math.MaxInt/16 {
		panic("kernels: matrix larger than any memory")
	}
	return Matrix[T]{Rows: rows, Cols: cols, Stride: cols, Data: memory.Slice[T](rows * cols)}
}

// Valid says whether the view lies within its data: no dimension is negative,
// the stride is not below the number of columns, and Data reaches to the last
// entry. It is what every function of this package demands of a matrix.
func (m Matrix[T]) Valid() bool {
	return m.Rows >= 0 && m.Cols >= 0 && m.Stride >= m.Cols && fits(m.Rows, m.Cols, m.Stride, len(m.Data))
}

// Row is row i, without what lies between its end and the stride.
func (m Matrix[T]) Row(i int) []T {
	return m.Data[i*m.Stride:][:m.Cols:m.Cols]
}

// Slice is the view of rows lo to hi, hi excluded.
func (m Matrix[T]) Slice(lo, hi int) Matrix[T] {
	from, to := m.Stride*lo, 0
	if n := rowsOf(lo, hi, m.Rows, m.Cols, m.Stride, len(m.Data)); n > 0 {
		to = from + n
	} else {
		from = 0
	}
	return Matrix[T]{Rows: hi - lo, Cols: m.Cols, Stride: m.Stride, Data: m.Data[from:to]}
}

// rowsOf is how many elements the rows lo to hi of a matrix span.
func rowsOf(lo, hi, rows, cols, stride, n int) int {
	if lo < 0 || hi < lo || hi > rows {
		panic("kernels: rows out of range")
	}
	if lo == hi || cols == 0 {
		return 0
	}
	if !fits(hi, cols, stride, n) {
		panic(tooLong)
	}
	return (hi-lo-1)*stride + cols
}

// columns is the view of columns lo to hi, hi excluded.
func (m Matrix[T]) columns(lo, hi int) Matrix[T] {
	s := Matrix[T]{Rows: m.Rows, Cols: hi - lo, Stride: m.Stride, Data: m.Data[lo:]}
	return s
}

// after is the data of the rows from row on, at most as many as a panel has.
func (m Matrix[T]) after(row int) []T {
	if row >= m.Rows {
		return nil
	}
	return m.Slice(row, min(row+PanelRows, m.Rows)).Data
}

const tooLong = "kernels: matrix longer than its data"

// fits says whether n elements hold rows with a stride. Dimensions are not
// negative; the stride may be anything. Products are of 128 bits: a stride so
// large that they overflow an int must not pass.
func fits(rows, cols, stride, n int) bool {
	if rows == 0 || cols == 0 {
		return true
	}
	high, low := bits.Mul64(uint64(rows-1), uint64(stride))
	return cols <= n && high == 0 && low <= uint64(n-cols)
}

// check panics unless the data holds the matrix; empty says that there is
// nothing to compute.
func (m Matrix[T]) check() (empty bool) {
	return checkView(m.Rows, m.Cols, m.Stride, len(m.Data))
}

// checkView is check without the matrix, which it takes longer to pass on than
// to check.
func checkView(rows, cols, stride, n int) (empty bool) {
	if rows < 0 || cols < 0 {
		panic("kernels: negative dimension")
	}
	if stride < cols {
		panic("kernels: stride below the number of columns")
	}
	if !fits(rows, cols, stride, n) {
		panic(tooLong)
	}
	return rows == 0 || cols == 0
}

func checkShift[T Float](shift []T, columns int) {
	if shift != nil && len(shift) != columns {
		panic("kernels: length of shift is not the number of columns")
	}
}

// panel is how many elements one call into assembly may touch. Goroutines
// cannot be stopped inside one, so it must end within some ten microseconds.
const panel = 1 << 14

// rowsPerCall is how many rows of p columns fit a panel, at least one: whole
// groups of UpdateRows if one fits.
func rowsPerCall(p int) int {
	rows := max(panel/p, 1)
	if rows < UpdateRows {
		return rows
	}
	return rows - rows%UpdateRows
}

// ShortStride is a good stride for copies of short rows of p columns, of which a cache
// is to keep many: they begin at halves of cache lines if the first does.
func ShortStride[T Float](p int) int {
	half := lineElements[T]() / 2
	return (p + half - 1) / half * half
}

// SpreadStride is a good stride for copies of rows of p columns: they begin at
// cache lines if the first does, so that no vector straddles two, and are an odd
// number of lines apart, so that some columns of many rows spread over all sets
// of a cache.
func SpreadStride[T Float](p int) int {
	line := lineElements[T]()
	return ((p+line-1)/line | 1) * line
}
