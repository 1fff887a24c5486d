package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/atomicfile"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

type fitCommand struct {
	File string `arg:"" name:"FILE" help:"CSV file with a header; - is standard input."`

	Target    string   `required:"" xor:"target" placeholder:"COLUMN" help:"The column to explain."`
	Family    string   `enum:"${families}" default:"gaussian" help:"gaussian (least squares), binomial (logistic regression, target 0 or 1); with a log link, poisson (counts), gamma (positive targets), tweedie (zeros among them); without a likelihood, huber (outliers pull less), quantile (smoothed), squared-hinge (support vectors, target 0 or 1)."`
	Power     *float64 `placeholder:"P" help:"tweedie: the power of the variance, between 1 and 2 (1.5)."`
	Delta     *float64 `placeholder:"D" help:"huber: the residual beyond which the loss is straight, in units of the target (1.345)."`
	Quantile  *float64 `placeholder:"TAU" help:"quantile: which one, between 0 and 1 (0.5, the median)."`
	Bandwidth *float64 `placeholder:"H" help:"quantile: the scale of the smoothing, in units of the target (from the data)."`
	Columns   names    `placeholder:"A,B" help:"The columns to explain it with; otherwise all that are left."`
	Exclude   names    `placeholder:"A,B" help:"Columns to leave out; they may hold text."`
	Weights   string   `placeholder:"COLUMN" help:"Weights of the rows, not negative."`
	Offset    string   `placeholder:"COLUMN" help:"A column added to the linear predictor."`

	NoIntercept bool         `help:"Fit without an intercept."`
	L2          float64      `kong:"-"` // from batchFlags
	Penalty     penaltyFlags `embed:""`
	Bounds      boundFlags   `embed:""`
	Standardize bool         `help:"Let the penalty act on columns scaled to standard deviation 1."`

	Solver    string   `enum:"${solvers}" default:"auto" help:"The method: ${solverlist}. auto is newton, or lbfgs where a loss that is not quadratic has many columns; with --l1 coordinate-descent, or owl-qn there; with --lower and --upper coordinate-descent, or projected-lbfgs there."`
	Precision string   `enum:"${precisions}" default:"auto" help:"What sums are held in: float64, exact (double-double, least squares only), or auto: float64, and exact where the columns are too nearly collinear for it."`
	MaxIter   *int     `placeholder:"N" help:"Most iterations; otherwise what suits the solver: newton 100, newton-cg, trust-region and subsampled-newton 1000, others 10000."`
	Tol       *float64 `placeholder:"TOL" help:"Gain of a step, relative to the loss, that counts as converged; otherwise 1e-14 for newton, newton-cg, trust-region and subsampled-newton, and 1e-16 for the others, whose steps may gain little long before the end. For svrg, sgd and their like: what may be left to gain, relative to the mean loss of a row (0.01, a tenth of a standard error)."`
	Threads   *int     `placeholder:"N" help:"Threads; otherwise one for every CPU, or fewer where a single fit has few rows."`

	Parts           partFlags `embed:""`
	checkpointFlags `embed:""`
	plotFlags       `embed:""`
	groupFlags      `embed:""`
	batchFlags      `embed:""`
	targetFlags     `embed:""`
	replicateFlags  `embed:""`
	Sampling        samplingFlags `embed:""`

	JSON bool   `name:"json" help:"Print one JSON object, not a summary; with --by one a line, not CSV."`
	Out  string `placeholder:"MODEL" help:"Write the model to this file, as JSON."`
}

// Help is what kong prints below the usage.
func (*fitCommand) Help() string {
	return `The fit minimises the weighted sum of losses plus the penalty. Standard error gets what is not the result.

    hesse fit cars.csv --target price --out price.json
    hesse fit - --target bought --family binomial --l2 1 --exclude name,id < visits.csv
    hesse fit cars.csv --target price --cv 10 --l2 1e-4..1e4
    hesse fit sales.csv --target sold --by shop > shops.csv
    hesse fit stocks.csv --target return --rolling 250 > windows.csv
    hesse fit cars.csv --target price --bootstrap 1000 > replicates.csv
    hesse fit cars.csv --target price --leave-one-out > influence.csv

--by, --rolling, --targets and --bootstrap print a row a fit: what tells it apart, n, its status, estimates and standard errors. Cells without a number are empty. A fit that fails says why in its status, and the exit status is 4 only if no fit has converged. Groups of --by come in the order in which they first appear; a table of up to 64 MB of numbers may be in any order, a longer one whose groups lie together so far is fitted and written as it is read.`
}

const maxThreads = 1024

// chosen is the solver that looks at the loss and the columns.
const chosen = "auto"

