package ref

// Multiply sets dst[i] = dst[i]·x[i].
func Multiply(dst, x []float64) {
	for i, v := range x {
		dst[i] = float64(dst[i] * v)
	}
}
