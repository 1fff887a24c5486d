package ref

// Rot sets x[i] = fma(c, x[i], s·y[i]) and y[i] = fma(c, y[i], −s·x[i]), where the
// products with s are rounded and x[i] is the old one.
func Rot[T Float](x, y []T, c, s T) {
	y = y[:len(x)]
	for i, v := range x {
		x[i], y[i] = fma(c, v, T(s*y[i])), fma(c, y[i], -T(s*v))
	}
}
