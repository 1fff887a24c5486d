package loss

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Tweedie is half the deviance of a Tweedie variable of mean μ = exp(η) whose
// variance is proportional to μ^p, 1 < p < 2: a Poisson number of gamma
// variables, which is zero with positive probability. For y ≥ 0
//
//	ℓ       = y·(y^(1−p) − μ^(1−p))/(1−p) − (y^(2−p) − μ^(2−p))/(2−p)
//	∂ℓ/∂η   = μ^(2−p) − y·μ^(1−p)
//	∂²ℓ/∂η² = (2−p)·μ^(2−p) + (p−1)·y·μ^(1−p)
//
// computed from t = η − log y as y^(2−p)·(expm1((1−p)t)/(p−1) +
// expm1((2−p)t)/(2−p)). ℓ is convex in η for these p. The log link is not
// canonical: the second derivative is the true one, while Fisher scoring has
// its expectation, μ^(2−p); see [Tweedie.Scoring]. Where a power overflows,
// the results are infinite: above η = 709.78/(2−p), and for y > 0 below
// log y − 709.78/(p−1).
//
// Source: Jørgensen, The Theory of Dispersion Models (1997), chapter 4.
type Tweedie struct {
	Power float64 // p; 0 means 1.5
}

func (Tweedie) Name() string           { return "tweedie" }
func (Tweedie) Accepts(y float64) bool { return 0 <= y && y <= math.MaxFloat64 }
func (Tweedie) Targets() string        { return "numbers that are not negative" }
func (Tweedie) Quadratic() bool        { return false }

func (l Tweedie) Evaluate(b *Block) {
	l.evaluate(b)
	leaveOut(b)
	weigh(b)
}

// exponents are p − 1 and 2 − p, both exact.
func (l Tweedie) exponents() (low, high float64) {
	p := l.Power
	if p == 0 {
		p = 1.5
	}
	return p - 1, 2 - p
}

// evaluate is for weight 1.
func (l Tweedie) evaluate(b *Block) {
	low, high := l.exponents()
	perLow, perHigh := 1/low, 1/high
	n := len(b.Eta)
	y, value, r, d := b.Y[:n], b.Value[:n], b.R[:n], b.D[:n]
	kernels.Log(d, y)
	for i, eta := range b.Eta {
		y, t := y[i], eta-d[i]
		value[i], r[i] = whereZero(y, 0, -float64(low*t)), whereZero(y, 0, float64(high*t))
		d[i] = float64(high * whereZero(y, eta, d[i]))
	}
	kernels.Expm1(value, value)
	kernels.Expm1(r, r)
	kernels.Exp(d, d) // y^(2−p), or μ^(2−p) where y is zero
	for i, eta := range b.Eta {
		y, scale, down, up := y[i], d[i], value[i], r[i]
		above := max(float64(scale*math.FMA(perLow, down, float64(perHigh*up))), 0)
		value[i] = whereZero(y, float64(scale*perHigh)+vanishing(eta), above)
		r[i] = float64(scale * whereZero(y, 1, up-down))
		d[i] = float64(scale * whereZero(y, high, math.FMA(low, down, math.FMA(high, up, 1))))
	}
}

// Scoring implements [Scorer].
func (l Tweedie) Scoring() Loss { return tweedieScoring{l} }

// tweedieScoring is ½(y − μ)²/μ^p, with ∂²ℓ/∂η² = μ^(2−p).
type tweedieScoring struct{ Tweedie }

func (l tweedieScoring) Evaluate(b *Block) {
	_, high := l.exponents()
	l.evaluate(b)
	for i, eta := range b.Eta {
		b.D[i] = float64(high * eta)
	}
	kernels.Exp(b.D, b.D)
	for i, r := range b.R {
		b.Value[i] = float64(float64(0.5*r) * (r / b.D[i]))
	}
	leaveOut(b)
	weigh(b)
}
