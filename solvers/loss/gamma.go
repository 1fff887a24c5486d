package loss

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Gamma is half the deviance of a gamma variable of mean μ = exp(η), for y > 0:
//
//	ℓ = y/μ − 1 − log(y/μ),  ∂ℓ/∂η = 1 − y/μ,  ∂²ℓ/∂η² = y/μ
//
// computed from s = log y − η as expm1(s) − s. ℓ is strictly convex in η. The
// log link is not canonical: the second derivative is the true one, which
// depends on y, while Fisher scoring has its expectation, 1; see
// [Gamma.Scoring]. Where y/μ overflows, below η = log y − 709.78, all three are
// infinite.
//
// Source: McCullagh & Nelder, Generalized Linear Models (1989), chapters 2, 8.
type Gamma struct{}

func (Gamma) Name() string           { return "gamma" }
func (Gamma) Accepts(y float64) bool { return 0 < y && y <= math.MaxFloat64 }
func (Gamma) Targets() string        { return "positive numbers" }
func (Gamma) Quadratic() bool        { return false }

func (Gamma) Evaluate(b *Block) {
	n := len(b.Eta)
	value, r, d := b.Value[:n], b.R[:n], b.D[:n]
	logRatio(d, b)
	kernels.Expm1(r, d)
	for i, s := range d {
		value[i], r[i] = max(r[i]-s, 0), -r[i]
	}
	kernels.Exp(d, d)
	leaveOut(b)
	weigh(b)
}

// Scoring implements [Scorer].
func (Gamma) Scoring() Loss { return gammaScoring{} }

// gammaScoring is ½(y/μ − 1)², with ∂²ℓ/∂η² = 1.
type gammaScoring struct{ Gamma }

func (gammaScoring) Evaluate(b *Block) {
	n := len(b.Eta)
	value, r, d := b.Value[:n], b.R[:n], b.D[:n]
	logRatio(d, b)
	kernels.Expm1(r, d)
	for i, v := range r {
		value[i], r[i], d[i] = float64(float64(0.5*v)*v), -v, 1
	}
	leaveOut(b)
	weigh(b)
}

// logRatio sets dst to log(y/μ) = log y − η.
func logRatio(dst []float64, b *Block) {
	kernels.Log(dst, b.Y)
	for i, eta := range b.Eta {
		dst[i] -= eta
	}
}
