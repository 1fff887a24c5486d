package loss

// Squared is ℓ = ½(y − η)², the loss of least squares.
type Squared struct{}

func (Squared) Name() string         { return "squared" }
func (Squared) Accepts(float64) bool { return true }
func (Squared) Targets() string      { return "numbers" }
func (Squared) Quadratic() bool      { return true }

func (Squared) Evaluate(b *Block) {
	y, value, r, d := b.Y[:len(b.Eta)], b.Value[:len(b.Eta)], b.R[:len(b.Eta)], b.D[:len(b.Eta)]
	for i, eta := range b.Eta {
		e := eta - y[i]
		value[i], r[i], d[i] = 0.5*float64(e*e), e, 1
	}
	weigh(b)
}

// weigh multiplies the results by the weights.
func weigh(b *Block) {
	if b.W == nil {
		return
	}
	for i, w := range b.W {
		b.Value[i] *= w
		b.R[i] *= w
		b.D[i] *= w
	}
}
