package table

import (
	"fmt"
	"strings"
)

// unusable counts the unusable cells of a table, each once however often it is selected. The zero value has seen none.
type unusable struct {
	first  *Error // what Read would say of the first of them
	counts map[kind]int
	cells  int
	rows   int

	line   int   // the line of the row with the last of them
	latest []int // for every column, the line of the row with its last of them; 0 if it has none
}

// add counts a cell of the row that r has just read.
func (u *unusable) add(r *Reader, field int, k kind) {
	if u.first == nil {
		u.first = r.cellError(field, k)
		u.latest = make([]int, len(r.columns))
		u.counts = make(map[kind]int)
	}
	if u.latest[field] == r.line {
		return
	}
	u.latest[field] = r.line
	if u.line != r.line {
		u.line = r.line
		u.rows++
	}
	u.counts[k]++
	u.cells++
}

// summary is the error for all of them: that for the first, with the counts.
func (u *unusable) summary(columns []string) *Error {
	e := *u.first
	if u.cells == 1 {
		e.Problem += ", the only unusable cell"
		return &e
	}
	var kinds, names []string
	for _, k := range []struct {
		kind
		adjective string
	}{{empty, "empty"}, {missing, "marked as missing"}, {nan, "NaN"}, {infinite, "infinite"}} {
		if n := u.counts[k.kind]; n > 0 {
			kinds = append(kinds, fmt.Sprintf("%d %s", n, k.adjective))
		}
	}
	for i, line := range u.latest {
		if line > 0 {
			names = append(names, columns[i])
		}
	}
	where := "column"
	if len(names) > 1 {
		where = "columns"
	}
	e.Problem += fmt.Sprintf("; in all %d cells are unusable: %s, in %s, %s %s",
		u.cells, strings.Join(kinds, ", "), count(u.rows, "row"), where, list(names))
	e.Advice = "remove these rows or fill the cells"
	return &e
}
