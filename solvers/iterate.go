package solvers

import (
	"context"
	"math"
)

// An Iterate is where a run stands. What it points to is overwritten by the
// next step.
type Iterate struct {
	// Iteration is the number of steps taken; the start is iterate 0.
	Iteration int
	X         []float64
	Value     float64
	Gradient  []float64
	// Hessian is Dim×Dim row-major with the upper triangle set, or nil if the
	// method has none.
	Hessian []float64
	// GradientNorm is the largest absolute entry of Gradient.
	GradientNorm float64
	// Decrement is gᵀH⁻¹g at X, for methods that have H: f exceeds its minimum
	// by about half of it. The H is that of the next step: where the Hessian is
	// not positive definite, the one that takes its place. For methods that
	// only approximate H, or do without, half of it is what the next step is
	// expected to gain.
	Decrement float64
	// Condition is the condition number of the Hessian at X, scaled to unit
	// diagonal and centred about the leading variable, in the 1-norm and up to
	// a small factor; +Inf if it is not positive definite, 0 if the method has
	// none.
	Condition float64
	// StepLength is the share of the method's full step that led here, or the
	// multiple of its direction.
	StepLength  float64
	Evaluations Evaluations
	// Seed is that of the random numbers of a stochastic method.
	Seed uint64

	Status Status
	// Reason says why in words, once Status is not Running.
	Reason string

	run *run // nil where a method is started by hand
}

// Evaluations counts calls of the problem. One that returns the Hessian returns
// the gradient too and counts as a Hessian only.
type Evaluations struct {
	Gradients, Hessians int
	Products            int // of the Hessian with a vector
	Diagonals           int // of the Hessian
	Samples             int // of some terms of a finite sum
}

// Total is the number of evaluations of any kind but samples: where each reads
// the data once, the number of passes.
func (e Evaluations) Total() int { return e.Gradients + e.Hessians + e.Products + e.Diagonals }

// stop sets the status with which the run ends.
func (it *Iterate) stop(status Status, reason string) {
	it.Status, it.Reason = status, reason
}

// fail sets the status for an error and returns what the caller should see of
// it: the context's error, if that is what stands behind it.
func (it *Iterate) fail(ctx context.Context, err error) error {
	if canceled := ctx.Err(); canceled != nil {
		it.stop(Canceled, context.Cause(ctx).Error())
		return canceled
	}
	it.stop(Failed, err.Error())
	return err
}

// rounding is how much of a value may be the rounding of a sum of terms of one
// sign: differences below it say nothing.
func rounding(f float64) float64 {
	return float64(0x1p-46 * math.Abs(f))
}

// blur is how much of a value may be rounding at all, where larger terms
// cancel: a difference below it is to be doubted.
func blur(f float64) float64 {
	return float64(0x1p-33 * math.Abs(f))
}