func (c *fitCommand) check() error {
	c.Target, c.Weights, c.Offset, c.By = strings.TrimSpace(c.Target), strings.TrimSpace(c.Weights), strings.TrimSpace(c.Offset), strings.TrimSpace(c.By)
	if err := c.checkBatch(); err != nil {
		return err
	}
	if err := c.checkTargets(); err != nil {
		return err
	}
	if err := c.checkReplicates(); err != nil {
		return err
	}
	switch {
	case c.Target == "":
		return usage("--target is empty; name a column")
	case !(c.L2 >= 0) || math.IsInf(c.L2, 0):
		return usage("--l2 is %v; it is a finite number, not negative", c.L2)
	case c.Precision == glm.Exact.String() && c.Family != glm.Gaussian.String():
		return usage("--precision exact is for --family gaussian")
	case c.MaxIter != nil && *c.MaxIter < 1:
		return usage("--max-iter is %d; it is at least 1", *c.MaxIter)
	case c.Tol != nil && !(0 < *c.Tol && *c.Tol < 1):
		return usage("--tol is %v; it lies between 0 and 1", *c.Tol)
	case c.Threads != nil && (*c.Threads < 1 || *c.Threads > maxThreads):
		return usage("--threads is %d; it lies between 1 and %d", *c.Threads, maxThreads)
	case c.Out == "-":
		return usage("--out - is no file; use --json for standard output")
	}
	if err := c.checkpointFlags.check(c.Out); err != nil {
		return err
	}
	iterates := c.Precision
	if c.CV != nil { // the plot is of errors
		iterates = ""
	}
	if err := c.plotFlags.check(iterates, map[string]string{"--out": c.Out, "--checkpoint": c.Checkpoint}); err != nil {
		return err
	}
	if err := c.checkPenalty(); err != nil {
		return err
	}
	if err := c.checkBounds(); err != nil {
		return err
	}
	if err := c.checkParameters(); err != nil {
		return err
	}
	if err := c.checkGroups(); err != nil {
		return err
	}
	if err := c.Sampling.check(c.Solver, c.MaxIter); err != nil {
		return err
	}
	if err := c.Parts.check(c.Solver); err != nil {
		return err
	}
	return c.checkColumns()
}

// checkParameters finds parameters that are not those of the family, or out of
// their range. Zero, which to glm is the default, is out of it.
func (c *fitCommand) checkParameters() error {
	for name, v := range map[string]*float64{"power": c.Power, "delta": c.Delta, "quantile": c.Quantile, "bandwidth": c.Bandwidth} {
		if v != nil && *v == 0 {
			return usage("--%s is 0; leave it out for the default", name)
		}
	}
	if err := c.parameters().Check(c.family()); err != nil {
		return usage("--%s", strings.TrimPrefix(err.Error(), "glm: "))
	}
	return nil
}

func (c *fitCommand) parameters() glm.Parameters {
	given := func(v *float64) float64 {
		if v == nil {
			return 0
		}
		return *v
	}
	return glm.Parameters{Power: given(c.Power), Delta: given(c.Delta), Quantile: given(c.Quantile), Bandwidth: given(c.Bandwidth)}
}

func (c *fitCommand) family() glm.Family {
	family, _ := glm.ParseFamily(c.Family) // one of kong's enum
	return family
}

// options are those of the fit; check has accepted them.
func (c *fitCommand) options() glm.Options {
	precision, _ := glm.ParsePrecision(c.Precision)
	o := glm.Options{Family: c.family(), Parameters: c.parameters(), Precision: precision, L1: c.Penalty.L1, L2: c.L2, NoIntercept: c.NoIntercept, Standardize: c.Standardize}
	set(&o.MaxIterations, c.MaxIter)
	set(&o.MaxIterations, c.Sampling.Epochs)
	tolerance := 0.0
	if c.Tol != nil {
		tolerance = *c.Tol
	}
	if c.Solver == chosen {
		o.Tolerance = tolerance
	} else {
		o.Method, _ = solvers.ParseMethod(c.Solver, tolerance) // one of kong's enum
		o.Method, _ = c.Parts.apply(o.Method)                  // which check has accepted
		o.Method = c.Sampling.apply(o.Method, o.MaxIterations)
	}
	if c.Threads != nil {
		o.Threads = *c.Threads
	}
	return o
}

