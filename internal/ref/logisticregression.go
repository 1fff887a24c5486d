package ref

import "math"

// LogisticSums is how many sums LogisticRegression keeps, eight lanes each.
const LogisticSums = 5

// LogisticRegression is the gradient of a logistic regression: Logistic of
//
//	eta[i] = alpha + Σ_j (x[i,j] − shift[j])·beta[j]
//
// for n rows of p columns, where it adds Σ_i (x[i,j] − shift[j])·r[i] to dst[j]. To
// lane i mod 8 of sums it adds r[i], to that of the eight lanes behind these
// value[i], then d[i]; two more have the least and the greatest (1 − 2y[i])·eta[i]
// of rows with w[i] > 0, a NaN passed over. Every PanelRows rows have 40 lanes of
// their own. The products are those of Dots and Update. w, shift and d, which
// keeps d[i], may be nil.
func LogisticRegression[T Float](dst, sums []float64, x []T, n, p, stride int, shift []T, beta []float64, alpha float64, y []T, w, d []float64) {
	var e, targets, value, r, second [UpdateRows]float64
	for first := 0; first < n; first += UpdateRows {
		group, rows := e[:min(UpdateRows, n-first)], x[first*stride:]
		Dots(group, rows, len(group), p, stride, shift, beta)
		target, weights := targets[:len(group)], []float64(nil)
		for i := range group {
			group[i] += alpha
			target[i] = float64(y[first+i])
		}
		if w != nil {
			weights = w[first:][:len(group)]
		}
		Logistic(value[:len(group)], r[:len(group)], second[:len(group)], group, target, weights)
		LogisticLanes(sums[first/PanelRows*LogisticSums*UpdateRows:], value[:], r[:], second[:], group, target, weights)
		if d != nil {
			copy(d[first:], second[:len(group)])
		}
		Update(dst, rows, len(group), p, stride, shift, r[:len(group)])
	}
}

// LogisticLanes adds the losses of up to UpdateRows rows to the 40 lanes of
// LogisticRegression, given what Logistic makes of them.
func LogisticLanes(sums, value, r, d, eta, y, w []float64) {
	for i, x := range eta {
		lanes := sums[i:]
		lanes[0] += r[i]
		lanes[UpdateRows] += value[i]
		lanes[2*UpdateRows] += d[i]
		if w != nil && !(w[i] > 0) {
			continue
		}
		s := float64(math.FMA(-2, y[i], 1) * x)
		if s < lanes[3*UpdateRows] {
			lanes[3*UpdateRows] = s
		}
		if s > lanes[4*UpdateRows] {
			lanes[4*UpdateRows] = s
		}
	}
}
