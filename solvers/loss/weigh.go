package loss

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// weigh multiplies the results by the weights.
func weigh(b *Block) {
	if b.W == nil {
		return
	}
	kernels.Multiply(b.Value, b.W)
	kernels.Multiply(b.R, b.W)
	kernels.Multiply(b.D, b.W)
}

// leaveOut clears the results of rows without weight, for losses that overflow:
// infinity times zero would be NaN.
func leaveOut(b *Block) {
	for i, w := range b.W {
		if w == 0 {
			b.Value[i], b.R[i], b.D[i] = 0, 0, 0
		}
	}
}

// vanishing is zero, and NaN for a predictor that is not finite: where a loss
// tends to zero, such a one must not hide.
func vanishing(eta float64) float64 { return eta - eta }

// whereZero is yes where y is zero, else no, without a branch, which a processor cannot
// foresee where counts are small.
func whereZero(y, yes, no float64) float64 {
	const sign = 1 << 63
	zero := uint64(int64(math.Float64bits(y)&^sign-1) >> 63) // all bits, or none
	return math.Float64frombits(math.Float64bits(yes)&zero | math.Float64bits(no)&^zero)
}
