package ref

// RowAxpys sets dst[i,j] = fma(alpha·w[i], x[i,j], dst[i,j]) for n rows, one after
// the other; alpha·w[i] is rounded. Row 0 has p columns, every other step more than
// the one before.
func RowAxpys[T Float](dst []T, ldd int, x []T, ldx int, alpha T, w []T, n, p, step int) {
	for i, v := range w[:n] {
		columns := p + i*step
		if columns > 0 {
			Axpy(dst[i*ldd:], T(alpha*v), x[i*ldx:][:columns])
		}
	}
}
