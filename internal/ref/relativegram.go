package ref

import "math"

// RelativeGram is [Center] with the first row and its target in place of the
// means, and sets the upper triangle of
//
//	gram[CenterWidth·i + j] = Σ_r dst[r,i]·dst[r,j], i ≤ p, j ≤ p + 1,
//
// in chains of fused multiply-adds from +0.
func RelativeGram(dst, shift, gram, x, y []float64, n, p, stride int) {
	clear(shift[:CenterWidth])
	shift[0] = -1
	copy(shift[1:], x[:p])
	shift[1+p] = y[0]
	for r := range n {
		row := dst[r*CenterWidth:][:CenterWidth]
		clear(row)
		row[0] = 1
		for j, v := range x[r*stride:][:p] {
			row[1+j] = v - shift[1+j]
		}
		row[1+p] = y[r] - shift[1+p]
	}
	for i := range p + 1 {
		for j := i; j <= p+1; j++ {
			sum := 0.0
			for r := range n {
				row := dst[r*CenterWidth:]
				sum = math.FMA(row[i], row[j], sum)
			}
			gram[CenterWidth*i+j] = sum
		}
	}
}
