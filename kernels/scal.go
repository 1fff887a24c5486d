package kernels

// Scal multiplies a vector by a number, x[i] = a·x[i], each product rounded to
// T.
func Scal[T Float](x []T, a T) {
	scal(x, a)
}

func longScal[T Float](x []T, a T) {
	for lo := 0; lo < len(x); lo += panel {
		scal(x[lo:min(lo+panel, len(x))], a)
	}
}
