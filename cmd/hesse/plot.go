package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/chart"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// plotFlags are for a picture of how a fit went.
type plotFlags struct {
	Plot string `placeholder:"FILE" help:"Draw loss and gradient norm against iterations and time into this file, FILE.svg or FILE.png; of a fit that goes on from a checkpoint, from there. With --cv, the error of every penalty with its standard error."`
}

func (p *plotFlags) file() output { return output{p.Plot, "the plot", "--plot"} }

// png tells in which form the plot is.
func (p *plotFlags) png() bool { return strings.EqualFold(filepath.Ext(p.Plot), ".png") }

// check is part of check of a fit; others are files that it writes.
func (p *plotFlags) check(precision string, others map[string]string) error {
	if p.Plot == "" {
		return nil
	}
	if !p.png() && !strings.EqualFold(filepath.Ext(p.Plot), ".svg") {
		return usage("--plot is %q; its name ends with .svg or .png, and so says in which form it is", p.Plot)
	}
	for option, path := range others {
		if path != "" && filepath.Clean(path) == filepath.Clean(p.Plot) {
			return usage("%s: --plot and %s name the same file; choose another name for one", p.Plot, option)
		}
	}
	if precision == glm.Exact.String() {
		return usage("--plot draws iterates, and a fit with --precision exact has none")
	}
	return nil
}

// A course is how a run went, as far as iterates show.
type course struct {
	start time.Time
	marks []courseMark
	every int // so many iterates are one mark: it doubles whenever there are too many
	count int // iterates seen

	before, last int // iterations of runs that are over, and of the iterate seen last
}

type courseMark struct {
	iteration           int
	seconds, loss, norm float64
}

// mostMarks are more than a picture can show.
const mostMarks = 1 << 14

// add takes note of an iterate. A fit may take several runs: one that begins
// again goes on where the last one ended.
func (c *course) add(it *solvers.Iterate) {
	c.every = max(c.every, 1)
	if c.count > 0 && it.Iteration <= c.last {
		c.before += c.last
	}
	c.last = it.Iteration
	if c.count++; (c.count-1)%c.every != 0 {
		return
	}
	if len(c.marks) == mostMarks {
		for i := range mostMarks / 2 {
			c.marks[i] = c.marks[2*i]
		}
		c.marks = c.marks[:mostMarks/2]
		c.every *= 2
		if (c.count-1)%c.every != 0 {
			return
		}
	}
	c.marks = append(c.marks, courseMark{c.before + it.Iteration, time.Since(c.start).Seconds(), it.Value, it.GradientNorm})
}

// page draws the loss, what it exceeds its least value by, and the gradient, each
// against iterations and time.
func (c *course) page(title, steps string) *chart.Page {
	least, last := math.Inf(1), 0.0
	for _, m := range c.marks {
		if !math.IsNaN(m.loss) {
			least = min(least, m.loss)
		}
		last = max(last, m.seconds)
	}
	unit, seconds := timeUnit(last)
	p := &chart.Page{Title: title}
	for _, row := range []struct {
		title string
		log   bool
		of    func(courseMark) float64
	}{
		{"loss, with its penalty", false, func(m courseMark) float64 { return m.loss }},
		{fmt.Sprintf("loss above its least value, %.10g", least), true, func(m courseMark) float64 { return m.loss - least }},
		{"gradient norm, the largest absolute entry", true, func(m courseMark) float64 { return m.norm }},
	} {
		var against, in []chart.Point
		for _, m := range c.marks {
			against = append(against, chart.Point{X: float64(m.iteration), Y: row.of(m)})
			in = append(in, chart.Point{X: m.seconds / seconds, Y: row.of(m)})
		}
		y := chart.Axis{Log: row.log}
		p.Rows = append(p.Rows, []chart.Panel{
			{Title: row.title, X: chart.Axis{Label: steps}, Y: y, Points: against},
			{Title: row.title, X: chart.Axis{Label: unit}, Y: y, Points: in},
		})
	}
	return p
}

// timeUnit is one that suits a time, and how many seconds it has.
func timeUnit(seconds float64) (string, float64) {
	switch {
	case seconds < 1e-3:
		return "microseconds", 1e-6
	case seconds < 1:
		return "milliseconds", 1e-3
	case seconds < 600:
		return "seconds", 1
	case seconds < 3*3600:
		return "minutes", 60
	}
	return "hours", 3600
}

// draw writes the plot of a fit, with a model or without. That of a
// cross-validation has been drawn before it.
func (c *fitCommand) draw(con *console, run *course, m *glm.Model) error {
	if c.Plot == "" || c.CV != nil {
		return nil
	}
	if len(run.marks) == 0 {
		fmt.Fprintf(con.stderr, "hesse: %s is not written: there was no iterate that it could show\n", c.Plot)
		return nil
	}
	solver, end := c.Solver, "failed"
	if m != nil {
		solver, end = m.Solver, m.Status
	}
	steps := "iterations"
	if s := sampler(solver); s != nil && solver != (solvers.SubsampledNewton{}).Name() {
		steps = "epochs"
	}
	at := run.before + run.last
	return c.write(run.page(fmt.Sprintf("%s model of %s by %s: %s after %d %s", c.Family, c.Target, solver, end, at, steps), steps))
}

// drawCurve writes the plot of a cross-validation.
func (c *fitCommand) drawCurve(r *curveReport) error {
	if c.Plot == "" || r == nil {
		return nil
	}
	return c.write(r.page(fmt.Sprintf("%d-fold cross-validation of a %s model of %s: %.6g is chosen", r.Folds, c.Family, c.Target, r.Chosen)))
}

// page draws the error of every penalty, with lines at the least and at the largest
// penalty within its standard error.
func (r *curveReport) page(title string) *chart.Page {
	panel := chart.Panel{
		Title: fmt.Sprintf("deviance of rows that were left out: least at %.6g, within one standard error up to %.6g", r.Best, r.OneStd),
		X:     chart.Axis{Label: "lambda", Log: true}, At: []float64{r.Best, r.OneStd},
	}
	for _, p := range r.Curve {
		if p.Error == nil {
			panel.Points = append(panel.Points, chart.Point{X: p.L2, Y: math.NaN()})
			continue
		}
		panel.Points = append(panel.Points, chart.Point{X: p.L2, Y: *p.Error})
		panel.Bars = append(panel.Bars, chart.Bar{X: p.L2, Low: *p.Error - *p.StdError, High: *p.Error + *p.StdError})
	}
	return &chart.Page{Title: title, Rows: [][]chart.Panel{{panel}}}
}

// write writes a page as the plot.
func (c *fitCommand) write(page *chart.Page) error {
	picture := page.SVG()
	if c.png() {
		var err error
		if picture, err = page.PNG(); err != nil {
			return fmt.Errorf("%s: %w", c.Plot, err)
		}
	}
	return c.plotFlags.file().replace(picture)
}

// checkPlot finds out before the fit whether the plot can be written.
func (c *fitCommand) checkPlot(data *os.File) error {
	if c.Plot == "" {
		return nil
	}
	return c.plotFlags.file().check(data)
}
