package ref

// TriangleRows is the most rows of a triangle that is solved or multiplied at
// once, and its stride.
const TriangleRows = 8

// SolveTriangle takes n rows of b, ldb elements from one to the next, to X with
// T·X = alpha·B, where T is lower and has inverses on its diagonal:
//
//	b[i] = (alpha·b[i] − Σ_l t[i,l]·b[l])·t[i,i]
//
// The sum over l < i, in order, is one chain of fused multiply-adds from +0;
// products and the difference are rounded. at is where row 0 begins; ldb may be
// negative.
func SolveTriangle[T Float](b []T, at, ldb int, t []T, n, columns int, alpha T) {
	for i := range n {
		for j := range columns {
			v := T(alpha * b[at+i*ldb+j])
			if i > 0 {
				var sum T
				for l := range i {
					sum = fma(t[i*TriangleRows+l], b[at+l*ldb+j], sum)
				}
				v -= sum
			}
			b[at+i*ldb+j] = T(v * t[i*TriangleRows+i])
		}
	}
}

// MultiplyTriangle takes b to alpha·T·B in the same way, where T is upper and its
// diagonal has been multiplied with alpha:
//
//	b[i] = fma(alpha, Σ_l t[i,l]·b[l], t[i,i]·b[i])
//
// over l > i, in order; row n−1 is its product alone.
func MultiplyTriangle[T Float](b []T, at, ldb int, t []T, n, columns int, alpha T) {
	for i := range n {
		for j := range columns {
			v := T(b[at+i*ldb+j] * t[i*TriangleRows+i])
			if i < n-1 {
				var sum T
				for l := i + 1; l < n; l++ {
					sum = fma(t[i*TriangleRows+l], b[at+l*ldb+j], sum)
				}
				v = fma(alpha, sum, v)
			}
			b[at+i*ldb+j] = v
		}
	}
}
