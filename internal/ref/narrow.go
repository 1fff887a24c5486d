package ref

// Narrow adds the upper triangle of a Gram matrix of n rows of p columns to c,
// weighted unless d is nil:
//
//	c[i,j] += Σ_r x[r,i]·(d[r]·x[r,j]) for j ≥ i
//
// The weight is rounded to T, and so is its product with x[r,j]; an entry is a
// chain as those of Tile, one for every PanelRows rows.
func Narrow[T Float](c []float64, ldc int, x []T, stride int, d []float64, n, p int) {
	for ; n > PanelRows; n -= PanelRows {
		narrowPanel(c, ldc, x, stride, d, PanelRows, p)
		x = x[PanelRows*stride:]
		if d != nil {
			d = d[PanelRows:]
		}
	}
	narrowPanel(c, ldc, x, stride, d, n, p)
}

func narrowPanel[T Float](c []float64, ldc int, x []T, stride int, d []float64, n, p int) {
	var right [4 * PanelRows]T // four columns; what is beyond the last does not count
	for j := 0; j < p; j += 4 {
		columns := min(4, p-j)
		for r := range n {
			to, from := right[4*r:][:4:4], x[r*stride+j:][:columns]
			for l, v := range from {
				if d != nil {
					v = T(v * T(d[r]))
				}
				to[l] = v
			}
		}
		for i := range j + columns {
			chains(c[i*ldc+j:], x[i:], stride, right[:], 4, n, i-j, columns)
		}
	}
}
