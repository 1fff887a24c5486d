package kernels

// Rot rotates pairs of numbers,
//
//	x[i], y[i] = c·x[i] + s·y[i], c·y[i] − s·x[i]
//
// where products with s are rounded to T and those with c are added to them,
// fused. x and y have the same length and do not overlap.
func Rot[T Float](x, y []T, c, s T) {
	if len(x) != len(y) {
		panic("kernels: vectors of different lengths")
	}
	rot(x, y, c, s)
}

func longRot[T Float](x, y []T, c, s T) {
	for lo := 0; lo < len(x); lo += panel / 2 {
		hi := min(lo+panel/2, len(x))
		rot(x[lo:hi], y[lo:hi], c, s)
	}
}
