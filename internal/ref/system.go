package ref

import "math"

// SystemWidth divides the stride of a system.
const SystemWidth = 8

// SystemForward, and then [SystemBackward], solves a system as [Systems] does one, whose rows they
// take in order, and back again: m×(m+1) numbers, of which those of a from the octet of the
// diagonal on are touched. Left of the diagonal the inverse is set to zeros.
func SystemForward(a, inverse []float64, stride, lo, hi int) {
	for i := lo; i < hi; i++ {
		from := i / SystemWidth * SystemWidth
		row := a[i*stride+from : (i+1)*stride]
		for k := range i {
			factor := -a[k*stride+i]
			for j, v := range a[k*stride+from : (k+1)*stride] {
				row[j] = math.FMA(factor, v, row[j])
			}
		}
		scale := 1 / math.Sqrt(row[i-from])
		inverse[i*stride+i] = scale
		for j := range row {
			row[j] *= scale
		}
	}
}

// SystemBackward sets rows of the inverse, x and variances from [SystemForward]'s rows, the
// last one first.
func SystemBackward(a, inverse, x, variance []float64, stride, lo, hi int) {
	m := len(x)
	for i := hi - 1; i >= lo; i-- {
		scale := inverse[i*stride+i]
		clear(inverse[i*stride : (i+1)*stride])
		from := (i + 1) / SystemWidth * SystemWidth
		row := inverse[i*stride+from : (i+1)*stride]
		for k := m - 1; k > i; k-- {
			factor := -a[i*stride+k]
			for j, v := range inverse[k*stride+from : (k+1)*stride] {
				row[j] = math.FMA(factor, v, row[j])
			}
		}
		for j := range row {
			row[j] *= scale
		}
		inverse[i*stride+i] = scale
		xi, square := float64(scale*a[i*stride+m]), float64(scale*scale)
		for j := i + 1; j < m; j++ {
			v := inverse[i*stride+j]
			xi = math.FMA(v, a[j*stride+m], xi)
			square = math.FMA(v, v, square)
		}
		x[i], variance[i] = xi, square
	}
}
