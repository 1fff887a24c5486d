package main

import (
	"math"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// TestBounds by every solver that takes them: the same estimates, at their bounds
// exactly, and the summary and the model file say so.
func TestBounds(t *testing.T) {
	folder(t, nil)
	args := []string{"fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--columns=radius_mean,texture_mean,smoothness_mean", "--lower=0,smoothness_mean=-inf", "--upper=texture_mean=0.2,smoothness_mean=10"}
	want := parse(t, must(t, "", append(args, "--json", "--out=m.json")...))
	if c := want.Coefficients; !(c[1].Estimate > 0) || c[2].Estimate != 0.2 || c[3].Estimate != 10 || c[1].StdError != nil || want.AIC != nil || want.Solver != "coordinate-descent" || !(*want.Violation < 1e-6) {
		t.Errorf("%+v", want)
	}
	for _, solver := range solvers.BoxMethods() {
		got := parse(t, must(t, "", append(args, "--json", "--solver="+solver)...))
		for i, c := range got.Coefficients {
			if math.Abs(c.Estimate-want.Coefficients[i].Estimate) > 1e-5*(1+math.Abs(c.Estimate)) {
				t.Errorf("%s: %s is %g, want %g", solver, c.Name, c.Estimate, want.Coefficients[i].Estimate)
			}
		}
	}
	if out := must(t, "", args...); !strings.Contains(out, `3 coefficients with bounds, reached by "texture_mean", "smoothness_mean".`) {
		t.Errorf("%s", out)
	}
	if m := text(t, "m.json"); strings.Count(m, `"lower_bound": 0`) != 2 || !strings.Contains(m, `"upper_bound": 0.2`) {
		t.Errorf("%s", m)
	}
	must(t, "radius_mean,texture_mean,smoothness_mean\n12,20,0.1\n", "predict", "m.json", "-")
}

func TestBoundUsage(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	const see = "; see hesse --help and hesse COMMAND --help\n"
	for _, c := range []struct{ args, want string }{
		{"--lower=a", `--lower: "a" is neither COLUMN=NUMBER nor a number`},
		{"--lower=a=x", `--lower: the bound of "a" is "x"; it is a number`},
		{"--upper=a=nan", `--upper: the bound of "a" is "nan"; it is a number`},
		{"--upper=0,1", "--upper: there are two numbers without a column; give one for all columns"},
		{"--upper=a=0,a=1", `--upper: column "a" is there twice; name it once`},
		{"--lower=c=0", `--lower names column "c", which is none that the fit has coefficients for`},
		{"--lower=2 --upper=b=1", `--lower of column "b", 2, is above its --upper, 1`},
		{"--lower=a=inf", `--lower of column "a" is +Inf; it is a number, or -Inf for none`},
		{"--upper=-inf", `--upper of column "a" is -Inf; it is a number, or +Inf for none`},
		{"--lower=0 --l1=1", "--lower and --l1 do not go together; leave one out, or take --l2"},
		{"--upper=0 --solver=newton", "--solver newton cannot fit with --upper; those that can are coordinate-descent, proximal-gradient, projected-lbfgs"},
		{"--upper=0 --solver=sgd", "--solver sgd cannot fit with --upper; those that can are coordinate-descent, proximal-gradient, projected-lbfgs"},
		{"--upper=0 --precision=exact", "--precision exact is for fits without --upper"},
		{"--upper=0 --cv=3 --l2=1e-3..1e3", "--cv and --upper do not go together"},
		{"--lower=0 --rolling=3", "--rolling and --lower do not go together"},
		{"--lower=0 --bootstrap=3", "--bootstrap and --lower do not go together"},
		{"--lower=0 --leave-one-out", "--leave-one-out and --lower do not go together"},
		{"--lower=0 --by=z", "--lower does not go with --by: groups are fitted without bounds"},
	} {
		r := hesse(t, "", append([]string{"fit", "t.csv", "--target=y", "--columns=a,b"}, strings.Fields(c.args)...)...)
		if r.code != exitUsage || strings.TrimSuffix(strings.TrimSuffix(r.stderr, see), "\n") != "hesse: "+c.want || r.stdout != "" {
			t.Errorf("%s: exit %d, %s, want %s", c.args, r.code, r.stderr, c.want)
		}
	}
}
