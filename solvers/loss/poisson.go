package loss

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Poisson is half the deviance of a Poisson variable of mean μ = exp(η), for
// y ≥ 0, which need not be an integer:
//
//	ℓ = y·log(y/μ) − (y − μ),  ∂ℓ/∂η = μ − y,  ∂²ℓ/∂η² = μ
//
// That is exp(η) − yη, less the constant at which its minimum is zero. It is
// computed from t = η − log y as y·(expm1(t) − t), whose terms do not grow with
// y as those of exp(η) − yη do. The link is canonical, and ℓ strictly convex.
// Beyond η = 709.78 exp overflows and all three are +Inf.
//
// Source: McCullagh & Nelder, Generalized Linear Models (1989), chapters 2, 6.
type Poisson struct{}

func (Poisson) Name() string           { return "poisson" }
func (Poisson) Accepts(y float64) bool { return 0 <= y && y <= math.MaxFloat64 }
func (Poisson) Targets() string        { return "numbers that are not negative" }
func (Poisson) Quadratic() bool        { return false }

func (Poisson) Evaluate(b *Block) {
	n := len(b.Eta)
	y, value, r, d := b.Y[:n], b.Value[:n], b.R[:n], b.D[:n]
	kernels.Log(value, y)
	for i, eta := range b.Eta {
		r[i] = eta - value[i]
	}
	kernels.Expm1(value, r)
	kernels.Exp(d, b.Eta)
	for i, eta := range b.Eta {
		mu, y := d[i], y[i]
		above := max(float64(y*(value[i]-r[i])), 0) // rounding may leave less than nothing
		value[i] = whereZero(y, mu+vanishing(eta), above)
		r[i] = mu - y
	}
	leaveOut(b)
	weigh(b)
}
