package kernels

// Squared computes the loss ½(η − y)² with its derivatives in η,
//
//	r[i] = eta[i] − y[i], value[i] = ½·r[i]², d[i] = 1
//
// each rounded once but ½r², whose r is. All slices have the same length;
// value, r and d may each be one of eta and y.
func Squared(value, r, d, eta, y []float64) {
	sameLength(value, eta)
	sameLength(r, eta)
	sameLength(d, eta)
	sameLength(y, eta)
	for lo := 0; lo < len(eta); lo += piece {
		hi := min(lo+piece, len(eta))
		squared(value[lo:hi], r[lo:hi], d[lo:hi], eta[lo:hi], y[lo:hi])
	}
}
