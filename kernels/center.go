package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

const (
	// CenterWidth is how many numbers a row of [Center] has.
	CenterWidth = ref.CenterWidth

	// CenterColumns and CenterRows are the most of both that Center takes.
	CenterColumns = ref.CenterColumns
	CenterRows    = panel / CenterWidth
)

// Center copies rows and their targets, less their means, beside a column of
// ones: row i of dst, CenterWidth numbers each, becomes
//
//	1, X[i,0] − mean[1], …, X[i,p−1] − mean[p], y[i] − mean[p+1], 0, …
//
// mean, CenterWidth numbers too, is set to the means over all rows, with −1
// before them and zeros behind. dst has X.Rows·CenterWidth elements, y has
// X.Rows. A sum has an error of at most (X.Rows/4 + 2)·ε times that of its terms'
// sizes; differences are rounded. Slices must not overlap.
func Center(dst, mean []float64, x Matrix[float64], y []float64) {
	x.check()
	switch {
	case x.Rows < 1 || x.Rows > CenterRows || x.Cols > CenterColumns:
		panic("kernels: rows or columns of Center")
	case len(dst) != x.Rows*CenterWidth || len(mean) != CenterWidth:
		panic("kernels: length of a result of Center")
	case len(y) != x.Rows:
		panic("kernels: length of y is not the number of rows")
	}
	if x.Cols == 0 {
		x.Data, x.Stride = y, 0 // nothing of it is read
	}
	center(dst, mean, x, y)
}
