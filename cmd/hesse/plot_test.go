package main

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// TestPlot: every kind of solver draws its course, in the form that the name says.
func TestPlot(t *testing.T) {
	folder(t, nil)
	fit := []string{"fit", data("wdbc.csv"), "--target", "malignant", "--family", "binomial", "--columns", "radius_mean,texture_mean,area_mean"}
	for _, c := range []struct{ solver, penalty, steps string }{
		{"newton", "--l2=1", "iterations"}, {"lbfgs", "--l2=1", "iterations"}, {"svrg", "--l2=1", "epochs"}, {"subsampled-newton", "--l2=1", "iterations"}, {"owl-qn", "--l1=1", "iterations"},
	} {
		must(t, "", append(fit, "--solver", c.solver, c.penalty, "--plot", "a.svg")...)
		out := text(t, "a.svg")
		for _, want := range []string{"binomial model of malignant by " + c.solver + ": converged after ", ">" + c.steps + "<", "seconds<", ">loss, with its penalty<", ">gradient norm, the largest absolute entry<"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: the plot does not say %q", c.solver, want)
			}
		}
		if got := strings.Count(out, `stroke-width="1.5"`); got != 6 {
			t.Errorf("%s: %d curves, want 6", c.solver, got)
		}
	}
	must(t, "", append(fit, "--plot", "b.PNG")...)
	if _, err := png.Decode(bytes.NewReader([]byte(text(t, "b.PNG")))); err != nil {
		t.Error(err)
	}
	mustHold(t, "a.svg", "b.PNG")
}

// TestPlotOfCrossValidation: the error of every penalty, with bars and lines at two
// of them.
func TestPlotOfCrossValidation(t *testing.T) {
	folder(t, nil)
	fit := []string{"fit", data("wdbc.csv"), "--target", "malignant", "--family", "binomial", "--columns", "radius_mean,texture_mean,area_mean", "--standardize"}
	must(t, "", append(fit, "--cv=5", "--l2=0.01..1000:11", "--plot", "a.svg")...)
	out := text(t, "a.svg")
	for what, want := range map[string]int{
		">5-fold cross-validation of a binomial model of malignant: ": 1, ">lambda<": 1, " is chosen<": 1,
		">deviance of rows that were left out: least at ": 1, ", within one standard error up to ": 1,
		"<circle": 11, `stroke-width="1.5"`: 1, `stroke="#888888"`: 1 + 11, `stroke="#222222"`: 2,
	} {
		if got := strings.Count(out, what); got != want {
			t.Errorf("%q is there %d times, not %d", what, got, want)
		}
	}
	must(t, "", append(fit, "--cv=5", "--l2=0.01..1000:3", "--plot", "b.png")...)
	mustHold(t, "a.svg", "b.png")
}

// TestPlotOfWhatFails: a fit that ends without a model, or early, has a course.
func TestPlotOfWhatFails(t *testing.T) {
	folder(t, map[string]string{"big.csv": "a,y\n1e200,1\n2e200,2\n3e200,4\n", "exact.csv": "a,b,y\n1,1,1\n2,2.00000001,2\n3,3,5\n4,4.00000001,5\n7,7,1\n"})
	if r := hesse(t, "", "fit", data("wdbc.csv"), "--target", "malignant", "--family", "binomial", "--max-iter", "1", "--plot", "a.svg"); r.code != exitNotConverged {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	} else if out := text(t, "a.svg"); !strings.Contains(out, ": iteration limit after 1 iterations") {
		t.Errorf("the plot does not say how the fit ended:\n%s", out)
	}
	if r := hesse(t, "", "fit", "big.csv", "--target", "y", "--solver", "lbfgs", "--plot", "b.svg"); r.code != exitFailed || !strings.Contains(text(t, "b.svg"), ">nothing to draw here<") {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	r := hesse(t, "", "fit", "exact.csv", "--target", "y", "--plot", "c.svg")
	if want := "hesse: c.svg is not written: there was no iterate that it could show\n"; r.code != 0 || r.stderr != want {
		t.Errorf("exit %d, %s, want %s", r.code, r.stderr, want)
	}
	mustHold(t, "a.svg", "b.svg", "big.csv", "exact.csv")
}

func TestPlotUsage(t *testing.T) {
	folder(t, map[string]string{"t.csv": "a,b,y\n1,3,2\n3,4,4\n5,1,9\n", "t.svg": "a,y\n1,2\n2,3\n"})
	for _, c := range []struct{ args, message string }{
		{"t.csv --target y --plot a.pdf", `--plot is "a.pdf"; its name ends with .svg or .png, and so says in which form it is`},
		{"t.csv --target y --plot a.svg --out ./a.svg", "a.svg: --plot and --out name the same file; choose another name for one"},
		{"t.csv --target y --plot a.svg --checkpoint a.svg", "a.svg: --plot and --checkpoint name the same file; choose another name for one"},
		{"t.csv --target y --plot a.svg --precision exact", "--plot draws iterates, and a fit with --precision exact has none"},
		{"t.csv --target y --plot a.svg --rolling 3", "--rolling and --plot do not go together"},
		{"t.csv --target y --plot a.svg --by b", "--plot does not go with --by: it draws one fit"},
		{"t.svg --target y --plot t.svg", "t.svg: --plot names the data; choose another name"},
	} {
		if r := hesse(t, "", append([]string{"fit"}, strings.Fields(c.args)...)...); r.code != exitUsage || r.stderr != "hesse: "+c.message+"\n" {
			t.Errorf("fit %s: exit %d, %s", c.args, r.code, r.stderr)
		}
	}
	if r := hesse(t, "", "fit", "t.csv", "--target", "y", "--plot", "no/a.svg"); r.code != exitFailed || !strings.Contains(r.stderr, "no/a.svg: the plot cannot be written: ") {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	mustHold(t, "t.csv", "t.svg")
}

// TestLongCourses: a run of any length takes some room, and a second run goes on
// after the first.
func TestLongCourses(t *testing.T) {
	c := course{start: time.Now()}
	for _, steps := range []int{100000, 7} {
		for i := range steps {
			c.add(&solvers.Iterate{Iteration: i, Value: float64(i)})
		}
	}
	if len(c.marks) > mostMarks || len(c.marks) < mostMarks/4 {
		t.Errorf("%d marks", len(c.marks))
	}
	for i, m := range c.marks {
		if m.iteration != i*c.every && m.iteration < 99999 {
			t.Fatalf("mark %d is iterate %d, and there is one in %d", i, m.iteration, c.every)
		}
	}
	if got := c.before + c.last; got != 99999+6 {
		t.Errorf("the last step is %d", got)
	}
}
