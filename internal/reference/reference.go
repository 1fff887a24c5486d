// Package reference reads the reference fits in testdata, for tests of packages
// two folders below the root.
package reference

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// Testdata is the folder, from the folder of a test.
const Testdata = "../../testdata"

// A Case is a fit computed elsewhere, in 60 digits: testdata/README.md says
// how. What is undefined is nil.
type Case struct {
	Name, File, Target, Family string
	L1, L2                     float64
	Factors                    []float64 // of the penalties of columns; nil is 1 of each
	Power, Delta               float64   // these and the next are 0 if the family has none
	Quantile, Bandwidth        float64
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

// Cases is all of them.
func Cases(t testing.TB) []Case {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Testdata, "references.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []Case }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 30 {
		t.Fatalf("only %d reference cases", len(file.Cases))
	}
	return file.Cases
}
