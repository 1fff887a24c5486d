package kernels

// SandwichWork is how long the work slice of [Sandwich] must be for a matrix
// of p columns.
func SandwichWork(p int) int { return PanelRows*p + TriangleWork(p) }

// Sandwich adds the upper triangle of a weighted Gram matrix,
//
//	dst[i*ldd+j] += Σ_r d[r]·X[r,i]·X[r,j] for j ≥ i.
//
// dst is p×p with stride ldd; what is below its diagonal is not touched. d has
// X.Rows elements of any sign. work has at least SandwichWork(p) elements;
// what it held is lost. The product d[r]·X[r,i], of the smaller column index,
// is rounded to T; the rest is Triangle, whose bound grows by ε_T.
func Sandwich[T Float](dst []float64, ldd int, x Matrix[T], d []float64, work []T) {
	empty := x.check()
	if len(d) != x.Rows {
		panic("kernels: length of d is not the number of rows")
	}
	if len(work) < SandwichWork(x.Cols) {
		panic("kernels: work shorter than SandwichWork")
	}
	checkTriangle(dst, ldd, x.Cols)
	if empty {
		return
	}
	for lo := 0; lo < x.Rows; lo += PanelRows {
		hi := min(lo+PanelRows, x.Rows)
		rows := x.Slice(lo, hi)
		scaled := Matrix[T]{Rows: hi - lo, Cols: x.Cols, Stride: x.Cols, Data: work}
		Pack(scaled, rows, nil, d[lo:hi])
		trianglePanel(dst, ldd, scaled, rows, work[PanelRows*x.Cols:], x.after(hi))
	}
}
