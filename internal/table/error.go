package table

import (
	"fmt"
	"strconv"
	"strings"
)

// Error says where in the input something is wrong, what it is, and what to do about it.
type Error struct {
	// File is the name the Reader was given; "standard input" for Open("-").
	File string
	// Line is the physical line, from 1. For a cell it is the line on which the cell begins.
	Line int
	// Column is the number of the field in its row, from 1; 0 means that no one field is meant.
	Column int
	// Name is the name of that column, or "" if it has none.
	Name string
	// Problem is what is wrong. Text of the input that it quotes is shortened.
	Problem string
	// Advice is what to do about it, or "".
	Advice string
}

// LeaveOut is the end of the Advice on a cell that holds text. A caller can replace it who knows how columns are left out, or that this
// one cannot be.
const LeaveOut = "leave the column out"

// Error returns one line: file:line: column 3 ("x2"): problem; advice.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: ", e.File, e.Line)
	if e.Column > 0 {
		fmt.Fprintf(&b, "column %d", e.Column)
		if e.Name != "" {
			fmt.Fprintf(&b, " (%s)", quote(e.Name))
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Problem)
	if e.Advice != "" {
		b.WriteString("; ")
		b.WriteString(e.Advice)
	}
	return b.String()
}

// maxQuoted is the number of runes of the input that a message quotes at most.
const maxQuoted = 40

// quote returns s in Go's quotes, on one line; what exceeds maxQuoted runes becomes an ellipsis after the closing quote.
func quote(s string) string {
	runes := 0
	for i := range s {
		if runes == maxQuoted {
			return strconv.Quote(s[:i]) + "…"
		}
		runes++
	}
	return strconv.Quote(s)
}

// maxListed is the number of names that a message lists at most.
const maxListed = 12

// list returns the names, quoted and separated by commas; from the thirteenth on they are only counted.
func list(names []string) string {
	listed := names[:min(len(names), maxListed)]
	quoted := make([]string, len(listed))
	for i, name := range listed {
		quoted[i] = quote(name)
	}
	s := strings.Join(quoted, ", ")
	if more := len(names) - len(listed); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// count returns "1 row", "2 rows".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