// Run is called by kong.
func (c *fitCommand) Run(ctx context.Context, con *console) error {
	if err := c.check(); err != nil {
		return err
	}
	start := time.Now()
	in, err := open(ctx, con, c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	if c.By != "" {
		return c.fitGroups(ctx, con, in, start)
	}
	if c.Checkpoint != "" {
		// Before a file is written that a kill could leave beside what an earlier one has
		// left. What cannot be removed is told where the checkpoint is looked at.
		_ = atomicfile.RemoveLeftovers(c.Checkpoint)
	}
	if c.Out != "" {
		if err := c.out().check(in.file); err != nil {
			return err
		}
	}
	if err := c.checkPlot(in.file); err != nil {
		return err
	}
	if c.Targets != nil {
		return c.fitTargets(ctx, con, in, start)
	}
	options := c.options()
	checkpoints, release, err := c.checkpoints(ctx, con, in.file)
	if err != nil {
		return err
	}
	defer release()
	options.Checkpoints = checkpoints
	data, err := c.read(ctx, con, in, start)
	if err != nil {
		return err
	}
	switch {
	case c.Rolling != nil:
		return c.roll(ctx, con, in.name, data)
	case c.Bootstrap != nil:
		return c.resample(ctx, con, in.name, data)
	case c.LeaveOneOut:
		return c.leaveOneOut(ctx, con, in.name, data)
	}
	read := time.Now()
	curve, err := c.crossValidate(ctx, in.name, data)
	if err != nil {
		return err
	}
	drawn := c.drawCurve(curve)
	options.L2 = c.L2 // which that has chosen
	if options.PenaltyFactors, err = c.Penalty.factorsOf(data.Names); err != nil {
		return err
	}
	if options.Lower, options.Upper, err = c.Bounds.of(data.Names); err != nil {
		return err
	}
	progress := startProgress(con, start, "fitting", -1)
	progress.expect(c.forecast())
	run := &course{start: time.Now()}
	options.Observe = func(it *solvers.Iterate) {
		progress.iterate(it)
		run.add(it)
	}
	m, err := glm.Fit(ctx, *data, options)
	progress.stop()
	drawn = joined(drawn, c.draw(con, run, m))
	switch {
	case m == nil:
		return joined(c.unfitted(in.name, err), drawn)
	case errors.Is(err, context.Canceled):
		ctx = context.WithoutCancel(ctx) // a second interrupt kills
		err = &failure{exitInterrupted, fmt.Errorf("interrupted; the model is the best one until step %d", m.Iterations)}
	case err != nil: // no checkpoint can be kept
		err = joined(c.unfitted(in.name, err), fmt.Errorf("the model is the best one until step %d", m.Iterations))
	case !m.Converged:
		err = notConverged(in.name, m)
	}
	t := newTiming(len(data.Y), read.Sub(start), time.Since(read))
	return joined(c.hand(ctx, con, m, curve, t), drawn, err)
}

// hand writes the model to its file and to standard output; to the one, if the
// other cannot be written.
func (c *fitCommand) hand(ctx context.Context, con *console, m *glm.Model, curve *curveReport, t timing) error {
	var kept error
	if c.Out != "" {
		kept = c.out().replace(modelFile(m))
	}
	err := write(ctx, con.stdout, c.result(m, curve, t))
	if err != nil {
		err = fmt.Errorf("standard output: %w", err)
	}
	return joined(kept, err)
}

// out is where the model goes.
func (c *fitCommand) out() output { return output{c.Out, "the model", "--out"} }

// notConverged is the error of a model that is printed and written all the same.
func notConverged(file string, m *glm.Model) error {
	return &failure{exitNotConverged, fmt.Errorf("%s: %s: %s%s", file, m.Status, m.Reason, advice(m.Status, m.Solver))}
}

// unfitted is the error of a fit to the data in a file.
func (c *fitCommand) unfitted(file string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if errors.As(err, new(*failure)) {
		return err
	}
	if wrong := (*solvers.CheckpointError)(nil); errors.As(err, &wrong) {
		return c.refused(wrong)
	}
	message := strings.TrimPrefix(err.Error(), "glm: ")
	if errors.As(err, new(*glm.CollinearError)) {
		if c.Precision == glm.Plain.String() {
			message += " (--exclude, --l2; or --precision auto, if they are not quite collinear)"
		} else {
			message += " (--exclude, --l2)"
		}
	}
	return fmt.Errorf("%s: %s", file, message)
}

func (c *fitCommand) result(m *glm.Model, curve *curveReport, t timing) []byte {
	object, before := marshal(m), ""
	if curve != nil {
		object, before = bytes.TrimSuffix(withField(object, "cross_validation", curve), []byte("\n")), curve.String()
	}
	if c.JSON {
		return withField(object, "timing", t)
	}
	return []byte(before + m.Summary() + t.String())
}

// modelFile is a model as a file: the object that --json prints, indented and
// without the timing.
func modelFile(m *glm.Model) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, marshal(m), "", " "); err != nil {
		panic(err) // it comes from encoding/json
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// marshal is for values that JSON has.
func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// withField adds a field to a JSON object that is not empty, and ends the line.
func withField(object []byte, name string, value any) []byte {
	return fmt.Appendf(object[:len(object)-1], ",%s:%s}\n", marshal(name), marshal(value))
}

// timing is what a fit took.
type timing struct {
	Read          float64 `json:"read_seconds"`
	Fit           float64 `json:"fit_seconds"`
	RowsPerSecond float64 `json:"rows_per_second"` // of fitting
	rows          int
}

func newTiming(rows int, read, fit time.Duration) timing {
	fit = max(fit, 1) // a clock may be coarse
	return timing{read.Seconds(), fit.Seconds(), float64(rows) / fit.Seconds(), rows}
}

func (t timing) String() string {
	return fmt.Sprintf("%d rows read in %s and fitted in %s, %.0f rows per second\n", t.rows, inWords(t.Read), inWords(t.Fit), t.RowsPerSecond)
}

// inWords is a duration in three digits.
func inWords(seconds float64) string {
	switch {
	case seconds < 1e-3:
		return fmt.Sprintf("%.3g µs", seconds*1e6)
	case seconds < 1:
		return fmt.Sprintf("%.3g ms", seconds*1e3)
	case seconds < 100:
		return fmt.Sprintf("%.3g s", seconds)
	}
	return time.Duration(seconds * 1e9).Round(time.Second).String()
}
