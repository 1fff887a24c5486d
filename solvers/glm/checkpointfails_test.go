package glm

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// TestFitsThatCannotBeKept end with the error of Save and the best model until
// then, which is that of a fit that is interrupted there; and the last checkpoint
// that was kept goes on to the end.
func TestFitsThatCannotBeKept(t *testing.T) {
	full := errors.New("no space left")
	var settings []Options
	for family := range Family(len(families)) {
		settings = append(settings, Options{Family: family, Precision: Plain}, Options{Family: family, Method: solvers.GradientDescent{}, MaxIterations: 20})
	}
	settings = append(settings, Options{Family: Huber, Parameters: Parameters{Delta: 1e-3}}, Options{Family: Binomial, L1: 2}, Options{Family: Gaussian, L1: 2, Method: solvers.OWLQN{}},
		Options{Family: Binomial, Method: solvers.SGD{Sampling: solvers.Sampling{HoldOut: 0.2}}, MaxIterations: 8})
	for _, o := range settings {
		d := problem[float64](300, 3, o.Family, true)
		var kept [][]byte
		never, err := Fit(ctx, d, keepAll(o, &kept))
		if err != nil {
			t.Fatal(err)
		}
		models := 0
		for k := range kept { // the call of Save that fails
			end := func(save func(call int) error) (*Model, []byte, error) {
				var last []byte
				call := -1
				o := o
				o.Checkpoints = Checkpoints{Every: -1, Save: func(b []byte) error {
					call++
					err := save(call)
					if err == nil {
						last = slices.Clone(b)
					}
					return err
				}}
				m, err := Fit(ctx, d, o)
				if call != k {
					t.Fatalf("%v: Save was called %d times, and fails at %d", o.Family, call+1, k+1)
				}
				return m, last, err
			}
			m, last, err := end(func(call int) error {
				if call == k {
					return full
				}
				return nil
			})
			if !errors.Is(err, full) || k == 0 && m != nil {
				t.Fatalf("%v, call %d: %v, %+v", o.Family, k, err, m)
			}
			if last != nil {
				o := o
				o.Checkpoints.From = last
				if again, err := Fit(ctx, d, o); err != nil || !slices.Equal(whole(again), whole(never)) {
					t.Errorf("%v, call %d: %v, the last checkpoint goes on to %+v, want %+v", o.Family, k, err, again, never)
				}
			}
			if m == nil {
				continue
			}
			models++
			if m.Converged || m.Status != "failed" || !strings.Contains(m.Reason, "checkpoint could not be kept; this is the best model until then") || !strings.Contains(m.Summary(), "failed after") {
				t.Errorf("%v, call %d: %+v", o.Family, k, m)
			}
			text, err := m.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			if again, err := Read(bytes.NewReader(text)); err != nil || again.Status != "failed" {
				t.Errorf("%v: %v, %+v", o.Family, err, again)
			}
			if interrupted := interruptedAt(t, d, o, k); interrupted == nil || !sameFit(interrupted, m) {
				t.Errorf("%v, call %d: %v, deviance %v, want %v, deviance %v", o.Family, k, m.Coefficients, m.Deviance, interrupted.Coefficients, interrupted.Deviance)
			}
		}
		if models == 0 && len(kept) > 1 {
			t.Errorf("%v, %d checkpoints: no model", o.Family, len(kept))
		}
	}
}

// interruptedAt is the model of a fit that is interrupted while Save is called for
// the kth time.
func interruptedAt(t *testing.T, d Data[float64], o Options, k int) *Model {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.Checkpoints = Checkpoints{Every: -1, Save: func([]byte) error {
		if k--; k < 0 {
			cancel()
		}
		return nil
	}}
	m, err := Fit(ctx, d, o)
	if err != context.Canceled {
		t.Fatal(err)
	}
	return m
}

// sameFit tells whether the coefficients have the same bits, and the deviances,
// unless one is unknown: an interrupt may end a run before the value of its start.
func sameFit(a, b *Model) bool {
	for i, c := range a.Coefficients {
		if math.Float64bits(c.Estimate) != math.Float64bits(b.Coefficients[i].Estimate) {
			return false
		}
	}
	return a.Deviance == b.Deviance || math.IsNaN(a.Deviance) || math.IsNaN(b.Deviance)
}
