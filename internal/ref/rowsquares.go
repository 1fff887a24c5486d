package ref

import "math"

// RowSquares is Σ e·e of e[i] = x[i]·v, n rows of CenterWidth numbers: the e of
// [Dots], the sum of [Dot].
func RowSquares(x []float64, n int, v []float64) float64 {
	var e [1]float64
	var acc [DotGroups * CenterWidth]float64
	for i := range n {
		Dots(e[:], x[i*CenterWidth:], 1, CenterWidth, CenterWidth, nil, v)
		lane := &acc[i%len(acc)]
		*lane = math.FMA(e[0], e[0], *lane)
	}
	return foldLanes(acc[:])
}
