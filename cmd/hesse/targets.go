package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/table"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// targetFlags are for many targets.
type targetFlags struct {
	Targets names `required:"" xor:"target" placeholder:"A,B" help:"Columns to explain, each by all that are no target: a row of CSV for each, or with --json an object a line."`
}

func (c *fitCommand) checkTargets() error {
	switch {
	case c.Targets == nil:
		return nil
	case len(c.Targets) == 0:
		return usage("--targets is empty; name columns")
	case c.loss() == nil:
		return usage("--targets is for the families gaussian, binomial and poisson")
	case c.Rolling != nil:
		return usage("--targets and --rolling do not go together")
	}
	c.Target = c.Targets[0]
	return c.together("--targets")
}

// targets are the columns to explain, and targetOption is what names them.
func (c *fitCommand) targets() []string {
	if c.Targets == nil {
		return []string{c.Target}
	}
	return c.Targets
}

func (c *fitCommand) targetOption() string {
	if c.Targets == nil {
		return "--target"
	}
	return "--targets"
}

// fitTargets writes a row for every target.
func (c *fitCommand) fitTargets(ctx context.Context, con *console, in *input, start time.Time) error {
	r, err := table.NewReader(in, in.name)
	if err != nil {
		return unreadable(err)
	}
	chosen, err := c.choose(r, in.name)
	if err != nil {
		return err
	}
	chosen.features = slices.DeleteFunc(slices.Clone(chosen.features), func(name string) bool { return slices.Contains(c.Targets, name) })
	if len(chosen.features) == 0 && c.NoIntercept {
		return usage("there are no columns to fit and no intercept; leave out --no-intercept or name columns")
	}
	p, m := len(chosen.features), len(c.Targets)
	order := slices.Concat(chosen.features, []string(c.Targets), chosen.special()[1:])
	if err := r.Select(order); err != nil {
		return err
	}
	family := c.family()
	r.Check = func(row []float64) error {
		for j, v := range row[p : p+m] {
			if !family.Accepts(v) {
				return r.CellError(p+j, fmt.Sprintf("the target is %v", v), fmt.Sprintf("--family %s takes %s; correct it, or choose another family", family, family.Targets()))
			}
		}
		if c.Weights != "" && row[p+m] < 0 {
			return r.CellError(p+m, fmt.Sprintf("the weight is %v", row[p+m]), "weights are not negative; correct it, or give the row weight 0 to leave it out")
		}
		return nil
	}
	progress := startProgress(con, start, "reading "+in.name, in.size)
	r.Progress = progress.read
	t, err := r.ReadAll(ctx)
	progress.stop()
	if err != nil {
		return unreadable(c.advise(err, chosen))
	}
	d := &pass.Data[float64]{X: kernels.Matrix[float64]{Rows: t.Rows, Cols: p, Stride: len(t.Columns), Data: t.Data}}
	if c.Weights != "" {
		d.Weights = t.Column(p + m)
	}
	if c.Offset != "" {
		d.Offset = t.Column(len(t.Columns) - 1)
	}
	o := c.batchOptions()
	o.L2, o.StdErrors = c.L2, true
	if c.MaxIter != nil {
		o.MaxIterations = *c.MaxIter
	}
	if c.Tol != nil {
		o.Tolerance = *c.Tol
	}
	fits, err := batch.FitTargets(ctx, d, kernels.Matrix[float64]{Rows: t.Rows, Cols: m, Stride: len(t.Columns), Data: t.Data[p:]}, o)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %s", in.name, strings.TrimPrefix(err.Error(), "batch: "))
	}
	out := newFitTable(con, c.JSON, "target", "target", chosen.features, !c.NoIntercept)
	for j, name := range c.Targets {
		if err := out.add(ctx, name, fits, j); err != nil {
			return err
		}
	}
	if err := out.flush(ctx); err != nil {
		return err
	}
	return out.end(in.name, "targets", "no targets")
}
