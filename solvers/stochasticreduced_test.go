package solvers

import (
	"context"
	"testing"
)

// TestNoiseIsReduced where it is most of what is left, and by shorter steps
// where a schedule or a step is given; a chain that scales by the size of
// estimates is left out then, any other one stays. A run that is stopped
// afterwards goes on with the same bits.
func TestNoiseIsReduced(t *testing.T) {
	const most = 300 // epochs: more than it takes, and enough for shorter steps
	ctx := context.Background()
	p := sized(3000, true)
	p.lambda = 0.5
	for _, m := range []Sampler{SGD{}, Momentum{}, RMSProp{}, Adam{}} {
		run := func(s Sampling, from *Checkpoint) (steps *stochasticStepper, last *Iterate, after [][]byte) {
			s.Tolerance = 1e-6
			for it, err := range Iterates(ctx, p, m.With(s), nil, Settings{MaxIterations: most, From: from}) {
				if err != nil {
					t.Fatal(err)
				}
				last, steps = it, it.run.stepper.(*stochasticStepper)
				if steps.Reducing && it.Status == Running {
					after = append(after, encoded(t, it))
				}
			}
			return steps, last, after
		}
		steps, last, after := run(Sampling{}, nil)
		scaling := m == (RMSProp{}) || m == (Adam{})
		if last.Status != Converged || !steps.Reducing || steps.Unchained != scaling || len(after) == 0 {
			t.Fatalf("%s: %v, reducing %v, unchained %v, %d iterates after that", m.Name(), last.Status, steps.Reducing, steps.Unchained, len(after))
		}
		for i, c := range after {
			if _, resumed, _ := run(Sampling{}, decoded(t, c)); fingerprint(resumed) != fingerprint(last) {
				t.Errorf("%s: resumed from iterate %d after estimates were reduced: %s, want %s", m.Name(), i, fingerprint(resumed), fingerprint(last))
			}
		}
		shorter, end, _ := run(Sampling{Schedule: Halving{}}, nil)
		if shorter.Reducing || shorter.Unchained || shorter.Stalls == 0 {
			t.Errorf("%s with a schedule: reducing %v, %d stalls", m.Name(), shorter.Reducing, shorter.Stalls)
		}
		if end.Status == Converged && end.Iteration <= last.Iteration {
			t.Errorf("%s: %d epochs, and %d by shorter steps", m.Name(), last.Iteration, end.Iteration)
		}
	}
}
