package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// replicateFlags fit a model again, to other weights of the same rows.
type replicateFlags struct {
	Bootstrap     *int   `placeholder:"B" help:"Fit to B replicates, each as many rows drawn with replacement: a row of CSV for each, or with --json an object a line. The spread of an estimate over them is its standard error."`
	BootstrapSeed uint64 `default:"0" placeholder:"SEED" help:"With --bootstrap: draws the rows."`
	LeaveOneOut   bool   `help:"Least squares without each row in turn: a row of CSV for each, or with --json an object a line, with its leverage, its residual with and without itself in the fit, and what it changes in every estimate."`
}

// mostReplicates bounds the memory for results.
const mostReplicates = 1_000_000

// replicates is the option that was given, or nothing.
func (r *replicateFlags) replicates() string {
	switch {
	case r.Bootstrap != nil:
		return "--bootstrap"
	case r.LeaveOneOut:
		return "--leave-one-out"
	}
	return ""
}

func (c *fitCommand) checkReplicates() error {
	option := c.replicates()
	switch {
	case c.Bootstrap == nil && c.BootstrapSeed != 0:
		return usage("--bootstrap-seed goes with --bootstrap")
	case option == "":
		return nil
	case c.Bootstrap != nil && c.LeaveOneOut:
		return usage("--bootstrap and --leave-one-out do not go together")
	case c.Bootstrap != nil && (*c.Bootstrap < 1 || *c.Bootstrap > mostReplicates):
		return usage("--bootstrap is %d; it lies between 1 and %d", *c.Bootstrap, mostReplicates)
	case c.Bootstrap != nil && c.loss() == nil:
		return usage("--bootstrap is for the families gaussian, binomial and poisson")
	case c.LeaveOneOut && c.family() != glm.Gaussian:
		return usage("--leave-one-out is for --family gaussian")
	case c.Rolling != nil:
		return usage("%s and --rolling do not go together", option)
	case c.Targets != nil:
		return usage("%s and --targets do not go together", option)
	case c.LeaveOneOut && (c.MaxIter != nil || c.Tol != nil):
		return usage("--leave-one-out takes no iterations; leave out --max-iter and --tol")
	}
	return c.together(option)
}

// resample writes a row for every replicate.
func (c *fitCommand) resample(ctx context.Context, con *console, file string, d *glm.Data[float64]) error {
	o := batch.Bootstrap{Options: c.batchOptions(), Replicates: *c.Bootstrap, Seed: c.BootstrapSeed}
	o.L2, o.StdErrors = c.L2, true
	if c.MaxIter != nil {
		o.MaxIterations = *c.MaxIter
	}
	if c.Tol != nil {
		o.Tolerance = *c.Tol
	}
	fits, err := batch.Resample(ctx, design(d), o)
	if err != nil {
		return c.unresampled(ctx, file, err)
	}
	t := newFitTable(con, c.JSON, "replicate", "replicate", d.Names, !c.NoIntercept)
	t.number = true
	for i := range fits.Status {
		if err := t.add(ctx, strconv.Itoa(i+1), fits, i); err != nil {
			return err
		}
	}
	if err := t.flush(ctx); err != nil {
		return err
	}
	return t.end(file, "replicates", "no replicates")
}

func (c *fitCommand) unresampled(ctx context.Context, file string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s: %s", file, strings.TrimPrefix(err.Error(), "batch: "))
}

// leaveOneOut writes a line for every row.
func (c *fitCommand) leaveOneOut(ctx context.Context, con *console, file string, d *glm.Data[float64]) error {
	o := c.batchOptions()
	o.L2 = c.L2
	l, err := batch.LeaveOneOut(ctx, design(d), o, true)
	if err != nil {
		return c.unresampled(ctx, file, err)
	}
	if l.Status != batch.Converged {
		return fmt.Errorf("%s: %w", file, whyNot(l, d.Names))
	}
	t := newFitTable(con, c.JSON, "row", "row", d.Names, !c.NoIntercept)
	if !c.JSON {
		t.text = append(t.text, "row,leverage,residual,residual_without"...)
		for _, name := range t.names {
			t.text = csvCell(append(t.text, ','), "change_"+name)
		}
		t.text = append(t.text, '\n')
	}
	for i := range l.Held {
		if c.JSON {
			t.left(l, i)
		} else {
			t.text = strconv.AppendInt(t.text, int64(i+1), 10)
			for _, v := range append([]float64{l.Leverage[i], l.Residuals[i], l.Held[i]}, l.Changes[i*l.Width:(i+1)*l.Width]...) {
				t.text = numberOr(append(t.text, ','), v, "")
			}
			t.text = append(t.text, '\n')
		}
		if len(t.text) >= writtenBytes {
			if err := t.flush(ctx); err != nil {
				return err
			}
		}
	}
	return t.flush(ctx)
}

// left adds an object for row i.
func (t *fitTable) left(l *batch.Leave, i int) {
	t.text = fmt.Appendf(t.text, `{"row":%d`, i+1)
	for _, field := range []struct {
		name  string
		value float64
	}{{"leverage", l.Leverage[i]}, {"residual", l.Residuals[i]}, {"residual_without", l.Held[i]}} {
		t.text = numberOr(fmt.Appendf(t.text, ",%q:", field.name), field.value, "null")
	}
	t.text = append(t.text, `,"changes":[`...)
	for k, name := range t.names {
		if k > 0 {
			t.text = append(t.text, ',')
		}
		t.text = numberOr(fmt.Appendf(t.text, `{"name":%s,"change":`, marshal(name)), l.Changes[i*l.Width+k], "null")
		t.text = append(t.text, '}')
	}
	t.text = append(t.text, "]}\n"...)
}

// whyNot is the error of a fit to all rows that is none.
func whyNot(l *batch.Leave, names []string) error {
	if l.Status != batch.RankDeficient {
		return fmt.Errorf("the fit to all rows: %s", l.Status)
	}
	var columns []string
	for _, j := range l.Dependent {
		columns = append(columns, strconv.Quote(names[j]))
	}
	if columns == nil {
		return errors.New("columns are too nearly collinear to leave rows out; leave out some, or add a penalty (--exclude, --l2)")
	}
	return fmt.Errorf("linear combinations of other columns: %s; leave them out or add a penalty (--exclude, --l2)", strings.Join(columns, ", "))
}
