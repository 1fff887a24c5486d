package batch

import "fmt"

// Status says how a fit ended.
type Status uint8

const (
	// NotFitted is a fit that was not reached, because the batch was stopped.
	NotFitted Status = iota
	// Converged is a fit with all its results.
	Converged
	// TooFewRows means fewer rows with a positive weight than coefficients, and
	// no penalty; or no such row at all. There are no results.
	TooFewRows
	// RankDeficient means that columns are linear combinations of others, and
	// that there is no penalty, or one too small to tell; Fits.Dependent says
	// which. There are no results.
	RankDeficient
	// Separated means that the likelihood has no maximum at a finite place.
	// There are no results.
	Separated
	// NotFinite means that the data of the fit hold a NaN or an infinity, a
	// target that the loss is not defined for, a negative weight, or numbers too
	// large for float64 squares. There are no results.
	NotFinite
	// IterationLimit means that the limit was reached: results are those of the
	// last iterate.
	IterationLimit
	// Stalled means that no step lowers the loss, though nothing says that it is
	// at its minimum: results are those of the last iterate.
	Stalled
)

var statusNames = []string{
	NotFitted:      "not fitted",
	Converged:      "converged",
	TooFewRows:     "too few rows",
	RankDeficient:  "rank deficient",
	Separated:      "separated",
	NotFinite:      "not finite",
	IterationLimit: "iteration limit",
	Stalled:        "stalled",
}

// String is one or two words.
func (s Status) String() string {
	if int(s) >= len(statusNames) {
		return fmt.Sprintf("Status(%d)", int(s))
	}
	return statusNames[s]
}
