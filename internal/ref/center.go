package ref

// A row of Center is CenterWidth numbers: CenterColumns columns at most, beside a
// one and the target.
const (
	CenterWidth   = 8
	CenterColumns = CenterWidth - 2
)

// Center sets row i of dst, CenterWidth numbers each, to
//
//	1, x[i,0] − mean[1], …, x[i,p−1] − mean[p], y[i] − mean[p+1], 0, …
//
// where mean are the means over n rows, −1 before them and zeros behind. A sum
// has four chains of additions from +0: row i is in chain i modulo 4, and they are
// joined as (0+1) + (2+3).
func Center(dst, mean, x, y []float64, n, p, stride int) {
	var chains [4][CenterWidth]float64
	for i := range n {
		chain := &chains[i%4]
		for j, v := range x[i*stride:][:p] {
			chain[1+j] += v
		}
		chain[1+p] += y[i]
	}
	for j := range CenterWidth {
		mean[j] = ((chains[0][j] + chains[1][j]) + (chains[2][j] + chains[3][j])) / float64(n)
	}
	mean[0] = -1
	for i := range n {
		row := dst[i*CenterWidth:][:CenterWidth]
		clear(row)
		row[0] = 1
		for j, v := range x[i*stride:][:p] {
			row[1+j] = v - mean[1+j]
		}
		row[1+p] = y[i] - mean[1+p]
	}
}
