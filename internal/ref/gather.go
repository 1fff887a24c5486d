package ref

// Gather copies n rows of p columns of x, those that index lists, to dst.
func Gather[T Float](dst []T, ldd int, x []T, stride int, index []int, n, p int) {
	for to, from := range index[:n] {
		copy(dst[to*ldd:][:p], x[from*stride:][:p])
	}
}
