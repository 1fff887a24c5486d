package cholesky

import "math"

// Condition estimates the condition number of C, the matrix centred and scaled
// to unit diagonal, in the 1-norm: ‖C‖₁·‖C⁻¹‖₁. The estimate is a lower bound,
// seldom less than a third of the truth. It is infinite if the matrix has less
// than full rank, and 1 if nothing is left beside the leading variable. The
// condition number of the data behind a Gram matrix is its root.
//
// Source: Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition,
// algorithm 15.4.
func (f *Factorization) Condition() float64 {
	m := f.n - f.lead
	if f.rank < f.n {
		return math.Inf(1)
	}
	if m == 0 {
		return 1
	}
	x, signs := f.work, f.signs
	fill(x[f.lead:], 1/float64(m))
	clear(signs)
	estimate := 0.0
	for range 5 {
		f.solveCentred(x)
		sum := absoluteSum(x[f.lead:])
		if sum <= estimate {
			break
		}
		estimate = sum
		if !takeSigns(signs[f.lead:], x[f.lead:]) {
			break
		}
		copy(x, signs)
		f.solveCentred(x)
		j := f.lead + largestAbsolute(x[f.lead:])
		clear(x)
		x[j] = 1
	}

	// A vector that the search above cannot be blind to.
	for i := range m {
		x[f.lead+i] = 1 + float64(i)/float64(max(m-1, 1))
		if i%2 == 1 {
			x[f.lead+i] = -x[f.lead+i]
		}
	}
	f.solveCentred(x)
	alternative := float64(2*absoluteSum(x[f.lead:])) / float64(3*m)
	return float64(f.norm * max(estimate, alternative))
}

// solveCentred sets x = C⁻¹·x, in pivot order.
func (f *Factorization) solveCentred(x []float64) {
	f.solveTransposed(x, f.lead)
	f.solveUpper(x, f.lead, f.n)
}

// takeSigns sets signs to those of x and reports whether any of them changed.
func takeSigns(signs, x []float64) bool {
	changed := false
	for i, v := range x {
		sign := math.Copysign(1, v)
		changed = changed || signs[i] != sign
		signs[i] = sign
	}
	return changed
}

func absoluteSum(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Abs(v)
	}
	return sum
}

func largestAbsolute(x []float64) int {
	largest := 0
	for i, v := range x {
		if math.Abs(v) > math.Abs(x[largest]) {
			largest = i
		}
	}
	return largest
}

func fill(x []float64, v float64) {
	for i := range x {
		x[i] = v
	}
}
