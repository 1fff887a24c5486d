package main

import (
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// samplingFlags are those of solvers that take samples of the rows.
type samplingFlags struct {
	Batch    *int     `placeholder:"N" help:"sgd and its like: rows of a batch (64, and no more than a sixteenth of the rows; 256 of more than 65536); subsampled-newton: of a Hessian (20 times the columns, at least 1000)."`
	Epochs   *int     `placeholder:"N" help:"sgd and its like: most epochs, the same as --max-iter."`
	Seed     *uint64  `placeholder:"N" help:"sgd and its like: seed of the random numbers (0). The same seed is the same fit."`
	Step     *float64 `placeholder:"T" help:"sgd and its like: length of the first step, in columns scaled to a curvature of 1 (from the data)."`
	Schedule *string  `enum:"${schedules}" help:"sgd and its like: how steps become shorter: ${schedulelist}. halving looks at what epochs gain; so does the default, which takes estimates with less noise before it makes steps shorter."`
	Order    *string  `enum:"${orders}" help:"sgd and its like: order of the rows, shuffled or blocks, consecutive rows in blocks at random (auto: shuffled up to 65536 rows and 4 million numbers)."`
	HoldOut  *float64 `placeholder:"SHARE" help:"sgd and its like: learn nothing from this share of the rows, and stop when they are fitted no better for five epochs."`
}

// sampler is the solver of that name, if it takes samples.
func sampler(name string) solvers.Sampler {
	m, err := solvers.ParseMethod(name, 0)
	if err != nil {
		return nil // auto
	}
	s, _ := m.(solvers.Sampler)
	return s
}

// check looks at the flags for a solver.
func (f *samplingFlags) check(solver string, maxIter *int) error {
	newton := solver == solvers.SubsampledNewton{}.Name()
	for _, flag := range []struct {
		name  string
		given bool
		steps bool // means nothing to one that searches
	}{
		{"batch", f.Batch != nil, false}, {"epochs", f.Epochs != nil, false}, {"seed", f.Seed != nil, false},
		{"step", f.Step != nil, true}, {"schedule", f.Schedule != nil, true}, {"order", f.Order != nil, true}, {"hold-out", f.HoldOut != nil, true},
	} {
		switch {
		case flag.given && sampler(solver) == nil:
			return usage("--%s is for a solver that takes samples of the rows, not for --solver %s", flag.name, solver)
		case flag.given && flag.steps && newton:
			return usage("--%s means nothing to --solver %s", flag.name, solver)
		}
	}
	switch {
	case f.Batch != nil && *f.Batch < 1:
		return usage("--batch is %d; it is at least 1", *f.Batch)
	case f.Epochs != nil && *f.Epochs < 1:
		return usage("--epochs is %d; it is at least 1", *f.Epochs)
	case f.Epochs != nil && maxIter != nil:
		return usage("--epochs and --max-iter are the same; give one of them")
	case f.Step != nil && !(*f.Step > 0 && !math.IsInf(*f.Step, 0)):
		return usage("--step is %v; it is positive and finite", *f.Step)
	case f.HoldOut != nil && !(0 < *f.HoldOut && *f.HoldOut < 1):
		return usage("--hold-out is %v; it lies between 0 and 1", *f.HoldOut)
	}
	return nil
}

// apply is the method with what the flags say, for a run of up to some epochs, 0
// if nobody says; check has accepted them.
func (f *samplingFlags) apply(m solvers.Method, epochs int) solvers.Method {
	s, ok := m.(solvers.Sampler)
	if !ok {
		return m
	}
	settings := s.Sampled()
	set(&settings.Batch, f.Batch)
	set(&settings.Seed, f.Seed)
	set(&settings.Step, f.Step)
	set(&settings.HoldOut, f.HoldOut)
	if f.Order != nil {
		settings.Order, _ = solvers.ParseOrder(*f.Order) // one of kong's enum
	}
	if f.Schedule != nil {
		settings.Schedule, _ = solvers.ParseSchedule(*f.Schedule, epochs)
	}
	return s.With(settings)
}

func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}

// advice is what a person may do about the status of a fit.
func advice(status, solver string) string {
	switch {
	case status == solvers.IterationLimit.String() && sampler(solver) != nil:
		return "; raise --max-iter, or take --solver newton, which columns that are nearly collinear do not hold up"
	case status == solvers.IterationLimit.String():
		return "; raise --max-iter"
	case status == solvers.Diverged.String():
		return fmt.Sprintf("; leave --step out, and --solver %s finds one", solver)
	}
	return ""
}
