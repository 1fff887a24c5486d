package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/batch"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// batchFlags make many fits of one command.
type batchFlags struct {
	L2Range penaltyRange `name:"l2" default:"0" placeholder:"LAMBDA" help:"Penalty LAMBDA/2 times the sum of squared coefficients: Ridge's alpha, 1/C of LogisticRegression. With --cv a range: 1e-4..1e4 is 100 of them, 1e-4..1e4:25 is 25."`

	CV     *int   `name:"cv" placeholder:"K" help:"Choose the penalty from the range of --l2 by K-fold cross-validation."`
	CVRule string `name:"cv-rule" enum:"min,1se" default:"min" help:"With --cv: the penalty of the least error (min), or the largest within one standard error of it (1se)."`
	CVSeed uint64 `name:"cv-seed" default:"0" placeholder:"SEED" help:"With --cv: draws the folds."`

	Rolling     *int `placeholder:"N" help:"Least squares on every N rows that follow each other: a row of CSV for each, or with --json an object a line."`
	RollingMin  *int `placeholder:"M" help:"With --rolling: windows at the start have as few as M rows (N)."`
	RollingStep *int `placeholder:"S" help:"With --rolling: rows from one window to the next (1)."`
}

// checkBatch finds contradictions, and settles the one penalty of a fit.
func (c *fitCommand) checkBatch() error {
	c.L2 = c.L2Range.from
	ranged := c.L2Range.count > 0
	switch {
	case c.CV == nil && ranged:
		return usage("--l2 is a range; add --cv K, which chooses from it, or give one penalty")
	case c.CV != nil && !ranged:
		return usage("--cv chooses a penalty; give --l2 a range, as --l2 1e-4..1e4")
	case c.CV != nil && *c.CV < 2:
		return usage("--cv is %d; there are at least 2 folds", *c.CV)
	case c.CV != nil && c.loss() == nil:
		return usage("--cv is for the families gaussian, binomial and poisson")
	case c.CV != nil && c.Penalty.given() != "":
		return usage("--cv and %s do not go together", c.Penalty.given())
	case c.CV == nil && (c.CVRule != "min" || c.CVSeed != 0):
		return usage("--cv-rule and --cv-seed go with --cv")
	case c.Rolling == nil && (c.RollingMin != nil || c.RollingStep != nil):
		return usage("--rolling-min and --rolling-step go with --rolling")
	}
	if c.Rolling == nil {
		return nil
	}
	for name, v := range map[string]*int{"rolling": c.Rolling, "rolling-min": c.RollingMin, "rolling-step": c.RollingStep} {
		if v != nil && *v < 1 {
			return usage("--%s is %d; it is at least 1", name, *v)
		}
	}
	if c.RollingMin != nil && *c.RollingMin > *c.Rolling {
		return usage("--rolling-min is %d, more than the %d rows of a window", *c.RollingMin, *c.Rolling)
	}
	if c.family() != glm.Gaussian {
		return usage("--rolling is for --family gaussian")
	}
	return c.together("--rolling")
}

// together finds options of a single fit beside one that makes many.
func (c *fitCommand) together(option string) error {
	for _, other := range []struct {
		name  string
		given bool
	}{
		{"--cv", c.CV != nil}, {c.Penalty.given(), c.Penalty.given() != ""}, {c.Bounds.given(), c.Bounds.given() != ""}, {"--standardize", c.Standardize}, {"--solver", c.Solver != chosen}, {"--precision", c.Precision != chosen},
		{"--out", c.Out != ""}, {"--checkpoint", c.Checkpoint != ""}, {"--plot", c.Plot != ""},
	} {
		if other.given {
			return usage("%s and %s do not go together", option, other.name)
		}
	}
	return nil
}

// loss is the family as a batch knows it, or nil.
func (c *fitCommand) loss() loss.Loss {
	switch c.family() {
	case glm.Gaussian:
		return loss.Squared{}
	case glm.Binomial:
		return loss.Logistic{}
	case glm.Poisson:
		return loss.Poisson{}
	}
	return nil
}

// design is data as a batch takes them.
func design(d *glm.Data[float64]) *pass.Data[float64] {
	n := len(d.Y)
	stride := max(d.Stride, d.Columns)
	return &pass.Data[float64]{
		X: kernels.Matrix[float64]{Rows: n, Cols: d.Columns, Stride: stride, Data: d.X},
		Y: d.Y, Weights: d.Weights, Offset: d.Offset,
	}
}

