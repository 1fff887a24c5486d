package reference

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// GroupsFile is the table that [Groups] are of, in testdata, and GroupsKey its
// column of keys.
const GroupsFile, GroupsKey = "groups.csv", "shop"

// A Groups is what statsmodels makes of the groups and the windows of a table:
// testdata/README.md says how.
type Groups struct {
	Columns []string
	Cases   []GroupsCase
	Windows struct {
		Target    string
		Size      int
		Last      []int       // rows that windows end with
		Slopes    [][]float64 // of each of these windows
		StdErrors [][]float64 `json:"std_errors"`
	}
}

// A GroupsCase is a model that is fitted to every group.
type GroupsCase struct {
	Family, Target string
	Weights        string // a column, or nothing
	L2             float64
	Fits           []GroupFit // in the order in which groups first appear
}

// A GroupFit is one of them. One that is separated has no numbers, and one with a
// penalty no standard errors.
type GroupFit struct {
	Shop         string
	Rows         int
	Separated    bool
	Coefficients []float64
	StdErrors    []float64 `json:"std_errors"`
	Deviance     float64
}

// GroupsOf is all of them.
func GroupsOf(t testing.TB) Groups {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Testdata, "groups.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g Groups
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Cases) < 7 || len(g.Windows.Last) < 50 {
		t.Fatalf("only %d cases of groups and %d windows", len(g.Cases), len(g.Windows.Last))
	}
	return g
}
