package ref

// Pack sets dst[i,j] = d[i]·(x[i,j] − shift[j]) for n rows of p columns. The
// weight, the difference and the product are rounded to T. shift and d may be
// nil.
func Pack[T Float](dst []T, ldd int, x []T, n, p, stride int, shift []T, d []float64) {
	for i := range n {
		to, from := dst[i*ldd:][:p], x[i*stride:][:p]
		switch {
		case d == nil && shift == nil:
			copy(to, from)
		case d == nil:
			for j, v := range from {
				to[j] = v - shift[j]
			}
		case shift == nil:
			for j, v := range from {
				to[j] = T(v * T(d[i]))
			}
		default:
			for j, v := range from {
				to[j] = T(T(v-shift[j]) * T(d[i]))
			}
		}
	}
}
