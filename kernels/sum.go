package kernels

// Sum is Σ_i x[i], in eight lanes a panel of 16384 elements, the panels from
// left to right: |error| ≤ (2056 + n/16384)·ε·Σ_i |x[i]|. The sum of no
// elements is +0.
func Sum(x []float64) float64 {
	var total float64
	for lo := 0; lo < len(x); lo += panel {
		total += sum(x[lo:min(lo+panel, len(x))])
	}
	return total
}
