package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// lots is forty rows of a line with noise, and a second column.
func lots() string {
	var b strings.Builder
	b.WriteString("a,b,y,w\n")
	for i := range 40 {
		a, z := float64(i), float64(i*i%7)
		fmt.Fprintf(&b, "%g,%g,%g,%d\n", a, z, 1+0.5*a-z+float64(i*37%11)/4, 1+i%3)
	}
	return b.String()
}

func cells(t *testing.T, out string) [][]string {
	t.Helper()
	table, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return table
}

func numberOf(t *testing.T, cell string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestBootstrap: replicates differ, their spread is the standard error of the fit,
// and a seed tells them.
func TestBootstrap(t *testing.T) {
	fit := []string{"fit", "-", "--target=y", "--columns=a,b"}
	out := must(t, lots(), append(fit, "--bootstrap=2000")...)
	table := cells(t, out)
	if got, want := strings.Join(table[0], "|"), "replicate|n|status|estimate_(Intercept)|estimate_a|estimate_b|std_error_(Intercept)|std_error_a|std_error_b|dependent"; got != want || len(table) != 2001 {
		t.Fatalf("%d rows below %s, want 2000 below %s", len(table)-1, got, want)
	}
	m := parse(t, must(t, lots(), append(fit, "--json")...))
	for j, c := range m.Coefficients {
		var sum, squares float64
		for i, row := range table[1:] {
			if row[0] != fmt.Sprint(i+1) || row[2] != "converged" {
				t.Fatalf("%v", row)
			}
			d := numberOf(t, row[3+j]) - c.Estimate
			sum, squares = sum+d, squares+d*d
		}
		if spread := math.Sqrt(squares/2000 - sum*sum/4e6); spread < 0.8**c.StdError || spread > 1.25**c.StdError {
			t.Errorf("%s spreads by %v, its standard error is %v", c.Name, spread, *c.StdError)
		}
	}
	if again := must(t, lots(), append(fit, "--bootstrap=2000", "--threads=1", "--bootstrap-seed=0")...); again != out {
		t.Error("another number of threads draws other rows")
	}
	if other := must(t, lots(), append(fit, "--bootstrap=2000", "--bootstrap-seed=7")...); other == out {
		t.Error("another seed draws the same rows")
	}
	lines := strings.Split(must(t, lots(), append(fit, "--bootstrap=3", "--json")...), "\n")
	for i := range 3 {
		var o struct {
			Replicate    int
			Coefficients []struct{ Estimate float64 }
		}
		if err := json.Unmarshal([]byte(lines[i]), &o); err != nil || o.Replicate != i+1 || fmt.Sprint(o.Coefficients[1].Estimate) != table[1+i][4] {
			t.Errorf("%v: %s is not %v", err, lines[i], table[1+i])
		}
	}
	counts := must(t, lots(), "fit", "-", "--target=w", "--columns=a", "--family=poisson", "--bootstrap=5", "--l2=1", "--tol=1e-10", "--max-iter=50")
	if got := cells(t, counts); len(got) != 6 || got[5][2] != "converged" || got[5][5] != "" {
		t.Errorf("%s", counts)
	}
}

// TestLeaveOneOut: a row that is left out changes estimates by as much as a fit
// without it says.
func TestLeaveOneOut(t *testing.T) {
	for _, options := range [][]string{{"--columns=a,b"}, {"--columns=a,b", "--weights=w", "--l2=3"}, {"--columns=b", "--no-intercept", "--offset=a"}} {
		fit := append([]string{"fit", "-", "--target=y"}, options...)
		table := cells(t, must(t, lots(), append(fit, "--leave-one-out")...))
		all := parse(t, must(t, lots(), append(fit, "--json")...))
		header, rows, _ := strings.Cut(lots(), "\n")
		lines := strings.SplitAfter(rows, "\n")[:40]
		if len(table) != 41 || strings.Join(table[0][:4], "|") != "row|leverage|residual|residual_without" {
			t.Fatalf("%v", table[0])
		}
		leverage := 0.0
		for i, row := range table[1:] {
			leverage += numberOf(t, row[1])
			without := parse(t, must(t, header+"\n"+strings.Join(slices.Concat(lines[:i], lines[i+1:]), ""), append(fit, "--json")...))
			for j, c := range without.Coefficients {
				if got, want := numberOf(t, row[4+j]), all.Coefficients[j].Estimate-c.Estimate; math.Abs(got-want) > 1e-10*(1+math.Abs(c.Estimate)) || table[0][4+j] != "change_"+c.Name {
					t.Errorf("%v: row %d changes %s by %v, not by %v", options, i+1, c.Name, want, got)
				}
			}
		}
		if width := float64(len(all.Coefficients)); leverage > width+1e-9 || !slices.Contains(options, "--l2=3") && leverage < width-1e-9 {
			t.Errorf("%v: leverages add up to %v of %v coefficients", options, leverage, width)
		}
		var o struct {
			Row     int
			Without float64 `json:"residual_without"`
			Changes []struct{ Change float64 }
		}
		lines = strings.Split(must(t, lots(), append(fit, "--leave-one-out", "--json")...), "\n")
		if err := json.Unmarshal([]byte(lines[39]), &o); err != nil || o.Row != 40 || fmt.Sprint(o.Without) != table[40][3] || fmt.Sprint(o.Changes[0].Change) != table[40][4] {
			t.Errorf("%v: %s is not %v", err, lines[39], table[40])
		}
	}
	if out := must(t, "a,y\n1,2\n1,3\n1,4\n5,1\n", "fit", "-", "--target=y", "--leave-one-out"); strings.Count(out, ",,,\n") != 1 || !strings.HasSuffix(out, ",,,\n") {
		t.Errorf("a row on which the fit depends:\n%s", out)
	}
	for table, want := range map[string]string{
		"a,b,y\n1,2,1\n2,4,3\n3,6,4\n5,10,4\n": `standard input: linear combinations of other columns: "b"; leave them out or add a penalty (--exclude, --l2)`,
		"a,b,y\n1,2,1\n2,4,3\n":                "standard input: the fit to all rows: too few rows",
	} {
		if r := hesse(t, table, "fit", "-", "--target=y", "--leave-one-out"); r.code != exitFailed || !strings.Contains(r.stderr, want) || r.stdout != "" {
			t.Errorf("%+v, want %s", r, want)
		}
	}
}

func TestReplicateUsage(t *testing.T) {
	folder(t, map[string]string{"t.csv": "a,b,y\n1,3,2\n3,4,4\n5,1,9\n"})
	for _, c := range []struct{ args, message string }{
		{"--bootstrap 0", "--bootstrap is 0; it lies between 1 and 1000000"},
		{"--bootstrap-seed 4", "--bootstrap-seed goes with --bootstrap"},
		{"--bootstrap 9 --leave-one-out", "--bootstrap and --leave-one-out do not go together"},
		{"--bootstrap 9 --family huber", "--bootstrap is for the families gaussian, binomial and poisson"},
		{"--leave-one-out --family binomial", "--leave-one-out is for --family gaussian"},
		{"--bootstrap 9 --rolling 2", "--bootstrap and --rolling do not go together"},
		{"--bootstrap 9 --by a", "--bootstrap does not go with --by: replicates are of all rows"},
		{"--leave-one-out --standardize", "--leave-one-out and --standardize do not go together"},
		{"--leave-one-out --tol 1e-3", "--leave-one-out takes no iterations; leave out --max-iter and --tol"},
		{"--leave-one-out --plot a.svg", "--leave-one-out and --plot do not go together"},
	} {
		if r := hesse(t, "", append([]string{"fit", "t.csv", "--target=y"}, strings.Fields(c.args)...)...); r.code != exitUsage || r.stderr != "hesse: "+c.message+"\n" || r.stdout != "" {
			t.Errorf("%s: exit %d, %q, want %q", c.args, r.code, r.stderr, c.message)
		}
	}
}
