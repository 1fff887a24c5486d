package table

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is what a cell turns out to hold.
type kind int

const (
	number     kind = iota
	empty           // nothing, or spaces
	missing         // NA, N/A, null or a dot
	nan             // NaN
	infinite        // Inf or Infinity
	outOfRange      // a number too large for a float64
	text            // anything else
	notUTF8         // anything else, and it is not UTF-8
)

// unusable reports whether k is a value that data do hold but a fit cannot use, as opposed to what has no place in a column
// of numbers.
func (k kind) unusable() bool {
	return k == empty || k == missing || k == nan || k == infinite
}

// parse returns the number in a cell, if it is one. Spaces around it do not matter. Numbers are what strconv.ParseFloat takes,
// but without underscores between digits: 2020_01 is an identifier.
func parse(cell string) (float64, kind) {
	s := strings.TrimSpace(cell)
	if s == "" {
		return 0, empty
	}
	v, err := strconv.ParseFloat(s, 64)
	switch {
	case err == nil && v-v == 0 && strings.IndexByte(s, '_') < 0:
		return v, number
	case err == nil && v != v:
		return 0, nan
	case err == nil && v-v != 0:
		return 0, infinite
	case errors.Is(err, strconv.ErrRange):
		return 0, outOfRange
	case !utf8.ValidString(s):
		return 0, notUTF8
	}
	return 0, word(s)
}

// word is the kind of a cell that ParseFloat does not take.
func word(s string) kind {
	switch {
	case s == ".", strings.EqualFold(s, "NA"), strings.EqualFold(s, "N/A"), strings.EqualFold(s, "null"):
		return missing
	case strings.EqualFold(s, "-nan"), strings.EqualFold(s, "+nan"): // as C prints it
		return nan
	}
	return text
}

// problem says what is wrong with a cell of kind k, and advice what to do about it.
func (k kind) problem(cell string) (problem, advice string) {
	const fill = "remove this row or fill the cell"
	cell = strings.TrimSpace(cell)
	switch k {
	case empty:
		return "empty cell", fill
	case missing:
		return "missing value " + quote(cell), fill
	case nan:
		return "the value is NaN", fill
	case infinite:
		return "the value is infinite", fill
	case outOfRange:
		return quote(cell) + " is too large for a float64", "rescale the column"
	case notUTF8:
		return quote(cell) + " is not a number, nor is it UTF-8", "save the file as UTF-8 and correct the cell, or " + LeaveOut
	default:
		return quote(cell) + " is not a number", "correct the cell, or " + LeaveOut
	}
}
