package pass

import (
	"errors"
	"fmt"
	"io"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// Data is rows in memory: a design X and, for every row of it, a target and
// perhaps a weight and an offset. Nothing of it is copied or changed.
type Data[T kernels.Float] struct {
	X       kernels.Matrix[T]
	Y       []T
	Weights []T // not negative; nil: every weight is 1
	Offset  []T // nil: every offset is 0

	// Index lists the rows that count, in their order, with repetition if it
	// repeats them; nil is all rows of X. It indexes Y, Weights and Offset too.
	Index []int
}

// rows is how many rows a pass over the data has.
func (d *Data[T]) rows() int {
	if d.Index != nil {
		return len(d.Index)
	}
	return d.X.Rows
}

func (d *Data[T]) check() error {
	x := d.X
	if x.Rows < 0 || x.Cols < 0 || x.Stride < x.Cols {
		return fmt.Errorf("pass: %d×%d matrix with stride %d", x.Rows, x.Cols, x.Stride)
	}
	if !x.Valid() {
		return fmt.Errorf("pass: %d×%d matrix with stride %d does not fit in %d elements", x.Rows, x.Cols, x.Stride, len(x.Data))
	}
	for _, v := range []struct {
		name  string
		slice []T
		must  bool
	}{{"Y", d.Y, true}, {"Weights", d.Weights, false}, {"Offset", d.Offset, false}} {
		if len(v.slice) != x.Rows && (v.must || v.slice != nil) {
			return fmt.Errorf("pass: %s has %d elements for %d rows", v.name, len(v.slice), x.Rows)
		}
	}
	for _, i := range d.Index {
		if i < 0 || i >= x.Rows {
			return fmt.Errorf("pass: row %d in Index, of %d rows", i, x.Rows)
		}
	}
	return nil
}

// A Source is rows that are read anew in every pass, from a file for example.
// It must yield the same rows every time.
type Source[T kernels.Float] interface {
	// Columns is the number of columns of X.
	Columns() int
	// Weighted and Offsets say whether rows have a weight and an offset.
	Weighted() bool
	Offsets() bool
	// Rewind makes the next Read begin at the first row.
	Rewind() error
	// Read fills a chunk from its first row on and returns how many rows it
	// has filled: all of them but at the end, where the error is io.EOF.
	Read(c *Chunk[T]) (rows int, err error)
}

// A Chunk is room for rows of a Source. Weights and Offset are nil if the
// source has none.
type Chunk[T kernels.Float] struct {
	X                  kernels.Matrix[T]
	Y, Weights, Offset []T
}

// NewChunk is room for rows of s.
func NewChunk[T kernels.Float](s Source[T], rows int) *Chunk[T] {
	p := s.Columns()
	c := &Chunk[T]{X: kernels.NewMatrix[T](rows, p), Y: memory.Slice[T](rows)}
	if s.Weighted() {
		c.Weights = memory.Slice[T](rows)
	}
	if s.Offsets() {
		c.Offset = memory.Slice[T](rows)
	}
	return c
}

// fill reads until the chunk is full or the source has ended.
func (c *Chunk[T]) fill(s Source[T]) (rows int, err error) {
	rows, err = s.Read(c)
	if rows < 0 || rows > c.X.Rows {
		return 0, fmt.Errorf("pass: a source returned %d rows for a chunk of %d", rows, c.X.Rows)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	} else if err == nil && rows < c.X.Rows {
		err = fmt.Errorf("pass: a source returned %d of %d rows without io.EOF", rows, c.X.Rows)
	}
	return rows, err
}

// data is the first rows of the chunk.
func (c *Chunk[T]) data(rows int) Data[T] {
	d := Data[T]{X: c.X.Slice(0, rows), Y: c.Y[:rows]}
	if c.Weights != nil {
		d.Weights = c.Weights[:rows]
	}
	if c.Offset != nil {
		d.Offset = c.Offset[:rows]
	}
	return d
}
