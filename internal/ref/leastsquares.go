package ref

// LeastSquares is the gradient of a sum of squares: with
//
//	e[i] = (alpha + Σ_j (x[i,j] − shift[j])·beta[j]) − y[i]
//
// for n rows of p columns it adds e[i]·w[i] to lane i mod 8 of sums, ½e[i]²·w[i]
// to the eight lanes behind these, and Σ_i (x[i,j] − shift[j])·e[i]·w[i] to
// dst[j]. Every PanelRows rows have 16 lanes of their own. The products are those
// of Dots and Update. Where y or w is nil nothing is subtracted or multiplied.
// shift may be nil.
func LeastSquares[T Float](dst, sums []float64, x []T, n, p, stride int, shift []T, beta []float64, alpha float64, y []T, w []float64) {
	var e [UpdateRows]float64
	for first := 0; first < n; first += UpdateRows {
		group, rows := e[:min(UpdateRows, n-first)], x[first*stride:]
		Dots(group, rows, len(group), p, stride, shift, beta)
		var targets []T
		var weights []float64
		if y != nil {
			targets = y[first:]
		}
		if w != nil {
			weights = w[first:]
		}
		Residuals(group, sums[first/PanelRows*2*UpdateRows:], alpha, targets, weights)
		Update(dst, rows, len(group), p, stride, shift, group)
	}
}

// Residuals turns up to UpdateRows dot products into residuals times their
// weights, and adds these and half their squares to 16 lanes.
func Residuals[T Float](e, sums []float64, alpha float64, y []T, w []float64) {
	for i, eta := range e {
		eta += alpha
		if y != nil {
			eta -= float64(y[i])
		}
		half := 0.5 * float64(eta*eta)
		if w != nil {
			eta, half = float64(eta*w[i]), float64(half*w[i])
		}
		e[i] = eta
		sums[i] += eta
		sums[UpdateRows+i] += half
	}
}

// Fold adds eight lanes as those of Dots.
func Fold(lanes []float64) float64 { return fold((*[8]float64)(lanes)) }
