package ref

// Axpy sets dst[i] = a·x[i] + dst[i], rounded once, for every i of x.
func Axpy[T Float](dst []T, a T, x []T) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = fma(a, v, dst[i])
	}
}
