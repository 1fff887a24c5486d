package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/table"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// read reads the data of a fit. What is wrong with a row is an error with its
// line and column.
func (c *fitCommand) read(ctx context.Context, con *console, in *input, start time.Time) (*glm.Data[float64], error) {
	r, err := table.NewReader(in, in.name)
	if err != nil {
		return nil, unreadable(err)
	}
	chosen, err := c.choose(r, in.name)
	if err != nil {
		return nil, err
	}
	counts := chosen.weights == "" // some row counts
	header := r.Line()
	check := c.rowCheck(r, chosen)
	r.Check = func(row []float64) error {
		counts = counts || row[len(chosen.features)+1] > 0
		return check(row)
	}
	progress := startProgress(con, start, "reading "+in.name, in.size)
	r.Progress = progress.read
	t, err := r.ReadAll(ctx)
	progress.stop()
	if err != nil {
		return nil, unreadable(c.advise(err, chosen))
	}
	if !counts {
		column := slices.Index(r.Columns(), chosen.weights) + 1
		return nil, &table.Error{File: in.name, Line: header, Column: column, Name: chosen.weights,
			Problem: "every weight is 0", Advice: "give the rows that count a positive weight"}
	}
	return chosen.data(t), nil
}

// rowCheck finds targets that the family is not defined for, and negative
// weights.
func (c *fitCommand) rowCheck(r *table.Reader, chosen *columns) func(row []float64) error {
	family, p := c.family(), len(chosen.features)
	return func(row []float64) error {
		if !family.Accepts(row[p]) {
			if classes(family) {
				return r.CellError(p, fmt.Sprintf("the target is %v, neither 0 nor 1", row[p]), "code the two classes as 0 and 1, or use --family gaussian")
			}
			return r.CellError(p, fmt.Sprintf("the target is %v", row[p]), fmt.Sprintf("--family %s takes %s; correct it, or choose another family", family, family.Targets()))
		}
		if chosen.weights != "" && row[p+1] < 0 {
			return r.CellError(p+1, fmt.Sprintf("the weight is %v", row[p+1]), "weights are not negative; correct it, or give the row weight 0 to leave it out")
		}
		return nil
	}
}

// advise replaces the advice to leave out a column: how that is done depends on
// what it is for.
func (c *fitCommand) advise(err error, chosen *columns) error {
	var e *table.Error
	if !errors.As(err, &e) {
		return err
	}
	rest, found := strings.CutSuffix(e.Advice, table.LeaveOut)
	switch {
	case !found:
	case e.Name == chosen.target && classes(c.family()):
		e.Advice = "code the two classes as 0 and 1"
	case slices.Contains(chosen.special(), e.Name), slices.Contains(c.Targets, e.Name), e.Name == chosen.by:
		e.Advice = strings.TrimSuffix(rest, ", or ")
	case c.Columns != nil:
		e.Advice = rest + "leave the column out of --columns"
	default:
		e.Advice = rest + "leave the column out with --exclude"
	}
	return err
}

// classes tells whether the target of a family is two classes.
func classes(f glm.Family) bool { return f.Accepts(0) && f.Accepts(1) && !f.Accepts(0.5) }

// data is a table as a fit takes it. The features stay where they are.
func (c *columns) data(t *table.Table) *glm.Data[float64] {
	d := &glm.Data[float64]{
		X: t.Data, Columns: len(c.features), Stride: len(t.Columns), Names: c.features, Target: c.target, OffsetName: c.offset,
	}
	if d.Names == nil {
		d.Names = []string{}
	}
	next := d.Columns
	column := func() []float64 {
		next++
		return t.Column(next - 1)
	}
	d.Y = column()
	if c.weights != "" {
		d.Weights = column()
	}
	if c.offset != "" {
		d.Offset = column()
	}
	return d
}
