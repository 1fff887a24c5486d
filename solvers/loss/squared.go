package loss

import "github.com/seed-0327bdf7/hesse/kernels"

// Squared is ℓ = ½(y − η)², the loss of least squares.
type Squared struct{}

func (Squared) Name() string         { return "squared" }
func (Squared) Accepts(float64) bool { return true }
func (Squared) Targets() string      { return "numbers" }
func (Squared) Quadratic() bool      { return true }

func (Squared) Evaluate(b *Block) {
	kernels.Squared(b.Value, b.R, b.D, b.Eta, b.Y)
	weigh(b)
}
