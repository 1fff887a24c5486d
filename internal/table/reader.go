package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// A Reader reads numbers row by row from a CSV whose first row names the columns. The format is that of encoding/csv: commas,
// quotes around fields where needed, and line breaks as LF or CRLF. A byte order mark of UTF-8 at the start is dropped.
// Empty lines are skipped, also where there is only one column.
//
// What is wrong with the input comes back as an *Error, a failure to read it as an error that begins with the file's name.
// Memory in use is bounded whatever the input: a few times MaxLine, or some fifty times for a row of nothing but commas. A Reader is
// not safe for concurrent use.
type Reader struct {
	// Progress, if not nil, is called between two rows when at least 64 KiB have been read since the last call, and at
	// the end of the input. bytes is what has been read so far, read-ahead included.
	Progress func(bytes int64)

	// Check, if not nil, is called with the selected cells of every row, provided that all of them are finite numbers. The error it
	// returns, such as one from CellError, ends the reading.
	Check func(row []float64) error

	file    string
	closer  io.Closer // nil if there is nothing to close
	source  *source
	buffer  *bufio.Reader
	csv     *csv.Reader
	columns []string
	header  int // line of the header

	selected []int    // the fields that Read parses, from 0
	places   []int    // of every field: where in a row it goes, or −1
	copies   []copied // of fields that are selected more than once

	record []string // the row last read, from csv
	cells  []byte   // or a plain one; nil if it was none
	ends   []int    // of its cells
	line   int      // its line
	lines  int      // how many were read
	passed int      // how many of these csv has not seen

	reported int64 // bytes at the last call of Progress
	err      error // what ended the reading, io.EOF included
}

// bufferSize is how much is read at a time, and how much lies between two calls of Progress.
const bufferSize = 64 << 10

