package main

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/reference"
)

// TestGroupsPrintReferences: what --by writes is what statsmodels makes of every
// group, a column for every number.
func TestGroupsPrintReferences(t *testing.T) {
	r := reference.GroupsOf(t)
	for _, c := range r.Cases {
		args := []string{"fit", data(reference.GroupsFile), "--by", reference.GroupsKey, "--target", c.Target, "--family", c.Family,
			"--columns", strings.Join(r.Columns, ","), "--l2", strconv.FormatFloat(c.L2, 'g', -1, 64)}
		if c.Weights != "" {
			args = append(args, "--weights", c.Weights)
		}
		rows := cells(t, must(t, "", args...))
		if len(rows) != 1+len(c.Fits) {
			t.Fatalf("%d rows for %d groups", len(rows), len(c.Fits))
		}
		head := map[string]int{}
		for j, name := range rows[0] {
			head[name] = j
		}
		for i, want := range c.Fits {
			row := rows[1+i]
			status := "converged"
			if want.Separated {
				status = "separated"
			}
			if row[head[reference.GroupsKey]] != want.Shop || row[head["n"]] != strconv.Itoa(want.Rows) || row[head["status"]] != status {
				t.Errorf("%s %s: %v, want %+v", c.Family, c.Weights, row, want)
				continue
			}
			for j, name := range append([]string{"(Intercept)"}, r.Columns...) {
				if want.Separated {
					continue
				}
				estimate, scale := numberOf(t, row[head["estimate_"+name]]), math.Abs(want.Coefficients[j])
				if want.StdErrors != nil {
					scale = max(scale, want.StdErrors[j])
					if se := numberOf(t, row[head["std_error_"+name]]); !(math.Abs(se-want.StdErrors[j]) <= 1e-9*want.StdErrors[j]) {
						t.Errorf("%s %s, %s: standard error of %s is %v, want %v", c.Family, c.Weights, want.Shop, name, se, want.StdErrors[j])
					}
				}
				if !(math.Abs(estimate-want.Coefficients[j]) <= 1e-9*scale) {
					t.Errorf("%s %s, %s: %s is %v, want %v", c.Family, c.Weights, want.Shop, name, estimate, want.Coefficients[j])
				}
			}
		}
	}
}
