package ref

// Transpose sets dst[l,j] = src[j,l] for n columns of p rows of src.
func Transpose[T Float](dst []T, ldd int, src []T, lds, n, p int) {
	for j := range p {
		for l, v := range src[j*lds:][:n] {
			dst[l*ldd+j] = v
		}
	}
}
