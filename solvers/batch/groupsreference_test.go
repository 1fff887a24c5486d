package batch

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/reference"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// groupsTable is the columns of the table that statsmodels has fitted groups of.
func groupsTable(t *testing.T) (keys []string, columns map[string][]float64) {
	t.Helper()
	f, err := os.Open(filepath.Join(reference.Testdata, reference.GroupsFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns = map[string][]float64{}
	for j, name := range lines[0] {
		for _, line := range lines[1:] {
			if name == reference.GroupsKey {
				keys = append(keys, line[j])
				continue
			}
			v, err := strconv.ParseFloat(line[j], 64)
			if err != nil {
				t.Fatal(err)
			}
			columns[name] = append(columns[name], v)
		}
	}
	return keys, columns
}

func matrixOf(columns map[string][]float64, names []string) kernels.Matrix[float64] {
	x := kernels.NewMatrix[float64](len(columns[names[0]]), len(names))
	for j, name := range names {
		for i, v := range columns[name] {
			x.Row(i)[j] = v
		}
	}
	return x
}

// nearAll compares numbers to 1e-9 of each, or of a scale of its own.
func nearAll(t *testing.T, what string, got, want, scale []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
		return
	}
	for i, w := range want {
		size := math.Abs(w)
		if scale != nil {
			size = max(size, scale[i])
		}
		if !(math.Abs(got[i]-w) <= 1e-9*size) {
			t.Errorf("%s: number %d is %v, want %v", what, i, got[i], w)
		}
	}
}

// TestGroupsEqualStatsmodels: rows of a table whose keys come in no order, and
// windows of it. Estimates to 1e-9, or that of a standard error; all else to 1e-9.
func TestGroupsEqualStatsmodels(t *testing.T) {
	r := reference.GroupsOf(t)
	keys, columns := groupsTable(t)
	g := &Groups[float64]{X: matrixOf(columns, r.Columns)}
	var unique []string
	unique, g.Starts, g.Index = Order(keys)
	for _, c := range r.Cases {
		o := Options{L2: c.L2, StdErrors: c.L2 == 0, Deviance: true}
		switch c.Family {
		case "binomial":
			o.Loss = loss.Logistic{}
		case "poisson":
			o.Loss = loss.Poisson{}
		}
		g.Y, g.Weights = columns[c.Target], columns[c.Weights]
		f, err := g.Fit(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Status) != len(c.Fits) {
			t.Fatalf("%d groups, want %d", len(f.Status), len(c.Fits))
		}
		for i, want := range c.Fits {
			what := c.Family + " " + c.Weights + " " + want.Shop
			if unique[i] != want.Shop || f.Rows[i] != want.Rows || (f.Status[i] == Separated) != want.Separated || (f.Status[i] == Converged) == want.Separated {
				t.Errorf("%s: %s, %d rows, %v; want %d rows, separated %v", what, unique[i], f.Rows[i], f.Status[i], want.Rows, want.Separated)
			}
			if want.Separated {
				continue
			}
			nearAll(t, what+", coefficients", f.Coefficient(i), want.Coefficients, want.StdErrors)
			if o.StdErrors {
				nearAll(t, what+", standard errors", f.StdError(i), want.StdErrors, nil)
			}
			nearAll(t, what+", deviance", f.Deviance[i:i+1], []float64{want.Deviance}, nil)
		}
	}
	w := r.Windows
	rolled, err := Roll(ctx, &pass.Data[float64]{X: g.X, Y: columns[w.Target]}, Windows{Options: Options{StdErrors: true}, Size: w.Size})
	if err != nil {
		t.Fatal(err)
	}
	for i, last := range w.Last {
		fit := last - (w.Size - 1)
		if rolled.Last[fit] != last || rolled.Status[fit] != Converged {
			t.Fatalf("window %d ends with row %d and is %v", fit, rolled.Last[fit], rolled.Status[fit])
		}
		nearAll(t, "slopes of a window", rolled.Coefficient(fit)[1:], w.Slopes[i], w.StdErrors[i])
		nearAll(t, "their standard errors", rolled.StdError(fit)[1:], w.StdErrors[i], nil)
	}
}
