package loss

import "math"

// Huber is least squares whose residuals e = η − y pull no more than δ:
//
//	ℓ = ½e² where |e| ≤ δ, and δ|e| − ½δ² beyond
//
// with ∂ℓ/∂η = e, held within ±δ, and ∂²ℓ/∂η² = 1, or 0 beyond δ, where the
// loss is straight. It is convex. δ is in units of the target: 1.345 standard
// deviations of the noise give 95 % of the efficiency of least squares where
// the noise is normal.
//
// Source: Huber, Robust estimation of a location parameter, Annals of
// Mathematical Statistics 35 (1964).
type Huber struct {
	Delta float64 // δ; 0 means 1.345
}

func (Huber) Name() string         { return "huber" }
func (Huber) Accepts(float64) bool { return true }
func (Huber) Targets() string      { return "numbers" }
func (Huber) Quadratic() bool      { return false }

func (l Huber) Evaluate(b *Block) { l.evaluate(b, false) }

// Width implements [Widener]: it is δ.
func (l Huber) Width() float64 {
	if l.Delta == 0 {
		return 1.345
	}
	return l.Delta
}

// Widened implements [Widener].
func (l Huber) Widened(width float64) Loss { return Huber{width} }

// Majorized implements [Majorizer]: ∂²ℓ/∂η² is δ/|e| beyond δ.
func (l Huber) Majorized() Loss { return huberMajorized{l} }

type huberMajorized struct{ Huber }

func (l huberMajorized) Evaluate(b *Block) { l.evaluate(b, true) }

func (l Huber) evaluate(b *Block, majorized bool) {
	delta := l.Width()
	n := len(b.Eta)
	y, value, r, d := b.Y[:n], b.Value[:n], b.R[:n], b.D[:n]
	for i, eta := range b.Eta {
		e := eta - y[i]
		pull := max(min(e, delta), -delta)
		value[i] = float64(pull * math.FMA(-0.5, pull, e))
		r[i] = pull
		switch {
		case pull == e:
			d[i] = 1
		case majorized:
			d[i] = delta / math.Abs(e)
		default:
			d[i] = 0
		}
	}
	weigh(b)
}
