package ref

// Swap exchanges x[i] and y[i] for every i.
func Swap[T Float](x, y []T) {
	y = y[:len(x)]
	for i, v := range x {
		x[i], y[i] = y[i], v
	}
}
