package kernels

// IndexMax is the first index of the largest |x[i]|. NaN is passed over, but if
// x[0] is NaN that is what is found. It is -1 if x is empty.
func IndexMax[T Float](x []T) int {
	const piece = panel / 4 // to be looked at twice, from the first-level cache
	if len(x) == 0 {
		return -1
	}
	index := 0
	for lo := 0; lo < len(x); lo += piece {
		above := abs(x[index])
		if i := indexMax(x[lo:min(lo+piece, len(x))], above); i >= 0 {
			index = lo + i
		}
	}
	return index
}
