package table

import (
	"bytes"
	"fmt"
	"io"
)

// MaxLine is the number of bytes that a row may have, its final line break not counted. It bounds the memory that a Reader
// needs for a file without line breaks, or with a quote that is never closed.
const MaxLine = 8 << 20

// source passes bytes on to the CSV parser. It follows rows and quotes just closely enough to stop at a row longer than
// MaxLine and at a NUL byte. The parser hands each row out before it sees the error that a later byte has caused.
//
// A line break ends a row if the quotes so far are even in number, which is so wherever the parser finds nothing wrong.
type source struct {
	r    io.Reader
	file string
	// interrupted, if not nil, is asked before every read; the error it returns ends the input.
	interrupted func() error

	bytes  int64 // read from r
	line   int   // the line of the next byte
	start  int   // the line on which the row of the next byte begins
	length int   // bytes of that row so far
	quoted bool  // the next byte is inside quotes
	err    error // what ended the input, io.EOF included
}

func newSource(r io.Reader, file string) *source {
	return &source{r: r, file: file, line: 1, start: 1}
}

// Read implements io.Reader. Once it has returned an error it returns that error again, without reading.
func (s *source) Read(p []byte) (int, error) {
	if s.err == nil && s.interrupted != nil {
		s.err = s.interrupted()
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.bytes += int64(n)
	s.err = err
	p = p[:n]
	nul := bytes.IndexByte(p, 0)
	if nul >= 0 {
		p = p[:nul]
	}
	if !s.follow(p) {
		s.err = s.tooLong() // p is far shorter than MaxLine, so all rows before this one have been passed on
		return 0, s.err
	}
	if nul >= 0 {
		s.err = &Error{File: s.file, Line: s.line,
			Problem: "NUL byte: this is UTF-16 or binary, not text in UTF-8", Advice: "save the file as CSV in UTF-8"}
	}
	return len(p), s.err
}

// follow moves s over p, and reports whether no row in it grew longer than MaxLine.
func (s *source) follow(p []byte) bool {
	for len(p) > 0 {
		piece, toggles := p, false
		if i := bytes.IndexByte(p, '"'); i >= 0 {
			piece, toggles = p[:i+1], true
		}
		p = p[len(piece):]
		s.line += bytes.Count(piece, newline)
		if last := bytes.LastIndexByte(piece, '\n'); last >= 0 && !s.quoted {
			if s.length+bytes.IndexByte(piece, '\n') > MaxLine {
				return false
			}
			s.start = s.line
			s.length = len(piece) - last - 1
		} else if s.length += len(piece); s.length > MaxLine {
			return false
		}
		s.quoted = s.quoted != toggles
	}
	return true
}

var newline = []byte{'\n'}

// tooLong is the error for the row at which follow stopped.
func (s *source) tooLong() *Error {
	e := &Error{File: s.file, Line: s.start, Problem: fmt.Sprintf("the row that begins here is longer than %d MiB", MaxLine>>20),
		Advice: "make sure that this is a CSV file with line breaks"}
	if s.quoted {
		e.Advice = "look for a quoted field whose closing quote is missing"
	}
	return e
}
