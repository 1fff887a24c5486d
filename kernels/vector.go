package kernels

// piece is how many elements one call of vector mathematics takes: each costs
// as much as eight of a dot product.
const piece = panel / 8

func sameLength(a, b []float64) {
	if len(a) != len(b) {
		panic("kernels: vectors of different lengths")
	}
}
