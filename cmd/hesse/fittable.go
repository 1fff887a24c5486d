package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// A fitTable is standard output of many fits: a row of CSV for each, or with
// json an object a line. CSV begins with the first fit.
type fitTable struct {
	console  *console
	json     bool
	key      string // the column, in CSV, that tells fits apart
	field    string // the field of JSON that does
	number   bool   // which is a number
	features []string
	names    []string // of the coefficients

	text            []byte
	fits, converged int
}

func newFitTable(con *console, json bool, key, field string, features []string, intercept bool) *fitTable {
	t := &fitTable{console: con, json: json, key: key, field: field, features: features}
	if intercept {
		t.names = append(t.names, glm.InterceptName)
	}
	t.names = append(t.names, features...)
	return t
}

// writtenBytes is how much text is written at a time.
const writtenBytes = 64 << 10

// add adds a fit of some, and writes if there is enough to write.
func (t *fitTable) add(ctx context.Context, key string, f *batch.Fits, fit int) error {
	if t.fits == 0 && !t.json {
		t.header()
	}
	t.fits++
	if f.Status[fit] == batch.Converged {
		t.converged++
	}
	var dependent []string
	for _, j := range f.Dependent(fit) {
		dependent = append(dependent, t.features[j])
	}
	if t.json {
		t.object(key, f, fit, dependent)
	} else {
		t.row(key, f, fit, dependent)
	}
	if len(t.text) < writtenBytes {
		return nil
	}
	return t.flush(ctx)
}

func (t *fitTable) header() {
	t.text = append(csvCell(t.text, t.key), ",n,status"...)
	for _, prefix := range []string{"estimate_", "std_error_"} {
		for _, name := range t.names {
			t.text = csvCell(append(t.text, ','), prefix+name)
		}
	}
	t.text = append(t.text, ",dependent\n"...)
}

func (t *fitTable) row(key string, f *batch.Fits, fit int, dependent []string) {
	t.text = csvCell(t.text, key)
	t.text = strconv.AppendInt(append(t.text, ','), int64(f.Rows[fit]), 10)
	t.text = append(append(t.text, ','), f.Status[fit].String()...)
	for _, values := range [][]float64{f.Coefficient(fit), f.StdError(fit)} {
		for _, v := range values {
			t.text = numberOr(append(t.text, ','), v, "")
		}
	}
	t.text = csvCell(append(t.text, ','), strings.Join(dependent, ";"))
	t.text = append(t.text, '\n')
}

func (t *fitTable) object(key string, f *batch.Fits, fit int, dependent []string) {
	value := []byte(key)
	if !t.number {
		value = marshal(key)
	}
	t.text = fmt.Appendf(t.text, `{%q:%s,"n":%d,"status":%q,"coefficients":[`, t.field, value, f.Rows[fit], f.Status[fit])
	for i, name := range t.names {
		if i > 0 {
			t.text = append(t.text, ',')
		}
		t.text = fmt.Appendf(t.text, `{"name":%s,"estimate":`, marshal(name))
		t.text = numberOr(t.text, f.Coefficient(fit)[i], "null")
		t.text = numberOr(append(t.text, `,"std_error":`...), f.StdError(fit)[i], "null")
		t.text = append(t.text, '}')
	}
	t.text = append(t.text, ']')
	if dependent != nil {
		t.text = fmt.Appendf(t.text, `,"dependent":%s`, marshal(dependent))
	}
	t.text = append(t.text, "}\n"...)
}

// flush writes what there is.
func (t *fitTable) flush(ctx context.Context) error {
	if err := write(ctx, t.console.stdout, t.text); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	t.text = t.text[:0]
	return nil
}

// end is the error of a table without a single fit; why is said of an empty one.
func (t *fitTable) end(file, what, why string) error {
	switch {
	case t.fits == 0:
		return badData("%s: %s", file, why)
	case t.converged == 0:
		return &failure{exitNotConverged, fmt.Errorf("%s: none of %d %s converged; their status says why", file, t.fits, what)}
	}
	return nil
}

// numberOr is a number that reads back as it is, or what stands for none.
func numberOr(text []byte, v float64, none string) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(text, none...)
	}
	return strconv.AppendFloat(text, v, 'g', -1, 64)
}

// csvCell is a cell of CSV, in quotes where it needs them.
func csvCell(text []byte, s string) []byte {
	if !strings.ContainsAny(s, "\",\r\n") {
		return append(text, s...)
	}
	text = append(text, '"')
	text = append(text, strings.ReplaceAll(s, `"`, `""`)...)
	return append(text, '"')
}
