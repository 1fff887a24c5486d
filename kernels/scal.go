package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

// Scal multiplies a vector by a number, x[i] = a·x[i], each product rounded to
// T.
func Scal[T Float](x []T, a T) {
	if len(x) < 8 { // less work than a call
		ref.Scal(x, a)
		return
	}
	for lo := 0; lo < len(x); lo += panel {
		scal(x[lo:min(lo+panel, len(x))], a)
	}
}
