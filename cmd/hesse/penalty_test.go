package main

import (
	"math"
	"strings"
	"testing"
)

// TestL1 by every solver that can: the same coefficients, some of them zero, and
// the summary and the JSON say so.
func TestL1(t *testing.T) {
	folder(t, nil)
	fit := func(more ...string) *printed {
		t.Helper()
		return parse(t, must(t, "", append([]string{"fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--standardize", "--l1=20", "--l2=1", "--json"}, more...)...))
	}
	want := fit()
	zeros := 0
	for _, c := range want.Coefficients {
		if c.Estimate == 0 {
			zeros++
		}
		if c.StdError != nil {
			t.Errorf("%s has a standard error", c.Name)
		}
	}
	if zeros < 5 || want.P-zeros != want.NonZero || want.L1 != 20 || want.Solver != "coordinate-descent" || want.SolverReason == "" || !(*want.Violation < 1e-6) {
		t.Errorf("%d zeros: %+v", zeros, want)
	}
	for _, solver := range []string{"coordinate-descent", "owl-qn", "proximal-gradient"} {
		got := fit("--solver", solver)
		for i, c := range got.Coefficients {
			if math.Abs(c.Estimate-want.Coefficients[i].Estimate) > 1e-3*(1+math.Abs(c.Estimate)) {
				t.Errorf("%s: %s is %g, want %g", solver, c.Name, c.Estimate, want.Coefficients[i].Estimate)
			}
		}
	}
	out := must(t, "", "fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--l1=3", "--standardize", "--penalty-factors", "radius_mean=0, area_mean = 2.5")
	for _, want := range []string{"penalty: L1, lambda = 3 on standardized columns, 1 column without\n", " of 30 coefficients not zero.\n", "conditions violated by"} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary does not say %q:\n%s", want, out)
		}
	}
}

// TestPenaltyFactorsOfTheCommand: a factor of zero is no penalty, one of two is
// twice as much.
func TestPenaltyFactorsOfTheCommand(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	one := parse(t, must(t, "", "fit", "t.csv", "--target=y", noText, "--columns=a,b,z", "--l1=0.5", "--penalty-factors=a=0,z=2", "--json"))
	if one.Coefficients[1].Penalty != 0 || one.Coefficients[2].Penalty != 0.5 || one.Coefficients[3].Penalty != 1 {
		t.Errorf("%+v", one.Coefficients)
	}
	free := parse(t, must(t, "", "fit", "t.csv", "--target=y", "--columns=a,b", "--l2=1e9", "--penalty-factors=a=0", "--json"))
	alone := parse(t, must(t, "", "fit", "t.csv", "--target=y", "--columns=a", "--json"))
	if a, b := free.Coefficients[1].Estimate, alone.Coefficients[1].Estimate; math.Abs(a-b) > 1e-6 {
		t.Errorf("%g, alone %g", a, b)
	}
}
