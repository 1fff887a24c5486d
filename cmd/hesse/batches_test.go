package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestCrossValidationChoosesAPenalty: the model is that of the chosen penalty,
// which has the least error of the curve, or is the largest within one standard
// error of it.
func TestCrossValidationChoosesAPenalty(t *testing.T) {
	args := []string{"fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--columns=radius_mean,texture_mean,area_mean", "--standardize"}
	for _, rule := range []string{"min", "1se"} {
		printed := must(t, "", append(args, "--cv=5", "--l2=0.01..1000:11", "--cv-rule="+rule, "--cv-seed=3", "--json")...)
		var p struct {
			Cross curveReport `json:"cross_validation"`
		}
		if err := json.Unmarshal([]byte(printed), &p); err != nil {
			t.Fatal(err)
		}
		r := p.Cross
		if len(r.Curve) != 11 || r.Curve[0].L2 != 0.01 || r.Curve[10].L2 != 1000 || r.Curve[5].L2 != 3.16228 || r.Folds != 5 || r.Seed != 3 || r.Rule != rule {
			t.Fatalf("%+v", r)
		}
		least := r.Curve[0]
		for _, p := range r.Curve {
			if *p.Error < *least.Error {
				least = p
			}
		}
		largest := least.L2
		for _, p := range r.Curve {
			if *p.Error <= *least.Error+*least.StdError {
				largest = max(largest, p.L2)
			}
		}
		chosen := map[string]float64{"min": least.L2, "1se": largest}[rule]
		if r.Best != least.L2 || r.OneStd != largest || r.Chosen != chosen || least.L2 == largest {
			t.Errorf("%s: %+v", rule, r)
		}
		alone := must(t, "", append(args, fmt.Sprintf("--l2=%v", chosen), "--json")...)
		if got, want := without(object(t, printed), "timing", "cross_validation"), without(object(t, alone), "timing"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\nwant %v", rule, got, want)
		}
	}
	text := must(t, "", append(args, "--cv=5", "--l2=0.01..1000:11")...)
	for _, want := range []string{"5-fold cross-validation, mean deviance of rows that were left out\n", "  least\n", "  within one standard error\n", " is chosen\n", "binomial model of malignant"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestRolling: a window is the model of its rows.
func TestRolling(t *testing.T) {
	const table6 = "a,b,y\n1,5,2.5\n2,3,3.1\n3,8,7.2\n4,1,3.3\n5,9,9.1\n6,2,6.2\n"
	header, rows, _ := strings.Cut(table6, "\n")
	lines := strings.SplitAfter(rows, "\n")
	args := []string{"--target=y", "--columns=a,b"}
	out := must(t, table6, append([]string{"fit", "-", "--rolling=5"}, args...)...)
	table, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(table) != 3 {
		t.Fatalf("%v: %s", err, out)
	}
	if got, want := strings.Join(table[0], "|"), "last_row|n|status|estimate_(Intercept)|estimate_a|estimate_b|std_error_(Intercept)|std_error_a|std_error_b|dependent"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	asJSON := strings.Split(must(t, table6, append([]string{"fit", "-", "--rolling=5", "--json"}, args...)...), "\n")
	for k, row := range table[1:] {
		m := parse(t, must(t, header+"\n"+strings.Join(lines[k:k+5], ""), append([]string{"fit", "-", "--json"}, args...)...))
		if row[0] != fmt.Sprint(5+k) || row[1] != "5" || row[2] != "converged" || row[9] != "" {
			t.Errorf("%v", row)
		}
		var o struct {
			Last         int `json:"last_row"`
			Coefficients []struct {
				Estimate float64
				Std      float64 `json:"std_error"`
			}
		}
		if err := json.Unmarshal([]byte(asJSON[k]), &o); err != nil || o.Last != 5+k {
			t.Fatalf("%v: %s", err, asJSON[k])
		}
		for i, c := range m.Coefficients {
			if fmt.Sprint(o.Coefficients[i].Estimate) != row[3+i] || fmt.Sprint(o.Coefficients[i].Std) != row[6+i] {
				t.Errorf("%s is not %v", asJSON[k], row)
			}
			if got := o.Coefficients[i].Estimate; math.Abs(got-c.Estimate) > 1e-11*(1+math.Abs(c.Estimate)) {
				t.Errorf("window %d: %s is %v, want %v", k, c.Name, got, c.Estimate)
			}
		}
	}
	constant := "a,y\n1,2\n1,3\n1,5\n2,9\n"
	out = must(t, constant, "fit", "-", "--target=y", "--rolling=3")
	if !strings.Contains(out, "\n3,3,rank deficient,,,,,a\n4,3,converged,") {
		t.Errorf("%s", out)
	}
	if r := hesse(t, constant, "fit", "-", "--target=y", "--rolling=3", "--rolling-step=2"); r.code != exitNotConverged || !strings.Contains(r.stderr, "none of 1 windows converged") {
		t.Errorf("%+v", r)
	}
	if r := hesse(t, constant, "fit", "-", "--target=y", "--rolling=9"); r.code != exitBadData || !strings.Contains(r.stderr, "4 rows are fewer than a window has") {
		t.Errorf("%+v", r)
	}
}

// TestTargets: a row is the model of its target.
func TestTargets(t *testing.T) {
	for _, options := range [][]string{{"--exclude=c"}, {"--columns=b,a", "--weights=w", "--offset=o", "--l2=2"}, {"--exclude=c,w", "--family=poisson", "--no-intercept", "--columns=a"}} {
		out := must(t, small, append([]string{"fit", "-", "--targets=y,z"}, options...)...)
		table, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(table) != 3 {
			t.Fatalf("%v: %s", err, out)
		}
		for k, target := range []string{"y", "z"} {
			alone := append([]string{"fit", "-", "--target=" + target, "--json"}, options...)
			if len(options) == 1 {
				alone = append(alone, "--exclude="+map[string]string{"y": "z", "z": "y"}[target])
			}
			m, row := parse(t, must(t, small, alone...)), table[1+k]
			if row[0] != target || row[1] != "6" || row[2] != "converged" {
				t.Errorf("%v", row)
			}
			for i, c := range m.Coefficients {
				if name := table[0][3+i]; name != "estimate_"+c.Name {
					t.Fatalf("%s, want %s", name, c.Name)
				}
				if got, err := strconv.ParseFloat(row[3+i], 64); err != nil || math.Abs(got-c.Estimate) > 1e-7*(1+math.Abs(c.Estimate)) {
					t.Errorf("%q, %s: %s is %s, want %v", options, target, c.Name, row[3+i], c.Estimate)
				}
			}
			if biased := slices.Contains(options, "--l2=2"); biased != (row[3+len(m.Coefficients)] == "") {
				t.Errorf("%q: standard errors %v", options, row)
			}
		}
	}
	out := must(t, small, "fit", "-", "--targets=y,z", "--columns=a", "--json")
	if lines := strings.Split(out, "\n"); len(lines) != 3 || object(t, lines[1])["target"] != "z" {
		t.Errorf("%s", out)
	}
	if r := hesse(t, "a,y,z\n1,2,1\n2,,2\n", "fit", "-", "--targets=z,y"); r.code != exitBadData || !strings.Contains(r.stderr, `("y"): empty cell`) || strings.Contains(r.stderr, "--exclude") {
		t.Errorf("%+v", r)
	}
	if r := hesse(t, "a,y,z\n1,0,1\n2,1,2\n", "fit", "-", "--targets=y,z", "--family=binomial"); r.code != exitBadData || !strings.Contains(r.stderr, `column 3 ("z"): the target is 2`) {
		t.Errorf("%+v", r)
	}
	if r := hesse(t, "a,y,z\n1,0,1\n1,1,0\n", "fit", "-", "--targets=y,z"); r.code != exitNotConverged || !strings.Contains(r.stdout, "y,2,rank deficient,,,,,a\n") {
		t.Errorf("%+v", r)
	}
}

func TestBatchUsage(t *testing.T) {
	folder(t, map[string]string{"t.csv": "a,b,y,w\n1,3,2,1\n3,4,4,1\n5,1,9,1\n"})
	for _, c := range []struct{ args, message string }{
		{"--l2=1..10", "--l2 is a range; add --cv K, which chooses from it, or give one penalty"},
		{"--cv 3", "--cv chooses a penalty; give --l2 a range, as --l2 1e-4..1e4"},
		{"--cv 1 --l2=1..2", "--cv is 1; there are at least 2 folds"},
		{"--cv 4 --l2=1..2", "--cv is 4, more than the 3 rows of t.csv"},
		{"--cv 2 --l2=1..2 --family huber", "--cv is for the families gaussian, binomial and poisson"},
		{"--cv-seed 4", "--cv-rule and --cv-seed go with --cv"},
		{"--l2=2..1", `--l2: "2..1" is no range; it goes from a positive number to a greater one, as 1e-4..1e4`},
		{"--l2=0..1", `--l2: "0..1" is no range; it goes from a positive number to a greater one, as 1e-4..1e4`},
		{"--l2=1..2:1", `--l2: "1..2:1": the number of penalties behind the colon lies between 2 and 10000`},
		{"--rolling 0", "--rolling is 0; it is at least 1"},
		{"--rolling 3 --rolling-min 4", "--rolling-min is 4, more than the 3 rows of a window"},
		{"--rolling-step 4", "--rolling-min and --rolling-step go with --rolling"},
		{"--rolling 3 --family binomial", "--rolling is for --family gaussian"},
		{"--rolling 3 --cv 2 --l2=1..2", "--rolling and --cv do not go together"},
		{"--rolling 3 --out m.json", "--rolling and --out do not go together"},
		{"--cv 2 --l2=1..2 --l1=3", "--cv and --l1 do not go together"},
		{"--cv 2 --l2=1..2 --penalty-factors=a=2", "--cv and --penalty-factors do not go together"},
		{"--rolling 3 --l1=3", "--rolling and --l1 do not go together"},
		{"--rolling 3 --l2=1 --penalty-factors=a=2", "--rolling and --penalty-factors do not go together"},
		{"--rolling 3 --standardize", "--rolling and --standardize do not go together"},
		{"--targets=y", "--target and --targets can't be used together"},
	} {
		r := hesse(t, "", append([]string{"fit", "t.csv", "--target=y"}, strings.Fields(c.args)...)...)
		if r.code != exitUsage || r.stdout != "" || !strings.HasPrefix(r.stderr, "hesse: "+c.message) {
			t.Errorf("%s: exit %d, %s, want %s", c.args, r.code, r.stderr, c.message)
		}
	}
	for _, c := range []struct{ args, message string }{
		{"--targets=", "--targets is empty; name columns"},
		{"--targets y,y", `--targets names column "y" twice; name it once`},
		{"--targets y,a --columns a", `column "a" is named by both --targets and --columns; it can be one of them`},
		{"--targets y --family gamma", "--targets is for the families gaussian, binomial and poisson"},
		{"--targets y --rolling 2", "--targets and --rolling do not go together"},
		{"--targets y --solver lbfgs", "--targets and --solver do not go together"},
		{"--targets y --precision exact", "--targets and --precision do not go together"},
		{"--targets y,a,b,w --no-intercept", "there are no columns to fit and no intercept"},
	} {
		r := hesse(t, "", append([]string{"fit", "t.csv"}, strings.Fields(c.args)...)...)
		if r.code != exitUsage || r.stdout != "" || !strings.HasPrefix(r.stderr, "hesse: "+c.message) {
			t.Errorf("%s: exit %d, %s, want %s", c.args, r.code, r.stderr, c.message)
		}
	}
	mustHold(t, "t.csv")
}
