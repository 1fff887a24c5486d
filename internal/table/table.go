// Package table reads tables of numbers from files. CSV is the one format so far.
package table

import (
	"context"
	"io"

	"github.com/seed-0327bdf7/hesse/internal/memory"
)

// A Table is a matrix of finite numbers with named columns.
type Table struct {
	Columns []string
	Rows    int
	// Data is row-major: row i is Data[i*len(Columns) : (i+1)*len(Columns)]. It
	// lies in huge pages where the system has them.
	Data []float64
}

// Column returns a copy of column j.
func (t *Table) Column(j int) []float64 {
	values := memory.Slice[float64](t.Rows)
	for i := range values {
		values[i] = t.Data[i*len(t.Columns)+j]
	}
	return values
}

// ReadAll reads the rows that are left, their selected columns. It is an *Error if there are none.
//
// Cells that are empty, marked as missing (NA, N/A, null or a dot), NaN or infinite do not stop it: it goes on to the end and returns
// one *Error, at the first of them, that counts them all. All else that is wrong stops it at once, as in Read.
//
// When ctx is done, ReadAll returns ctx.Err() at the next 64 KiB of input or sooner. It cannot interrupt a read that blocks.
func (r *Reader) ReadAll(ctx context.Context) (*Table, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.source.interrupted = ctx.Err
	defer func() { r.source.interrupted = nil }()

	t := &Table{Columns: make([]string, len(r.selected))}
	for i, field := range r.selected {
		t.Columns[i] = r.columns[field]
	}
	var bad unusable
	var data memory.Builder[float64]
	row := make([]float64, len(r.selected))
	for {
		before := bad.cells
		err := r.readRow(row, &bad)
		if err == io.EOF {
			break
		}
		if err == nil {
			if bad.cells == before {
				err = r.check(row)
			}
			if bad.first == nil { // else rows serve no purpose any more
				data.Append(row)
			}
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, err
		}
		t.Rows++
	}
	if bad.first != nil {
		return nil, bad.summary(r.columns)
	}
	if t.Rows == 0 {
		return nil, &Error{File: r.file, Line: r.line, Problem: "no rows", Advice: "the header needs at least one row of numbers below it"}
	}
	t.Data = data.Join()
	return t, nil
}
