package glm

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/table"
)

const testdata = "../../testdata"

// A reference is a fit computed elsewhere, in 60 digits: testdata/README.md
// says how.
type reference struct {
	Name, File, Target, Family string
	L2                         float64
	Intercept, Standardize     bool
	Weights, Offset            string
	Columns                    []string
	Coefficients               []struct {
		Name     string
		Estimate float64
		StdError *float64 `json:"std_error"`
	}
	Deviance      *float64
	NullDeviance  *float64 `json:"null_deviance"`
	LogLikelihood *float64 `json:"log_likelihood"`
	AIC, BIC      *float64
	ResidualDF    int `json:"df_residual"`
}

func references(t testing.TB) []reference {
	text, err := os.ReadFile(filepath.Join(testdata, "references.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []reference }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 30 {
		t.Fatalf("only %d reference cases", len(file.Cases))
	}
	return file.Cases
}

// columns reads columns of a file of testdata, one slice each.
func columns(t testing.TB, file string, names ...string) [][]float64 {
	r, err := table.Open(filepath.Join(testdata, file))
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

func (c *reference) load(t testing.TB) (Data[float64], Options) {
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
	return d, Options{Family: family, L2: c.L2, NoIntercept: !c.Intercept, Standardize: c.Standardize}
}

// TestFitsEqualReferences: estimates to 1e-8 relative, or of a standard error
// where that is larger than the estimate; all else to 1e-8 relative.
func TestFitsEqualReferences(t *testing.T) {
	for _, c := range references(t) {
		t.Run(c.Name, func(t *testing.T) {
			d, o := c.load(t)
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
