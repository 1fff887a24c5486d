package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
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
		if len(r.Curve) != 11 || r.Curve[0].L2 != 0.01 || r.Curve[10].L2 != 1000 || math.Abs(r.Curve[5].L2-math.Sqrt(10)) > 1e-14 || r.Folds != 5 || r.Seed != 3 || r.Rule != rule {
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
	} {
		r := hesse(t, "", append([]string{"fit", "t.csv", "--target=y"}, strings.Fields(c.args)...)...)
		if r.code != exitUsage || r.stdout != "" || !strings.HasPrefix(r.stderr, "hesse: "+c.message) {
			t.Errorf("%s: exit %d, %s, want %s", c.args, r.code, r.stderr, c.message)
		}
	}
	mustHold(t, "t.csv")
}
