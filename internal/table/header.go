package table

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// readHeader reads the first row and takes the names of the columns from it.
func (r *Reader) readHeader() error {
	record, err := r.csv.Read()
	if err == io.EOF {
		return &Error{File: r.file, Line: 1, Problem: "the file is empty", Advice: "it needs a header line with the names of the columns"}
	}
	if err != nil {
		return r.explain(record, err)
	}
	r.header, _ = r.csv.FieldPos(0)
	r.line = r.header
	r.lines = r.lineAfter(record, r.header)
	first := make(map[string]int, len(record))
	for i, name := range record {
		name = strings.TrimSpace(name)
		problem, advice := checkName(name, i)
		if j, taken := first[name]; taken && problem == "" {
			problem, advice = fmt.Sprintf("column %d has this name already", j+1), "rename one of the two"
		}
		if problem != "" {
			line, _ := r.csv.FieldPos(i)
			return &Error{File: r.file, Line: line, Column: i + 1, Name: name, Problem: problem, Advice: advice}
		}
		first[name] = i
		r.columns = append(r.columns, name)
	}
	return nil
}

// checkName says what is wrong with the name of a column, if anything is.
func checkName(name string, field int) (problem, advice string) {
	switch {
	case name == "" && field == 0:
		return "the column has no name", "name it, or write the file without row names (R: row.names = FALSE, pandas: index=False)"
	case name == "":
		return "the column has no name", "name it, or remove it"
	case !utf8.ValidString(name):
		return "the name is not UTF-8", "save the file as UTF-8"
	case strings.Contains(name, "\r"):
		return "the name holds a carriage return", "end lines with LF or CRLF, not with CR alone"
	}
	return "", ""
}
