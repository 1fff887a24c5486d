package solvers

import (
	"context"
	"math"
	"testing"
)

func minimize(t *testing.T, p Problem, m Method, x0 ...float64) *Result {
	t.Helper()
	r, err := Minimize(context.Background(), p, m, x0, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustEndAs(t *testing.T, r *Result, status Status) {
	t.Helper()
	if r.Status != status || r.Reason == "" {
		t.Fatalf("status %v (%s) after %d iterations at x = %g, f = %g; want %v",
			r.Status, r.Reason, r.Iterations, r.X, r.Value, status)
	}
}

func mustBeNear(t *testing.T, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("length %d, want %d", len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			t.Errorf("entry %d is %.17g, want %.17g", i, got[i], want[i])
		}
	}
}
