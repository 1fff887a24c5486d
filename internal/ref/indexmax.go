package ref

// IndexMax is the first index of the largest |x[i]| of those above a number that
// is not negative, and -1 if there are none. NaN is not above it.
func IndexMax[T Float](x []T, above T) int {
	index := -1
	for i, v := range x {
		if v := abs(v); v > above {
			above, index = v, i
		}
	}
	return index
}
