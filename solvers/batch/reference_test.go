package batch

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/reference"
	"github.com/seed-0327bdf7/hesse/internal/table"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// referenceData is the data of a case, or nil if a batch does not fit it.
func referenceData(t *testing.T, c reference.Case) (*pass.Data[float64], Options) {
	o := Options{L2: c.L2, NoIntercept: !c.Intercept, StdErrors: true, Deviance: true}
	switch c.Family {
	case "gaussian":
		o.Loss = loss.Squared{}
	case "binomial":
		o.Loss = loss.Logistic{}
	case "poisson":
		o.Loss = loss.Poisson{}
	default:
		return nil, o
	}
	if c.Standardize || c.L1 > 0 || c.Factors != nil {
		return nil, o
	}
	column := func(name string) []float64 {
		if name == "" {
			return nil
		}
		r, err := table.Open(filepath.Join(reference.Testdata, c.File))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if err := r.Select([]string{name}); err != nil {
			t.Fatal(err)
		}
		all, err := r.ReadAll(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return all.Data
	}
	d := &pass.Data[float64]{Y: column(c.Target), Weights: column(c.Weights), Offset: column(c.Offset)}
	d.X = kernels.NewMatrix[float64](len(d.Y), len(c.Columns))
	for j, name := range c.Columns {
		for i, v := range column(name) {
			d.X.Row(i)[j] = v
		}
	}
	return d, o
}

// twice is a vector behind itself, or nil.
func twice(v []float64) []float64 { return append(append([]float64(nil), v...), v...) }

// TestBatchesEqualReferences: groups, targets and windows beside the fits that
// other programs agree on. Estimates to 1e-8 relative, or of a standard error where
// that is larger; all else to 1e-8 relative.
func TestBatchesEqualReferences(t *testing.T) {
	compared := 0
	for _, c := range reference.Cases(t) {
		d, o := referenceData(t, c)
		if d == nil {
			continue
		}
		compared++
		n, p := d.X.Rows, d.X.Cols
		check := func(kind string, f *Fits, fit int) {
			t.Helper()
			if f.Status[fit] != Converged {
				t.Errorf("%s, %s: %v", c.Name, kind, f.Status[fit])
				return
			}
			close := func(what string, got float64, want *float64, scale float64) {
				t.Helper()
				const tolerance = 1e-8
				if want == nil && !math.IsNaN(got) || want != nil && !(math.Abs(got-*want) <= tolerance*max(math.Abs(*want), scale)) {
					t.Errorf("%s, %s: %s is %v", c.Name, kind, what, got)
					if want != nil {
						t.Logf("want %v, off by %.1e", *want, got-*want)
					}
				}
			}
			largest := 0.0
			for _, want := range c.Coefficients {
				largest = max(largest, math.Abs(want.Estimate))
			}
			for i, want := range c.Coefficients {
				scale := 1e-6 * largest // where a fit leaves nothing
				if want.StdError != nil {
					scale = max(scale, *want.StdError)
				}
				close(want.Name, f.Coefficient(fit)[i], &want.Estimate, scale)
				if f.StdErrors != nil {
					close("standard error of "+want.Name, f.StdError(fit)[i], want.StdError, 1e-6*largest)
				}
			}
			close("deviance", f.Deviance[fit], c.Deviance, 1e-12)
		}

		g := &Groups[float64]{X: kernels.Matrix[float64]{Rows: 2 * n, Cols: p, Stride: p, Data: twice(d.X.Data)}, Y: twice(d.Y), Starts: []int{0, n, 2 * n}}
		if d.Weights != nil {
			g.Weights = twice(d.Weights)
		}
		if d.Offset != nil {
			g.Offset = twice(d.Offset)
		}
		f, err := g.Fit(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		check("a group", f, 0)
		check("another group", f, 1)

		if o.Loss.Quadratic() {
			windows := Windows{Options: o, Size: n}
			r, err := Roll(ctx, d, windows)
			if err != nil {
				t.Fatal(err)
			}
			check("a window", &r.Fits, len(r.Status)-1)
		}

		y := kernels.Matrix[float64]{Rows: n, Cols: 1, Stride: 1, Data: d.Y}
		d.Y = nil
		if f, err = FitTargets(ctx, d, y, o); err != nil {
			t.Fatal(err)
		}
		check("a target", f, 0)
	}
	if compared < 8 {
		t.Errorf("only %d cases were compared", compared)
	}
}
