package ref

// Squared is the squared loss and its derivatives in eta: r = eta − y,
// value = ½r², d = 1.
func Squared(value, r, d, eta, y []float64) {
	for i, x := range eta {
		e := x - y[i]
		value[i], r[i], d[i] = 0.5*float64(e*e), e, 1
	}
}
