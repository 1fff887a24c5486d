package ref

import "unsafe"

// DotGroups is how many groups of lanes a dot product in its own type has, of 64
// bytes each: enough chains to keep the widest machine busy.
const DotGroups = 4

// RowDots sets dst[i] = Σ_j a[i,j]·x[j] for n rows of p columns, in T.
//
// With L = 32 lanes for float64 and 64 for float32, lane l takes columns l, l+L,
// … in a chain of fused multiply-adds from +0. The row counts as padded with
// zeros to a multiple of L/4. Lanes are added l with l+L/2, then with l+L/4, and
// so on to l with l+1.
func RowDots[T Float](dst, a []T, n, p, stride int, x []T) {
	group := 64 / int(unsafe.Sizeof(T(0)))
	var acc [DotGroups * 16]T
	for i := range n {
		lanes := acc[:DotGroups*group]
		clear(lanes)
		row, x := a[i*stride:][:p], x[:p]
		for len(row) >= len(lanes) {
			for l, v := range row[:len(lanes)] {
				lanes[l] = fma(v, x[l], lanes[l])
			}
			row, x = row[len(lanes):], x[len(lanes):]
		}
		for l, v := range row {
			lanes[l] = fma(v, x[l], lanes[l])
		}
		if padded := (len(row) + group - 1) / group * group; padded > len(row) {
			for l := len(row); l < padded; l++ {
				lanes[l] += 0
			}
		}
		for half := len(lanes) / 2; half >= 1; half /= 2 {
			for l := range half {
				lanes[l] += lanes[l+half]
			}
		}
		dst[i] = lanes[0]
	}
}
