package ref

import "unsafe"

// DotGroups is how many groups of lanes a dot product in its own type has, of 64
// bytes each: enough chains to keep the widest machine busy.
const DotGroups = 4

// RowDots sets dst[i] = fma(alpha, Σ_j a[i,j]·x[i·shift+j], beta·dst[i]) for n rows,
// in T and as Merge does it. Row 0 has p columns, every other step more than the
// one before. The sum is that of Dot.
func RowDots[T Float](dst []T, alpha, beta T, a []T, n, stride, p, step int, x []T, shift int) {
	for i := range n {
		columns := p + i*step
		var sum T
		if columns > 0 {
			sum = Dot(a[i*stride:][:columns], x[i*shift:])
		}
		dst[i] = Merge(alpha, sum, beta, dst[i])
	}
}

// Dot is Σ_i x[i]·y[i] in T.
//
// With L = 32 lanes for float64 and 64 for float32, lane l takes elements l, l+L,
// … in a chain of fused multiply-adds from +0. The vectors count as padded with
// zeros to a multiple of L/4. Lanes are added l with l+L/2, then with l+L/4, and
// so on to l with l+1.
func Dot[T Float](x, y []T) T {
	group := 64 / int(unsafe.Sizeof(T(0)))
	var acc [DotGroups * 16]T
	lanes := acc[:DotGroups*group]
	y = y[:len(x)]
	for len(x) >= len(lanes) {
		for l, v := range x[:len(lanes)] {
			lanes[l] = fma(v, y[l], lanes[l])
		}
		x, y = x[len(lanes):], y[len(lanes):]
	}
	for l, v := range x {
		lanes[l] = fma(v, y[l], lanes[l])
	}
	if padded := (len(x) + group - 1) / group * group; padded > len(x) {
		for l := len(x); l < padded; l++ {
			lanes[l] += 0
		}
	}
	return foldLanes(lanes)
}

// foldLanes adds l with l + half, halves upon halves, and changes the lanes.
func foldLanes[T Float](lanes []T) T {
	for half := len(lanes) / 2; half >= 1; half /= 2 {
		for l := range half {
			lanes[l] += lanes[l+half]
		}
	}
	return lanes[0]
}
