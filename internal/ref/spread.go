package ref

import "math"

// Spread adds, for n rows of p columns and with t = x[i,j] − shift[j],
//
//	Σ_i t·r[i] to dst[j],   Σ_i t·d[i] to dst[ldd+j],   Σ_i t²·d[i] to dst[2ldd+j].
//
// Each is a sum as in [Update]: rows in groups of UpdateRows, a chain in a group. t is
// rounded to T, and its square to float64. shift may be nil.
func Spread[T Float](dst []float64, ldd int, x []T, n, p, stride int, shift []T, r, d []float64) {
	for first := 0; first < n; first += UpdateRows {
		last := min(first+UpdateRows, n)
		for j := range p {
			var gradient, second, squares float64
			for i := first; i < last; i++ {
				v := x[i*stride+j]
				if shift != nil {
					v -= shift[j]
				}
				t := float64(v)
				square := float64(t * t)
				if i == first {
					gradient, second, squares = float64(t*r[i]), float64(t*d[i]), float64(square*d[i])
				} else {
					gradient, second, squares = math.FMA(t, r[i], gradient), math.FMA(t, d[i], second), math.FMA(square, d[i], squares)
				}
			}
			dst[j] += gradient
			dst[ldd+j] += second
			dst[2*ldd+j] += squares
		}
	}
}
