package ref

import "math"

// UpdateRows is K of the transposed update: how many rows a chain runs over
// before it is added to the result.
const UpdateRows = 8

// Update adds Σ_i (x[i,j] − shift[j])·r[i] to dst[j] for n rows of p columns.
//
// The rows are taken in groups of UpdateRows from the first on. Within a
// group an entry is one chain: the first product, rounded, then a fused
// multiply-add a row. The end of the chain is added to dst[j]. The difference
// is rounded to T. shift may be nil.
func Update[T Float](dst []float64, x []T, n, p, stride int, shift []T, r []float64) {
	for first := 0; first < n; first += UpdateRows {
		group := r[first:min(first+UpdateRows, n)]
		if len(group) == UpdateRows && shift == nil {
			updateEight(dst, x[first*stride:], p, stride, group)
			continue
		}
		for j := range p {
			var sum float64
			for i, weight := range group {
				v := x[(first+i)*stride+j]
				if shift != nil {
					v -= shift[j]
				}
				if i == 0 {
					sum = float64(float64(v) * weight)
				} else {
					sum = math.FMA(float64(v), weight, sum)
				}
			}
			dst[j] += sum
		}
	}
}

// updateEight is a full group without a shift, its weights in registers.
func updateEight[T Float](dst []float64, x []T, p, stride int, r []float64) {
	r0, r1, r2, r3, r4, r5, r6, r7 := r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]
	x0, x1, x2, x3 := x[:p], x[stride:][:p], x[2*stride:][:p], x[3*stride:][:p]
	x4, x5, x6, x7 := x[4*stride:][:p], x[5*stride:][:p], x[6*stride:][:p], x[7*stride:][:p]
	for j := range dst[:p] {
		sum := float64(float64(x0[j]) * r0)
		sum = math.FMA(float64(x1[j]), r1, sum)
		sum = math.FMA(float64(x2[j]), r2, sum)
		sum = math.FMA(float64(x3[j]), r3, sum)
		sum = math.FMA(float64(x4[j]), r4, sum)
		sum = math.FMA(float64(x5[j]), r5, sum)
		sum = math.FMA(float64(x6[j]), r6, sum)
		sum = math.FMA(float64(x7[j]), r7, sum)
		dst[j] += sum
	}
}
