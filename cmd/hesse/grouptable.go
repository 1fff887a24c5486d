package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/seed-0327bdf7/hesse/solvers/batch"
)

// A groupTable is standard output of fits to groups: CSV, or an object a line.
type groupTable struct {
	console  *console
	json     bool
	key      string   // name of the column
	names    []string // of the coefficients
	features []string

	text              []byte
	begun             bool
	groups, converged int
}

// writtenBytes is how much text is written at a time.
const writtenBytes = 64 << 10

// write writes the fits of some groups.
func (t *groupTable) write(ctx context.Context, keys []string, f *batch.Fits) error {
	if !t.begun && !t.json {
		t.header()
	}
	t.begun = true
	for fit, key := range keys {
		t.groups++
		if f.Status[fit] == batch.Converged {
			t.converged++
		}
		if t.json {
			t.object(key, f, fit)
		} else {
			t.row(key, f, fit)
		}
		if len(t.text) < writtenBytes && fit+1 < len(keys) {
			continue
		}
		if err := write(ctx, t.console.stdout, t.text); err != nil {
			return fmt.Errorf("standard output: %w", err)
		}
		t.text = t.text[:0]
	}
	return nil
}

func (t *groupTable) header() {
	t.text = appendCell(t.text, t.key)
	t.text = append(t.text, ",n,status"...)
	for _, prefix := range []string{"estimate_", "std_error_"} {
		for _, name := range t.names {
			t.text = appendCell(append(t.text, ','), prefix+name)
		}
	}
	t.text = append(t.text, ",dependent\n"...)
}

func (t *groupTable) row(key string, f *batch.Fits, fit int) {
	t.text = appendCell(t.text, key)
	t.text = strconv.AppendInt(append(t.text, ','), int64(f.Rows[fit]), 10)
	t.text = append(append(t.text, ','), f.Status[fit].String()...)
	for _, values := range [][]float64{f.Coefficient(fit), f.StdError(fit)} {
		for _, v := range values {
			t.text = appendNumber(append(t.text, ','), v, "")
		}
	}
	t.text = append(t.text, ',')
	if dependent := f.Dependent(fit); dependent != nil {
		t.text = appendCell(t.text, strings.Join(t.dependent(dependent), ";"))
	}
	t.text = append(t.text, '\n')
}

func (t *groupTable) dependent(columns []int) []string {
	var names []string
	for _, j := range columns {
		names = append(names, t.features[j])
	}
	return names
}

func (t *groupTable) object(key string, f *batch.Fits, fit int) {
	t.text = fmt.Appendf(t.text, `{"key":%s,"n":%d,"status":%q,"coefficients":[`, marshal(key), f.Rows[fit], f.Status[fit])
	for i, name := range t.names {
		if i > 0 {
			t.text = append(t.text, ',')
		}
		t.text = fmt.Appendf(t.text, `{"name":%s,"estimate":`, marshal(name))
		t.text = appendNumber(t.text, f.Coefficient(fit)[i], "null")
		t.text = appendNumber(append(t.text, `,"std_error":`...), f.StdError(fit)[i], "null")
		t.text = append(t.text, '}')
	}
	t.text = append(t.text, ']')
	if dependent := f.Dependent(fit); dependent != nil {
		t.text = fmt.Appendf(t.text, `,"dependent":%s`, marshal(t.dependent(dependent)))
	}
	t.text = append(t.text, "}\n"...)
}

// appendNumber is a number that reads back as it is, or what stands for none.
func appendNumber(text []byte, v float64, none string) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(text, none...)
	}
	return strconv.AppendFloat(text, v, 'g', -1, 64)
}

// appendCell is a cell of CSV, in quotes where it needs them.
func appendCell(text []byte, s string) []byte {
	if !strings.ContainsAny(s, "\",\r\n") {
		return append(text, s...)
	}
	text = append(text, '"')
	text = append(text, strings.ReplaceAll(s, `"`, `""`)...)
	return append(text, '"')
}