func (c *fitCommand) batchOptions() batch.Options {
	o := batch.Options{Loss: c.loss(), NoIntercept: c.NoIntercept}
	if c.Threads != nil {
		o.Threads = *c.Threads
	}
	return o
}

// crossValidate chooses the penalty.
func (c *fitCommand) crossValidate(ctx context.Context, file string, d *glm.Data[float64]) (*curveReport, error) {
	if c.CV == nil {
		return nil, nil
	}
	if *c.CV > len(d.Y) {
		return nil, usage("--cv is %d, more than the %d rows of %s", *c.CV, len(d.Y), file)
	}
	curve, err := batch.CrossValidate(ctx, design(d), batch.Path{
		Options: c.batchOptions(), Penalties: c.L2Range.grid(), Standardize: c.Standardize, Folds: *c.CV, Seed: c.CVSeed,
	})
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%s: %s", file, strings.TrimPrefix(err.Error(), "batch: "))
	}
	at := curve.Best
	if c.CVRule == "1se" {
		at = curve.OneStdError
	}
	c.L2 = curve.Penalties[at]
	return newCurveReport(curve, *c.CV, c.CVSeed, c.CVRule, at), nil
}

// A curveReport is the field cross_validation of --json, and a table.
type curveReport struct {
	Folds  int          `json:"folds"`
	Seed   uint64       `json:"seed"`
	Rule   string       `json:"rule"`
	Chosen float64      `json:"chosen"`
	Best   float64      `json:"least_error"`
	OneStd float64      `json:"within_one_standard_error"`
	Curve  []curvePoint `json:"curve"`
}

// A curvePoint is the error of a penalty; null where a fold could not be fitted.
type curvePoint struct {
	L2       float64  `json:"l2"`
	Error    *float64 `json:"error"`
	StdError *float64 `json:"std_error"`
}

func newCurveReport(c *batch.Curve, folds int, seed uint64, rule string, at int) *curveReport {
	r := &curveReport{
		Folds: folds, Seed: seed, Rule: rule, Chosen: c.Penalties[at], Best: c.Penalties[c.Best], OneStd: c.Penalties[c.OneStdError],
	}
	for i, lambda := range c.Penalties {
		point := curvePoint{L2: lambda}
		if !math.IsNaN(c.Error[i]) {
			point.Error, point.StdError = &c.Error[i], &c.StdError[i]
		}
		r.Curve = append(r.Curve, point)
	}
	return r
}

// String is the table, with what was chosen.
func (r *curveReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d-fold cross-validation, mean deviance of rows that were left out\n\n%12s  %12s  %12s\n", r.Folds, "lambda", "error", "std. error")
	for _, p := range r.Curve {
		if p.Error == nil {
			fmt.Fprintf(&b, "%12.6g  %12s  %12s\n", p.L2, "-", "-")
			continue
		}
		fmt.Fprintf(&b, "%12.6g  %12.6g  %12.6g", p.L2, *p.Error, *p.StdError)
		if p.L2 == r.Best {
			b.WriteString("  least")
		}
		if p.L2 == r.OneStd {
			b.WriteString("  within one standard error")
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "\nlambda = %.6g is chosen\n\n", r.Chosen)
	return b.String()
}

// lastRow is the column with the number of the last row of a window, from 1 on.
const lastRow = "last_row"

// windowsAtATime is how many windows are fitted before they are written.
const windowsAtATime = 1 << 15

// roll writes a row for every window.
func (c *fitCommand) roll(ctx context.Context, con *console, file string, d *glm.Data[float64]) error {
	o := batch.Windows{Options: c.batchOptions(), Size: *c.Rolling}
	o.L2, o.StdErrors = c.L2, true
	step := 1
	if c.RollingMin != nil {
		o.MinRows = *c.RollingMin
	}
	if c.RollingStep != nil {
		step = *c.RollingStep
		o.Step = step
	}
	t := newFitTable(con, c.JSON, lastRow, lastRow, d.Names, !c.NoIntercept)
	t.number = true
	data := design(d)
	span := windowsAtATime * step
	for from := 0; from < len(d.Y); from += span {
		o.From, o.To = from, min(from+span, len(d.Y))
		r, err := batch.Roll(ctx, data, o)
		if err != nil {
			return err
		}
		for i, last := range r.Last {
			if err := t.add(ctx, strconv.Itoa(last+1), &r.Fits, i); err != nil {
				return err
			}
		}
		if err := t.flush(ctx); err != nil {
			return err
		}
	}
	return t.end(file, "windows", fmt.Sprintf("%d rows are fewer than a window has", len(d.Y)))
}
