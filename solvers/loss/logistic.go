package loss

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Logistic is ℓ = log(1 + exp(η)) − yη for y in {0, 1}: the negative
// log-likelihood of a Bernoulli variable with log-odds η.
type Logistic struct{}

func (Logistic) Name() string           { return "logistic" }
func (Logistic) Accepts(y float64) bool { return y == 0 || y == 1 }
func (Logistic) Targets() string        { return "0 and 1" }
func (Logistic) Quadratic() bool        { return false }

// Evaluate has no branch on the data and cancels nothing: for either target,
// one of the two terms of each sum is an exact zero, and the other keeps all
// its digits however confident the prediction is.
func (Logistic) Evaluate(b *Block) {
	n := len(b.Eta)
	y, value, r, d := b.Y[:n], b.Value[:n], b.R[:n], b.D[:n]
	kernels.Logistic(r, d, value, b.Eta) // μ = σ(η), 1 − μ, log(1 + exp(−|η|))
	low, high := b.MinMargin, b.MaxMargin
	for i, eta := range b.Eta {
		mu, nu, one, zero := r[i], d[i], y[i], 1-y[i]
		size := math.Abs(eta)
		above, below := 0.5*(size+eta), 0.5*(size-eta) // max(η, 0), max(−η, 0)
		value[i] += float64(zero*above) + float64(one*below)
		r[i] = float64(zero*mu) - float64(one*nu)
		d[i] = mu * nu
		if b.W != nil && !(b.W[i] > 0) {
			continue
		}
		margin := (one - zero) * eta
		if margin < low {
			low = margin
		}
		if margin > high {
			high = margin
		}
	}
	b.MinMargin, b.MaxMargin = low, high
	weigh(b)
}
