package ref

import "math"

// SystemWidth divides the stride of a system.
const SystemWidth = 8

// SystemForward, and then [SystemBackward], solves a system as [Systems] does one, whose rows they
// take in order, and back again. What a has left of its diagonal may be anything; the inverse
// gets zeros there, which count in chains.
func SystemForward(a, inverse []float64, stride, lo, hi int) {
	for i := lo; i < hi; i++ {
		row := a[i*stride+i : (i+1)*stride]
		for k := range i {
			above := a[k*stride+i : (k+1)*stride]
			factor := -above[0]
			for j, v := range above {
				row[j] = math.FMA(factor, v, row[j])
			}
		}
		scale := 1 / math.Sqrt(row[0])
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
		from := (i + 1) / SystemWidth * SystemWidth // in whole octets, for a scale that is NaN
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
