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

// TestSeparatedGroupIsZeros: one group of very many has no answer, and all others have theirs.
func TestSeparatedGroupIsZeros(t *testing.T) {
	const n, p = 500, 2
	b := NewProblem(make([]float64, n*p), n, p, 1)
	for i := 50; i < 100; i++ {
		b.Y[i] = 0
		if b.X.Row(i)[0] > 0 {
			b.Y[i] = 1
		}
	}
	answer, err := run(groupsBinomial, b)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range answer.Vector {
		if zero := i/(p+1) == 1; (v == 0) != zero {
			t.Errorf("coefficient %d is %v", i, v)
		}
	}
}
