package loss

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Quantile is the check loss, whose minimum is the quantile τ of the target
// given the columns, smoothed by convolution with a logistic density of scale
// h. With u = y − η it is
//
//	ℓ       = τu + h·log(1 + exp(−u/h))
//	∂ℓ/∂η   = σ(−u/h) − τ
//	∂²ℓ/∂η² = σ(u/h)·σ(−u/h)/h
//
// As h goes to zero, ℓ goes to u·(τ − [u < 0]). It is strictly convex, and
// h·log 2 at most above that. τ and h are constants; h is in units of the
// target.
//
// Source: Fernandes, Guerre & Horta, Smoothing quantile regressions, Journal of
// Business & Economic Statistics 39 (2021); the logistic kernel is one of those
// in He, Pan, Tan & Zhou, Smoothed quantile regression with large-scale
// inference, Journal of Econometrics 232 (2023).
type Quantile struct {
	Tau       float64 // τ, between 0 and 1; 0 means 0.5
	Bandwidth float64 // h; 0 means 1
}

func (Quantile) Name() string         { return "quantile" }
func (Quantile) Accepts(float64) bool { return true }
func (Quantile) Targets() string      { return "numbers" }
func (Quantile) Quadratic() bool      { return false }

func (l Quantile) Evaluate(b *Block) { l.evaluate(b, false) }

// Width implements [Widener]: it is h.
func (l Quantile) Width() float64 {
	if l.Bandwidth == 0 {
		return 1
	}
	return l.Bandwidth
}

// Widened implements [Widener].
func (l Quantile) Widened(width float64) Loss { return Quantile{l.Tau, width} }

// Majorized implements [Majorizer]: ∂²ℓ/∂η² is (σ(|u|/h) − ½)/|u|, the bound of
// Jaakkola and Jordan (2000).
func (l Quantile) Majorized() Loss { return quantileMajorized{l} }

type quantileMajorized struct{ Quantile }

func (l quantileMajorized) Evaluate(b *Block) { l.evaluate(b, true) }

func (l Quantile) evaluate(b *Block, majorized bool) {
	tau, h := l.Tau, l.Width()
	if tau == 0 {
		tau = 0.5
	}
	n := len(b.Eta)
	y, value, r, d := b.Y[:n], b.Value[:n], b.R[:n], b.D[:n]
	for i, eta := range b.Eta {
		value[i], d[i] = -math.Abs(eta-y[i])/h, 0
	}
	kernels.Logistic(value, r, d, value, d, nil) // of −|u|/h and a target of zero
	const flat = 0x1p-20                         // |u|/h below which the bound is that at zero
	for i, eta := range b.Eta {
		e := eta - y[i]
		size, q := math.Abs(e), r[i]
		share := tau
		if e > 0 {
			share = 1 - tau
			r[i] = share - q
		} else {
			r[i] = q - tau
		}
		value[i] = math.FMA(h, value[i], float64(share*size))
		switch {
		case !majorized:
			d[i] /= h
		case size <= float64(flat*h):
			d[i] = 0.25 / h
		default:
			d[i] = (0.5 - q) / size
		}
	}
	weigh(b)
}
