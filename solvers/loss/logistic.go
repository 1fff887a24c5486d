package loss

import "github.com/seed-0327bdf7/hesse/kernels"

// Logistic is ℓ = log(1 + exp(η)) − yη for y in {0, 1}: the negative
// log-likelihood of a Bernoulli variable with log-odds η.
type Logistic struct{}

func (Logistic) Name() string           { return "logistic" }
func (Logistic) Accepts(y float64) bool { return y*(y-1) == 0 } // 0 or 1, without a branch that is guessed wrong in every other row
func (Logistic) Targets() string        { return "0 and 1" }
func (Logistic) Quadratic() bool        { return false }

func (Logistic) Evaluate(b *Block) {
	low, high := kernels.Logistic(b.Value, b.R, b.D, b.Eta, b.Y, b.W)
	b.MinMargin, b.MaxMargin = min(b.MinMargin, low), max(b.MaxMargin, high)
}
