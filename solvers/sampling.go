package solvers

import (
	"fmt"
	"math"
)

// Sampling are the settings that stochastic methods share. The zero value works:
// with it a run finds its own steps and ends at the minimum.
type Sampling struct {
	// Batch is the number of terms of a step. Zero means 64, and no more than a
	// sixteenth of the terms, or 256 of more than 65536 terms. The last batch of an
	// epoch may be shorter; its step is shorter by as much, so that every term
	// counts alike.
	Batch int
	// Order is the order of the terms in an epoch.
	Order Order
	// Seed is that of the random numbers. The same seed is the same run, to the
	// last bit.
	Seed uint64

	// Step is the length of the first step, in variables scaled to a curvature of
	// 1 at the start. Zero finds one.
	Step float64
	// Schedule says how steps become shorter. Nil means Halving{}, after
	// estimates have been reduced as [Stochastic] says.
	Schedule Schedule
	// LastPoint takes the last point of an epoch for its iterate. Otherwise it is
	// the mean of all points, over some epochs (Polyak and Ruppert), but for SVRG
	// and for composite problems.
	LastPoint bool

	// HoldOut is the share of the terms, chosen at random, from which nothing is
	// learned. Value is then that of these terms, scaled to all of them, and the
	// run ends when it has not fallen for Patience epochs (early stopping). Zero
	// is none.
	HoldOut  float64
	Patience int // 0 means 5

	// Tolerance is what f may exceed its minimum by where a run has converged, as
	// a share of f/Terms, the mean of a term. Zero means 0.01: estimates are then
	// off by about a tenth of their standard errors.
	Tolerance float64
}

// Sampled returns the settings.
func (s Sampling) Sampled() Sampling { return s }

// IterationLimit implements [Limiter].
func (Sampling) IterationLimit() int { return patience }

// Takes implements [CompositeMethod]: steps are proximal, whatever the rough part.
func (Sampling) Takes(Rough) bool { return true }

// A Sampler is a method that takes samples of a [FiniteSum].
type Sampler interface {
	Method
	// Sampled returns its settings.
	Sampled() Sampling
	// With is the method with other settings.
	With(Sampling) Method
}

func (s Sampling) check() error {
	switch {
	case s.Batch < 0:
		return fmt.Errorf("solvers: a batch of %d terms", s.Batch)
	case s.Order.unknown():
		return fmt.Errorf("solvers: order %d is not known", int(s.Order))
	case !(s.Step >= 0) || math.IsInf(s.Step, 0):
		return fmt.Errorf("solvers: a step of %v; it is positive, or 0 to be found", s.Step)
	case !(s.HoldOut >= 0 && s.HoldOut < 1):
		return fmt.Errorf("solvers: a share of %v is held out; it lies between 0 and 1", s.HoldOut)
	case s.Patience < 0:
		return fmt.Errorf("solvers: a patience of %d epochs", s.Patience)
	case !(s.Tolerance >= 0) || math.IsInf(s.Tolerance, 0):
		return fmt.Errorf("solvers: a tolerance of %v", s.Tolerance)
	}
	return nil
}
