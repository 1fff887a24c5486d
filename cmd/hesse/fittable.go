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
// json an object a line.
type fitTable struct {
	console  *console
	json     bool
	key      string // the name of what tells fits apart
	features []string
	names    []string // of the coefficients

	text            []byte
	fits, converged int
}

func newFitTable(con *console, json bool, key string, features []string, intercept bool) *fitTable {
	t := &fitTable{console: con, json: json, key: key, features: features}
	if intercept {
		t.names = append(t.names, glm.InterceptName)
	}
	t.names = append(t.names, features...)
	if json {
		return t
	}
	t.text = append(csvCell(t.text, key), ",n,status"...)
	for _, prefix := range []string{"estimate_", "std_error_"} {
		for _, name := range t.names {
			t.text = csvCell(append(t.text, ','), prefix+name)
		}
	}
	t.text = append(t.text, ",dependent\n"...)
	return t
}

// add adds a fit of some; key is text as JSON and CSV may hold it, or a number.
func (t *fitTable) add(key string, f *batch.Fits, fit int) {
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
		return
	}
	t.text = csvCell(t.text, key)
	t.text = fmt.Appendf(t.text, ",%d,%s", f.Rows[fit], f.Status[fit])
	for _, values := range [][]float64{f.Coefficient(fit), f.StdError(fit)} {
		for _, v := range values {
			t.text = numberOr(append(t.text, ','), v, "")
		}
	}
	t.text = csvCell(append(t.text, ','), strings.Join(dependent, ";"))
	t.text = append(t.text, '\n')
}

func (t *fitTable) object(key string, f *batch.Fits, fit int, dependent []string) {
	value := marshal(key)
	if _, err := strconv.Atoi(key); err == nil && t.key == lastRow {
		value = []byte(key)
	}
	t.text = fmt.Appendf(t.text, `{%s:%s,"n":%d,"status":%q,"coefficients":[`, marshal(t.key), value, f.Rows[fit], f.Status[fit])
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
