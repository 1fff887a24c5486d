package glm

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/reference"
	"github.com/seed-0327bdf7/hesse/internal/table"
)

// columns reads columns of a file of testdata, one slice each.
func columns(t testing.TB, file string, names ...string) [][]float64 {
	r, err := table.Open(filepath.Join(reference.Testdata, file))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Select(names); err != nil {
		t.Fatal(err)
	}
	all, err := r.ReadAll(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	list := make([][]float64, len(names))
	for i := range all.Rows {
		for j := range names {
			list[j] = append(list[j], all.Data[i*len(names)+j])
		}
	}
	return list
}

// load is a case as a fit takes it.
func load(t testing.TB, c reference.Case) (Data[float64], Options) {
	family, err := ParseFamily(c.Family)
	if err != nil {
		t.Fatal(err)
	}
	d := Data[float64]{Columns: len(c.Columns), Names: c.Columns, Target: c.Target}
	x := columns(t, c.File, c.Columns...)
	d.Y = columns(t, c.File, c.Target)[0]
	for i := range d.Y {
		for j := range x {
			d.X = append(d.X, x[j][i])
		}
	}
	if c.Weights != "" {
		d.Weights = columns(t, c.File, c.Weights)[0]
	}
	if c.Offset != "" {
		d.Offset = columns(t, c.File, c.Offset)[0]
	}
	return d, Options{Family: family, Parameters: Parameters{Power: c.Power, Delta: c.Delta, Quantile: c.Quantile, Bandwidth: c.Bandwidth}, L1: c.L1, L2: c.L2, PenaltyFactors: c.Factors, NoIntercept: !c.Intercept, Standardize: c.Standardize}
}

// TestFitsEqualReferences: estimates to 1e-8 relative, or of a standard error
// where that is larger than the estimate; all else to 1e-8 relative.
func TestFitsEqualReferences(t *testing.T) {
	for _, c := range reference.Cases(t) {
		t.Run(c.Name, func(t *testing.T) {
			d, o := load(t, c)
			m, err := Fit(context.Background(), d, o)
			if err != nil {
				t.Fatal(err)
			}
			if !m.Converged {
				t.Fatalf("%s: %s", m.Status, m.Reason)
			}
			const tolerance = 1e-8
			close := func(what string, got float64, want *float64, scale float64) {
				t.Helper()
				if want == nil {
					if !math.IsNaN(got) {
						t.Errorf("%s is %v, should be undefined", what, got)
					}
					return
				}
				if !(math.Abs(got-*want) <= tolerance*max(math.Abs(*want), scale)) {
					t.Errorf("%s is %.17g, want %.17g (off by %.1e)", what, got, *want, got-*want)
				}
			}
			for i, want := range c.Coefficients {
				got := m.Coefficients[i]
				if got.Name != want.Name {
					t.Fatalf("coefficient %d is %q, want %q", i, got.Name, want.Name)
				}
				scale := 0.0
				if want.StdError != nil {
					scale = *want.StdError
				}
				if c.Name == "tiny" || c.File == "tiny.csv" {
					scale = 1 // an exact fit: the estimate of a is zero
				}
				close(got.Name, got.Estimate, &want.Estimate, scale)
				close(got.Name+" std. error", got.StdError, want.StdError, 0)
			}
			scale := 0.0
			if c.File == "tiny.csv" {
				scale = 1
			}
			close("deviance", m.Deviance, c.Deviance, scale)
			close("null deviance", m.NullDeviance, c.NullDeviance, 0)
			close("log-likelihood", m.LogLikelihood, c.LogLikelihood, 0)
			close("AIC", m.AIC, c.AIC, 0)
			close("BIC", m.BIC, c.BIC, 0)
			if m.ResidualDF() != c.ResidualDF {
				t.Errorf("%d degrees of freedom, want %d", m.ResidualDF(), c.ResidualDF)
			}
		})
	}
}
