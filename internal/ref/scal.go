package ref

// Scal sets x[i] = a·x[i], rounded to T, for every i.
func Scal[T Float](x []T, a T) {
	for i, v := range x {
		x[i] = T(a * v)
	}
}
