package glm

import (
	"errors"
	"io"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// checked is a source whose targets, weights and offsets are looked at as they
// are read.
type checked[T kernels.Float] struct {
	pass.Source[T]
	loss loss.Loss
	row  int
}

func (c *checked[T]) Rewind() error {
	c.row = 0
	return c.Source.Rewind()
}

func (c *checked[T]) Read(chunk *pass.Chunk[T]) (int, error) {
	n, err := c.Source.Read(chunk)
	if bad := checkRows(c.loss, c.row, chunk.Y[:n], head(chunk.Weights, n), head(chunk.Offset, n)); bad != nil {
		return n, bad
	}
	c.row += n
	return n, err
}

func head[T any](s []T, n int) []T {
	if s == nil {
		return nil
	}
	return s[:n]
}

// withoutColumns is a source whose design has no columns: that of the null
// model.
type withoutColumns[T kernels.Float] struct {
	pass.Source[T]
	x []T
}

func (w *withoutColumns[T]) Columns() int { return 0 }

func (w *withoutColumns[T]) Read(chunk *pass.Chunk[T]) (int, error) {
	p, rows := w.Source.Columns(), chunk.X.Rows
	if len(w.x) < rows*p {
		w.x = make([]T, rows*p)
	}
	full := *chunk
	full.X = kernels.Matrix[T]{Rows: rows, Cols: p, Stride: p, Data: w.x}
	return w.Source.Read(&full)
}

// findNotFinite reads a source for an entry of X that is not finite.
func findNotFinite[T kernels.Float](s pass.Source[T], names []string) error {
	if err := s.Rewind(); err != nil {
		return err
	}
	const rows = 1024
	chunk := pass.NewChunk(s, rows)
	for first := 0; ; {
		n, err := s.Read(chunk)
		if bad := checkDesign(first, chunk.X.Slice(0, n), names); bad != nil {
			return bad
		}
		first += n
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
