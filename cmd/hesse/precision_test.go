package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestPrecision(t *testing.T) {
	var near, apart strings.Builder
	near.WriteString("a,b,y\n")
	apart.WriteString("a,b,y\n")
	for i := range 40 {
		a, b := float64(i%7), float64(i*i%11)
		fmt.Fprintf(&near, "%v,%v,%v\n", a, a+1e-8*b, 3*a+b)
		fmt.Fprintf(&apart, "%v,%v,%v\n", a, b, 3*a+b+float64(i%3))
	}
	folder(t, map[string]string{"near.csv": near.String(), "apart.csv": apart.String()})
	for _, c := range []struct{ args, want string }{
		{"near.csv", "exact"}, {"near.csv --precision exact", "exact"},
		{"apart.csv", "float64"}, {"apart.csv --precision auto", "float64"},
		{"apart.csv --precision float64", "float64"}, {"apart.csv --precision exact", "exact"},
	} {
		args := append([]string{"fit", "--target=y"}, strings.Fields(c.args)...)
		if got := object(t, must(t, "", append(args, "--json")...))["precision"]; got != c.want {
			t.Errorf("%s: precision %v, want %s", c.args, got, c.want)
		}
		if got := must(t, "", args...); !strings.Contains(got, "precision: "+c.want+",") {
			t.Errorf("%s:\n%s", c.args, got)
		}
	}
	r := hesse(t, "", "fit", "near.csv", "--target=y", "--precision=float64")
	if r.code != exitFailed || !strings.Contains(r.stderr, "is collinear with") || !strings.Contains(r.stderr, "--precision auto") {
		t.Errorf("float64, as asked for: exit %d, %s", r.code, r.stderr)
	}
}
