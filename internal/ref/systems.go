package ref

import "math"

// SystemLanes is how many systems [Systems] solves side by side.
const SystemLanes = 8

// Systems solves SystemLanes symmetric positive definite systems of m variables
// side by side: entry e of lane l lies at SystemLanes·e + l.
//
// a is m×(m+1), stride entries from row to row: the upper triangle of H and, as
// the last column, b. It is eliminated row by row without a search for pivots,
// and becomes R and R⁻ᵀb, H = RᵀR. The upper triangle of inverse, m×m, is set to R⁻¹, x to H⁻¹b,
// variance to the diagonal of H⁻¹, and along to vᵀH⁻¹v. Rows are scaled by the
// reciprocal of the root of their pivot. Every sum is one chain of fused
// multiply-adds: that of v begins with a product, rounded, those of x and variance
// with that of the diagonal, along and an entry of R⁻¹ with +0; its chain begins at
// the diagonal and goes up its column.
func Systems(a, inverse, x, variance, along, v []float64, m, stride int) {
	for l := range SystemLanes {
		system(a[l:], inverse[l:], x[l:], variance[l:], along[l:], v[l:], m, stride)
	}
}

// system is one lane.
func system(a, inverse, x, variance, along, v []float64, m, stride int) {
	const lanes = SystemLanes
	n := stride
	for k := range m {
		scale := 1 / math.Sqrt(a[(k*n+k)*lanes])
		inverse[(k*m+k)*lanes] = scale
		for j := k + 1; j <= m; j++ {
			a[(k*n+j)*lanes] *= scale
		}
		for i := k + 1; i < m; i++ {
			factor := -a[(k*n+i)*lanes]
			for j := i; j <= m; j++ {
				a[(i*n+j)*lanes] = math.FMA(factor, a[(k*n+j)*lanes], a[(i*n+j)*lanes])
			}
		}
	}
	for i := m - 1; i >= 0; i-- {
		scale := inverse[(i*m+i)*lanes]
		xi, square := float64(scale*a[(i*n+m)*lanes]), float64(scale*scale)
		for j := i + 1; j < m; j++ {
			sum := 0.0
			for k := j; k > i; k-- {
				sum = math.FMA(-a[(i*n+k)*lanes], inverse[(k*m+j)*lanes], sum)
			}
			entry := float64(scale * sum)
			inverse[(i*m+j)*lanes] = entry
			xi = math.FMA(entry, a[(j*n+m)*lanes], xi)
			square = math.FMA(entry, entry, square)
		}
		x[i*lanes], variance[i*lanes] = xi, square
	}
	total := 0.0
	for k := range m {
		sum := float64(v[0] * inverse[k*lanes])
		for i := 1; i <= k; i++ {
			sum = math.FMA(v[i*lanes], inverse[(i*m+k)*lanes], sum)
		}
		total = math.FMA(sum, sum, total)
	}
	along[0] = total
}
