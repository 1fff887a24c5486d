package table

import (
	"bytes"
	"strconv"
)

// Most rows are plain: a line without quotes, all of it in the buffer, whose
// selected cells are numbers. Those are read here, from the buffer and without a
// string for any cell, in a fraction of the time. Any other row is left in the
// buffer for the CSV parser, which alone knows what is wrong with it; so plain
// reading may give up wherever it likes.

// plain reads the next row into row, if it is a plain one. All lines before it
// are empty.
func (r *Reader) plain(row []float64) bool {
	for r.err == nil {
		line := r.peekLine()
		if line == nil {
			return false
		}
		cells := line[:len(line)-1]
		if n := len(cells); n > 0 && cells[n-1] == '\r' {
			cells = cells[:n-1]
		}
		if len(cells) > 0 && (bytes.IndexByte(cells, '"') >= 0 || !r.parsePlain(cells, row)) {
			return false
		}
		r.buffer.Discard(len(line))
		r.lines++
		r.passed++
		if len(cells) > 0 {
			r.cells, r.line = cells, r.lines
			return true
		}
	}
	return false
}

// peekLine is the next line with its line break, or nil if it does not fit into
// the buffer or the input ends before.
func (r *Reader) peekLine() []byte {
	for {
		n := r.buffer.Buffered()
		ahead, _ := r.buffer.Peek(n)
		if i := bytes.IndexByte(ahead, '\n'); i >= 0 {
			return ahead[:i+1]
		}
		if _, err := r.buffer.Peek(n + 1); err != nil { // which the source will say again
			return nil
		}
	}
}

// parsePlain parses a line that has as many cells as there are columns, all
// selected ones numbers; it is false for any other.
func (r *Reader) parsePlain(line []byte, row []float64) bool {
	at := 0
	for field, place := range r.places {
		if at > len(line) {
			return false
		}
		end, known := at, false
		if place >= 0 {
			row[place], end, known = decimal(line, at)
		}
		if !known {
			end = len(line)
			if i := bytes.IndexByte(line[at:], ','); i >= 0 {
				end = at + i
			}
			if place >= 0 {
				v, k := parse(string(line[at:end]))
				if k != number {
					return false
				}
				row[place] = v
			}
		}
		r.ends[field] = end
		at = end + 1
	}
	for _, c := range r.copies {
		row[c.to] = row[c.from]
	}
	return at == len(line)+1
}

// powers are those of ten that float64 has without rounding.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// decimal is the number that begins at s[at] and ends at end, before a comma or
// with s. It knows those whose digits are an integer below 2⁵³ and whose power of
// ten is among powers: one division or multiplication then rounds once, as
// strconv does.
//
// Source: Clinger, How to Read Floating Point Numbers Accurately (1990).
func decimal(s []byte, at int) (v float64, end int, known bool) {
	i := at
	negative := i < len(s) && s[i] == '-'
	if negative || i < len(s) && s[i] == '+' {
		i++
	}
	digits, mantissa, power := -i, uint64(0), 0
	for ; i < len(s) && s[i]-'0' < 10; i++ {
		mantissa = 10*mantissa + uint64(s[i]-'0')
	}
	digits += i
	if i < len(s) && s[i] == '.' {
		i++
		power = i
		for ; i < len(s) && s[i]-'0' < 10; i++ {
			mantissa = 10*mantissa + uint64(s[i]-'0')
		}
		power -= i
		digits -= power
	}
	if i < len(s) && s[i] != ',' {
		if s[i] != 'e' && s[i] != 'E' {
			return 0, at, false
		}
		var exponent int
		if exponent, i = exponentAt(s, i+1); i < 0 {
			return 0, at, false
		}
		power += exponent
	}
	const most = 19 // digits that do not overflow
	if digits == 0 || digits > most || mantissa >= 1<<53 || power <= -len(powers) || power >= len(powers) {
		return 0, at, false
	}
	v = float64(mantissa)
	if power < 0 {
		v /= powers[-power]
	} else {
		v *= powers[power]
	}
	if negative {
		v = -v
	}
	return v, i, true
}

// exponentAt is the integer of up to three digits from s[i] to a comma or the end
// of s; end is negative if there is none.
func exponentAt(s []byte, i int) (exponent, end int) {
	end = i
	for end < len(s) && s[end] != ',' {
		end++
	}
	if end-i > 4 {
		return 0, -1
	}
	v, err := strconv.Atoi(string(s[i:end]))
	if err != nil {
		return 0, -1
	}
	return v, end
}

// place makes plain reading follow the selection.
func (r *Reader) place() {
	r.places, r.copies = make([]int, len(r.columns)), nil
	r.ends = make([]int, len(r.columns))
	for i := range r.places {
		r.places[i] = -1
	}
	for i, field := range r.selected {
		if first := r.places[field]; first >= 0 {
			r.copies = append(r.copies, copied{first, i})
		} else {
			r.places[field] = i
		}
	}
}

// copied is a column that is selected again.
type copied struct{ from, to int }
