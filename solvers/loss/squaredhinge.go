package loss

import "math"

// SquaredHinge is the loss of a linear support vector machine, for y in {0, 1}.
// In the margin m = (2y − 1)η it is
//
//	ℓ = (1 − m)² where m < 1, and 0 beyond
//
// with ∂ℓ/∂η = −2(2y − 1)(1 − m) and ∂²ℓ/∂η² = 2, both 0 beyond. It is convex.
// With λ = 1/C a fit has the objective of scikit-learn's LinearSVC, but for the
// intercept, which is not penalised here.
//
// Source: Chang, Hsieh & Lin, Coordinate descent method for large-scale L2-loss
// linear support vector machines, JMLR 9 (2008).
type SquaredHinge struct{}

func (SquaredHinge) Name() string           { return "squared-hinge" }
func (SquaredHinge) Accepts(y float64) bool { return y == 0 || y == 1 }
func (SquaredHinge) Targets() string        { return "0 and 1" }
func (SquaredHinge) Quadratic() bool        { return false }

func (l SquaredHinge) Evaluate(b *Block) { l.evaluate(b, 0) }

// Majorized implements [Majorizer]: ∂²ℓ/∂η² is 2 everywhere.
func (l SquaredHinge) Majorized() Loss { return hingeMajorized{l} }

type hingeMajorized struct{ SquaredHinge }

func (l hingeMajorized) Evaluate(b *Block) { l.evaluate(b, 2) }

// evaluate has beyond as the second derivative beyond the hinge.
func (SquaredHinge) evaluate(b *Block, beyond float64) {
	n := len(b.Eta)
	y, value, r, d := b.Y[:n], b.Value[:n], b.R[:n], b.D[:n]
	low, high := math.Inf(1), math.Inf(-1)
	for i, eta := range b.Eta {
		sign := math.FMA(2, y[i], -1)
		margin := float64(sign*eta) + 0 // no negative zero
		if slack := 1 - margin; slack > 0 {
			value[i] = float64(slack * slack)
			r[i] = -float64(float64(2*sign) * slack)
			d[i] = 2
		} else {
			value[i], r[i], d[i] = vanishing(eta), vanishing(eta), beyond
		}
		if b.W != nil && !(b.W[i] > 0) {
			continue
		}
		if margin < low {
			low = margin
		}
		if margin > high {
			high = margin
		}
	}
	b.MinMargin, b.MaxMargin = min(b.MinMargin, low), max(b.MaxMargin, high)
	weigh(b)
}
