package solvers

import "fmt"

// Status says whether a run goes on, and if not, how it ended.
type Status int

const (
	// Running means that the method can go on.
	Running Status = iota
	// Converged means that the method's test for a minimum is met.
	Converged
	// IterationLimit means that Settings.MaxIterations steps were taken.
	IterationLimit
	// Stalled means that the method found no better point, though its test for
	// a minimum is not met.
	Stalled
	// Separated means that the minimum lies at infinity, as the problem knows:
	// of fits whose classes can be told apart perfectly, for example, or of
	// counts that are all zero.
	Separated
	// Unbounded means that f falls without limit, as far as can be seen.
	Unbounded
	// Diverged means that steps led away from where the run began, and farther
	// and farther: they were too long.
	Diverged
	// NotFinite means that value, gradient or Hessian are not finite where the
	// method cannot avoid them.
	NotFinite
	// Canceled means that the context ended.
	Canceled
	// Failed means that the run ended in another error.
	Failed
)

// String returns the status in words.
func (s Status) String() string {
	names := [...]string{
		"running", "converged", "iteration limit", "stalled", "separated", "unbounded", "diverged", "not finite", "canceled", "failed",
	}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("Status(%d)", int(s))
	}
	return names[s]
}
