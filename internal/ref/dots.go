package ref

import "math"

// A row of up to NarrowColumns columns is multiplied in eight lanes, a longer
// one in WideLanes: enough chains to keep the widest machine busy, few enough
// that a short row is not all reduction.
const (
	NarrowColumns = 32
	WideLanes     = 32
)

// Dots sets dst[i] = Σ_j (x[i,j] − shift[j])·beta[j] for n rows of p columns.
//
// Lane l of L takes columns l, l+L, l+2L, … in a chain of fused multiply-adds
// that starts at +0. The row counts as padded with zeros to a multiple of
// eight. The four octets of a wide row are folded as (0+1) + (2+3), the eight
// lanes left as in fold. The difference is rounded to T. shift may be nil.
func Dots[T Float](dst []float64, x []T, n, p, stride int, shift []T, beta []float64) {
	var octets [WideLanes / 8][8]float64
	for i := range n {
		row := x[i*stride:][:p]
		if p <= NarrowColumns {
			lanes(&octets[0], row, shift, beta, 8)
			dst[i] = fold(&octets[0])
			continue
		}
		for o := range octets {
			from := 8 * o
			if shift != nil {
				lanes(&octets[o], row[from:], shift[from:], beta[from:], WideLanes)
			} else {
				lanes(&octets[o], row[from:], nil, beta[from:], WideLanes)
			}
		}
		for l := range 8 {
			octets[0][l] = (octets[0][l] + octets[1][l]) + (octets[2][l] + octets[3][l])
		}
		dst[i] = fold(&octets[0])
	}
}

// lanes fills one octet of lanes from every step-th octet of a row.
func lanes[T Float](acc *[8]float64, x, shift []T, beta []float64, step int) {
	var a0, a1, a2, a3, a4, a5, a6, a7 float64
	j := 0
	for ; j+8 <= len(x); j += step {
		v, b := x[j:j+8:j+8], beta[j:j+8:j+8]
		if shift != nil {
			c := shift[j : j+8 : j+8]
			a0 = math.FMA(float64(v[0]-c[0]), b[0], a0)
			a1 = math.FMA(float64(v[1]-c[1]), b[1], a1)
			a2 = math.FMA(float64(v[2]-c[2]), b[2], a2)
			a3 = math.FMA(float64(v[3]-c[3]), b[3], a3)
			a4 = math.FMA(float64(v[4]-c[4]), b[4], a4)
			a5 = math.FMA(float64(v[5]-c[5]), b[5], a5)
			a6 = math.FMA(float64(v[6]-c[6]), b[6], a6)
			a7 = math.FMA(float64(v[7]-c[7]), b[7], a7)
			continue
		}
		a0 = math.FMA(float64(v[0]), b[0], a0)
		a1 = math.FMA(float64(v[1]), b[1], a1)
		a2 = math.FMA(float64(v[2]), b[2], a2)
		a3 = math.FMA(float64(v[3]), b[3], a3)
		a4 = math.FMA(float64(v[4]), b[4], a4)
		a5 = math.FMA(float64(v[5]), b[5], a5)
		a6 = math.FMA(float64(v[6]), b[6], a6)
		a7 = math.FMA(float64(v[7]), b[7], a7)
	}
	*acc = [8]float64{a0, a1, a2, a3, a4, a5, a6, a7}
	if j >= len(x) {
		return
	}
	for l := range acc {
		var v, b float64
		if j+l < len(x) {
			v, b = float64(x[j+l]), beta[j+l]
			if shift != nil {
				v = float64(x[j+l] - shift[j+l])
			}
		}
		acc[l] = math.FMA(v, b, acc[l])
	}
}

// fold adds eight lanes: l with l+4, then l with l+2, then l with l+1.
func fold(a *[8]float64) float64 {
	return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]))
}
