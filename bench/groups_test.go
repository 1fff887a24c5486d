package bench

import "testing"

// TestGroupWaysAgree: gonum's answers are ours, whichever way it is called.
func TestGroupWaysAgree(t *testing.T) {
	const n = 1030
	for _, p := range []int{1, 5, 9} {
		for _, threads := range []int{1, 3} {
			b := NewProblem(make([]float64, n*p), n, p, threads)
			ours, err := run(groups, b)
			if err != nil {
				t.Fatal(err)
			}
			if want := n / groupRows(p) * (p + 1); len(ours.Vector) != want {
				t.Errorf("%d coefficients, want %d", len(ours.Vector), want)
			}
			c := Case{groups.name, Float64, n, p, threads}
			theirs := newGonumGroups(b)
			for _, way := range gonumGroupWays {
				theirs.do(c, way, 2)
				if wrong := ours.differs(Answer{Vector: theirs.beta}, 1e-10*largest(ours.Vector)); wrong != nil {
					t.Errorf("%+v, %s: %s", c, way, wrong)
				}
				for i, v := range theirs.stdErrors {
					if d := v - b.fits.StdErrors[i]; !(d < 1e-10 && d > -1e-10) {
						t.Fatalf("%+v, %s: standard error %d is %v, ours %v", c, way, i, v, b.fits.StdErrors[i])
					}
				}
			}
		}
	}
	if _, err := run(groups, NewProblem(make([]float64, 30), 30, 1, 1)); err == nil {
		t.Error("no group and no error")
	}
}