// Open opens the file at path and reads its header, see NewReader; "-" is standard input, and is called that in errors. The
// caller must Close the Reader.
func Open(path string) (*Reader, error) {
	if path == "-" {
		return NewReader(os.Stdin, "standard input")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(f, path)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.closer = f
	return r, nil
}

// Close closes the file that Open has opened. It does nothing for standard input and for a Reader from NewReader.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// NewReader returns a Reader for r and reads the header from it. file names the input in errors. It is an error if the input is
// empty, in UTF-16 or has a header that is not UTF-8, or if a column has no name or the name of another one. Spaces around names do not
// count.
func NewReader(r io.Reader, file string) (*Reader, error) {
	s := newSource(r, file)
	buffer := bufio.NewReaderSize(s, bufferSize)
	t := &Reader{file: file, source: s, buffer: buffer}
	if err := t.skipMark(); err != nil {
		return nil, err
	}
	t.csv = csv.NewReader(buffer) // takes a buffer of this size as its own
	t.csv.ReuseRecord = true
	t.csv.FieldsPerRecord = -1
	if err := t.readHeader(); err != nil {
		return nil, err
	}
	t.selected = make([]int, len(t.columns))
	for i := range t.selected {
		t.selected[i] = i
	}
	t.place()
	return t, nil
}

// skipMark drops a byte order mark of UTF-8, and fails on one of UTF-16. An input that is shorter or cannot be read is left to
// the header.
func (r *Reader) skipMark() error {
	start, _ := r.buffer.Peek(3)
	switch mark := string(start); {
	case mark == "\xef\xbb\xbf":
		_, err := r.buffer.Discard(len(mark))
		return err
	case strings.HasPrefix(mark, "\xff\xfe"), strings.HasPrefix(mark, "\xfe\xff"):
		return &Error{File: r.file, Line: 1,
			Problem: fmt.Sprintf("the file is in UTF-16 (it starts with the bytes %X)", mark[:2]), Advice: "save it as CSV in UTF-8"}
	}
	return nil
}

// Columns returns the names in the header, in the order of the file.
func (r *Reader) Columns() []string {
	return append([]string(nil), r.columns...)
}

// Select makes Read parse the named columns, in this order; without it Read parses all. A name may occur more than once. Cells of
// other columns may hold anything but NUL bytes. Unknown names are an *Error, and the selection stays as it was.
func (r *Reader) Select(names []string) error {
	field := make(map[string]int, len(r.columns))
	for i, name := range r.columns {
		field[name] = i
	}
	selected := make([]int, len(names))
	var unknown []string
	for i, name := range names {
		f, ok := field[name]
		if !ok && !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
		selected[i] = f
	}
	if unknown != nil {
		return r.unknown(unknown)
	}
	r.selected = selected
	r.place()
	return nil
}

// unknown is the error for names that are not in the header.
func (r *Reader) unknown(names []string) *Error {
	e := &Error{File: r.file, Line: r.header, Problem: "there are no columns " + list(names)}
	if len(names) == 1 {
		e.Name, e.Problem = names[0], "there is no column "+quote(names[0])
		if near, ok := nearest(names[0], r.columns); ok {
			e.Advice = "did you mean " + quote(near) + "? "
		}
	}
	e.Advice += "the columns are " + list(r.columns)
	return e
}

// Read stores the selected columns of the next row in row, which must have as many elements as columns are selected. At the
// end it returns io.EOF.
//
// It returns an *Error for a row that has more or fewer fields than the header, a row longer than MaxLine, quotes that do not match,
// and a cell that does not hold a finite number. row is then in no particular state. After an error there is no going on: Read returns
// the same error again.
func (r *Reader) Read(row []float64) error {
	if len(row) != len(r.selected) {
		return fmt.Errorf("table: Read into a row of %d for %d selected columns", len(row), len(r.selected))
	}
	if err := r.readRow(row, nil); err != nil {
		return err
	}
	return r.check(row)
}

// readRow reads the next row; bad is that of parseRow.
func (r *Reader) readRow(row []float64, bad *unusable) error {
	if r.plain(row) {
		r.report(false)
		return nil
	}
	if err := r.next(); err != nil {
		return err
	}
	return r.parseRow(row, bad)
}

// check asks Check.
func (r *Reader) check(row []float64) error {
	if r.Check != nil && r.err == nil {
		r.err = r.Check(row)
	}
	return r.err
}

// CellError returns an error at the i-th selected cell of the row last read.
func (r *Reader) CellError(i int, problem, advice string) *Error {
	return r.errorAt(r.selected[i], problem, advice)
}

func (r *Reader) errorAt(field int, problem, advice string) *Error {
	line := r.line
	if r.cells == nil {
		line = r.lineOf(field)
	}
	return &Error{File: r.file, Line: line, Column: field + 1, Name: r.columns[field], Problem: problem, Advice: advice}
}

// lineOf returns the line on which a field of the record last read by csv begins.
func (r *Reader) lineOf(field int) int {
	line, _ := r.csv.FieldPos(field)
	return line + r.passed
}

// Text returns the cell in a column of the row last read, counted in Columns and selected or not, without the spaces around it. It
// is an *Error if nothing is left. The text is valid until the next row is read.
func (r *Reader) Text(column int) ([]byte, error) {
	var s []byte
	if r.cells == nil {
		s = []byte(r.record[column])
	} else {
		from := 0
		if column > 0 {
			from = r.ends[column-1] + 1
		}
		s = r.cells[from:r.ends[column]]
	}
	if s = bytes.TrimSpace(s); len(s) == 0 && r.err == nil {
		problem, advice := empty.problem("")
		r.err = r.errorAt(column, problem, advice)
	}
	return s, r.err
}

// Line returns the line on which the row last read begins; before the first row, the line of the header.
func (r *Reader) Line() int {
	return r.line
}

// next reads the next row into r.record and checks the number of its fields.
func (r *Reader) next() error {
	if r.err != nil {
		return r.err
	}
	record, err := r.csv.Read()
	r.report(err == io.EOF)
	if err != nil {
		r.err = r.explain(record, err)
		return r.err
	}
	r.record, r.cells = record, nil
	r.line = r.lineOf(0)
	r.lines = r.lineAfter(record, r.line)
	if len(record) != len(r.columns) {
		r.err = &Error{File: r.file, Line: r.line,
			Problem: fmt.Sprintf("the row has %s, the header has %d", count(len(record), "field"), len(r.columns)),
			Advice:  "look for a comma too many or too few, or one that needs quotes around its field"}
	}
	return r.err
}

// parseRow parses the selected cells of r.record. Unusable cells go to bad if it is not nil and are errors otherwise.
func (r *Reader) parseRow(row []float64, bad *unusable) error {
	for i, field := range r.selected {
		v, k := parse(r.record[field])
		row[i] = v
		if k == number {
			continue
		}
		if bad != nil && k.unusable() {
			bad.add(r, field, k)
			continue
		}
		r.err = r.cellError(field, k)
		return r.err
	}
	return nil
}

// cellError is the error for a cell of r.record that is of kind k.
func (r *Reader) cellError(field int, k kind) *Error {
	problem, advice := k.problem(r.record[field])
	return r.errorAt(field, problem, advice)
}

// report calls Progress if it is time to, or at the end if there is anything new to report.
func (r *Reader) report(end bool) {
	due := r.source.bytes - r.reported
	if r.Progress != nil && (due >= bufferSize || end && due > 0) {
		r.reported = r.source.bytes
		r.Progress(r.source.bytes)
	}
}

// explain turns an error of r.csv, which came with the fields of partial, into one of ours.
func (r *Reader) explain(partial []string, err error) error {
	var ours *Error
	var syntax *csv.ParseError
	switch {
	case err == io.EOF, errors.As(err, &ours):
		return err
	case !errors.As(err, &syntax):
		return fmt.Errorf("%s: %w", r.file, err)
	}
	field, begin := len(partial), r.lineAfter(partial, syntax.StartLine+r.passed)
	e := &Error{File: r.file, Line: syntax.Line + r.passed, Column: field + 1}
	if field < len(r.columns) {
		e.Name = r.columns[field]
	}
	switch {
	case syntax.Err == csv.ErrBareQuote:
		e.Problem = "a quote inside a field that does not begin with one"
		e.Advice = "put the field in quotes and double those inside it"
	case r.source.quoted && r.source.err == io.EOF && r.buffer.Buffered() == 0:
		e.Line = begin
		e.Problem = "the quoted field that begins here does not end"
		e.Advice = "close it with a quote"
	default:
		e.Problem = "text after the closing quote of a field"
		if begin < e.Line {
			e.Problem += fmt.Sprintf(" that begins on line %d", begin)
		}
		e.Advice = "double the quotes inside a quoted field"
	}
	return e
}

// lineAfter returns the line on which the field after those of partial begins; start is the line of the first.
func (r *Reader) lineAfter(partial []string, start int) int {
	if len(partial) == 0 {
		return start
	}
	return r.lineOf(len(partial)-1) + strings.Count(partial[len(partial)-1], "\n")
}
