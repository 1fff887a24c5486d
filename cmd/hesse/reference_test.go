package main

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/reference"
)

// args is a case as a command line.
func args(c reference.Case) []string {
	args := []string{"fit", data(c.File), "--target", c.Target, "--family", c.Family, "--columns=" + strings.Join(c.Columns, ","), "--json"}
	if c.L1 > 0 {
		args = append(args, "--l1", strconv.FormatFloat(c.L1, 'g', -1, 64))
	}
	if c.L2 > 0 {
		args = append(args, "--l2", strconv.FormatFloat(c.L2, 'g', -1, 64))
	}
	for j, factor := range c.Factors {
		args = append(args, "--penalty-factors", c.Columns[j]+"="+strconv.FormatFloat(factor, 'g', -1, 64))
	}
	for name, v := range map[string]float64{"--power": c.Power, "--delta": c.Delta, "--quantile": c.Quantile, "--bandwidth": c.Bandwidth} {
		if v != 0 {
			args = append(args, name, strconv.FormatFloat(v, 'g', -1, 64))
		}
	}
	if !c.Intercept {
		args = append(args, "--no-intercept")
	}
	if c.Standardize {
		args = append(args, "--standardize")
	}
	if c.Weights != "" {
		args = append(args, "--weights", c.Weights)
	}
	if c.Offset != "" {
		args = append(args, "--offset", c.Offset)
	}
	return args
}

// A printed is what fit --json prints, in part.
type printed struct {
	SchemaVersion int     `json:"schema_version"`
	Deviance      float64 `json:"deviance"`
	NullDeviance  float64 `json:"null_deviance"`
	Coefficients  []struct {
		Name     string
		Estimate float64
		StdError *float64 `json:"std_error"`
		Penalty  float64  `json:"penalty_l1"`
	}
	L1            float64
	NonZero       int
	Violation     *float64
	LogLikelihood *float64 `json:"log_likelihood"`
	AIC, BIC      *float64
	DF            float64 `json:"df_residual"`
	Converged     bool
	Reason        string
	Solver        string
	SolverReason  string `json:"solver_reason"`
	Iterations    int
	N, P, Threads int
	ISA           string
	Timing        *struct {
		Read float64 `json:"read_seconds"`
		Fit  float64 `json:"fit_seconds"`
		Rate float64 `json:"rows_per_second"`
	}
}

func parse(t testing.TB, stdout string) *printed {
	t.Helper()
	p := new(printed)
	if err := json.Unmarshal([]byte(stdout), p); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	return p
}

// TestFitsEqualReferences is that of solvers/glm, from the outside: estimates
// to 1e-8 relative, or of a standard error where that is larger; all else to
// 1e-8 relative.
func TestFitsEqualReferences(t *testing.T) {
	const tolerance = 1e-8
	for _, c := range reference.Cases(t) {
		t.Run(c.Name, func(t *testing.T) {
			got := parse(t, must(t, "", args(c)...))
			exact := 0.0
			if c.File == "tiny.csv" {
				exact = 1 // an exact fit: some of these are zero
			}
			equal := func(what string, got, want *float64, scale float64) {
				t.Helper()
				switch {
				case got == nil && want == nil:
				case got == nil || want == nil:
					t.Errorf("%s is %v, want %v", what, got, want)
				case !(math.Abs(*got-*want) <= tolerance*max(math.Abs(*want), scale)):
					t.Errorf("%s is %.17g, want %.17g", what, *got, *want)
				}
			}
			if len(got.Coefficients) != len(c.Coefficients) {
				t.Fatalf("%d coefficients, want %d", len(got.Coefficients), len(c.Coefficients))
			}
			for i, want := range c.Coefficients {
				k := got.Coefficients[i]
				if k.Name != want.Name {
					t.Fatalf("coefficient %d is %q, want %q", i, k.Name, want.Name)
				}
				scale := exact
				if want.StdError != nil {
					scale = max(scale, *want.StdError)
				}
				equal(k.Name, &k.Estimate, &want.Estimate, scale)
				equal(k.Name+" std. error", k.StdError, want.StdError, 0)
			}
			equal("deviance", &got.Deviance, c.Deviance, exact)
			equal("null deviance", &got.NullDeviance, c.NullDeviance, 0)
			equal("log-likelihood", got.LogLikelihood, c.LogLikelihood, 0)
			equal("AIC", got.AIC, c.AIC, 0)
			equal("BIC", got.BIC, c.BIC, 0)
			if got.DF != float64(c.ResidualDF) || !got.Converged || got.P != len(c.Columns) || got.SchemaVersion != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}
