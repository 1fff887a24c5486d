package kernels

// Swap exchanges the elements of two vectors that have the same length and do
// not overlap.
func Swap[T Float](x, y []T) {
	if len(x) != len(y) {
		panic("kernels: vectors of different lengths")
	}
	swap(x, y)
}

func longSwap[T Float](x, y []T) {
	for lo := 0; lo < len(x); lo += panel / 2 {
		hi := min(lo+panel/2, len(x))
		swap(x[lo:hi], y[lo:hi])
	}
}
