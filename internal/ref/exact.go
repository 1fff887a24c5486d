package ref

import "math"

// The exact kernels hold every number as a pair hi + lo of float64, some 106
// bits. A panel of up to PanelRows rows lies in strips of ExactStrip columns:
// of each strip first the hi of all rows, then, ExactLow elements further, the
// lo. Columns beyond the last are zeros.
const (
	ExactStrip = 8
	ExactLow   = PanelRows * ExactStrip
	ExactGap   = 2 * ExactLow // from strip to strip
)

// twoSum is a + b and what its rounding has lost: s + e = a + b without error
// (Knuth).
func twoSum(a, b float64) (s, e float64) {
	s = a + b
	v := s - a
	return s, (a - (s - v)) + (b - v)
}

// twoDifference is a − b, likewise.
func twoDifference(a, b float64) (s, e float64) {
	s = a - b
	v := s - a
	return s, (a - (s - v)) - (b + v)
}

// ExactPack fills a panel with w[i]·(x[i,j] − shift[j]), n rows of p columns:
// the difference is without error, the product with an error of about
// 2⁻¹⁰⁶. squares[j] is the chain of fused multiply-adds Σ_i hi²; rest[j] is
// the bitwise or of all lo, zero if none counts. shift and w may be nil; if
// both are, lo and rest are not touched. shift, squares and rest are as long
// as the strips are wide.
func ExactPack[T Float](panel, squares, rest []float64, x []T, n, p, stride int, shift, w []float64) {
	for first := 0; first < p; first += ExactStrip {
		strip := panel[first/ExactStrip*ExactGap:]
		for l := range ExactStrip {
			j := first + l
			sum, or := 0.0, uint64(0)
			for i := range n {
				var hi, lo float64
				if j < p {
					hi = float64(x[i*stride+j])
				}
				if shift != nil {
					hi, lo = twoDifference(hi, shift[j])
				}
				if w != nil {
					product := float64(w[i] * hi)
					low := math.FMA(w[i], hi, -product)
					if shift != nil {
						low = math.FMA(w[i], lo, low)
					}
					hi, lo = product, low
				}
				strip[i*ExactStrip+l] = hi
				if shift != nil || w != nil {
					strip[ExactLow+i*ExactStrip+l] = lo
					or |= math.Float64bits(lo)
				}
				sum = math.FMA(hi, hi, sum)
			}
			squares[j] = sum
			if shift != nil || w != nil {
				rest[j] = math.Float64frombits(or)
			}
		}
	}
}

// ExactTile adds the product of n rows of two strips to a block of pairs,
//
//	c[i,j] += Σ_r a[r,i]·b[r,j], i < rows, j < ExactStrip.
//
// top[i]·left[j] is twice or more the sum of all |a[r,i]·b[r,j]|: from there
// the chain of hi starts, so that the addition of a product, fused, loses no
// more than a second one can tell:
//
//	s = fma(a, b, hi), e = fma(a, b, hi − s), lo += e, hi = s
//
// where hi − s is exact. e further gets fma(alo, b, e) if pairs ≥ 1, then
// fma(a, blo, e) if pairs is 2: products of lo with lo are left out. At the
// end the start is taken off, and the pair is added to c: s + t = c + hi
// without error, then t + (clo + lo), and once more without error.
func ExactTile(chi, clo []float64, ldc int, a, b, top, left []float64, n, rows, pairs int) {
	for i := range rows {
		for j := range ExactStrip {
			start := float64(top[i] * left[j])
			hi, lo := start, 0.0
			for r := range n {
				v, w := a[r*ExactStrip+i], b[r*ExactStrip+j]
				s := math.FMA(v, w, hi)
				e := math.FMA(v, w, hi-s)
				if pairs >= 1 {
					e = math.FMA(a[ExactLow+r*ExactStrip+i], w, e)
				}
				if pairs == 2 {
					e = math.FMA(v, b[ExactLow+r*ExactStrip+j], e)
				}
				lo += e
				hi = s
			}
			s, t := twoSum(chi[i*ldc+j], hi-start)
			chi[i*ldc+j], clo[i*ldc+j] = twoSum(s, t+(clo[i*ldc+j]+lo))
		}
	}
}

// ExactDots is Σ_j x[i,j]·beta[j] for n rows of a panel of some strips, a pair
// each. Eight lanes, one of each column of a strip, run over the strips: a
// product without error, what beta's lo and, with pairs = 1, that of x add to
// its low part, then its sum with the lane without error. The lanes are added
// as those of Dots, their hi without error.
func ExactDots(hi, lo []float64, panel []float64, n, strips, pairs int, betaHi, betaLo []float64) {
	for i := range n {
		var h, l [ExactStrip]float64
		for s := range strips {
			row := panel[s*ExactGap+i*ExactStrip:]
			for k := range ExactStrip {
				x, b := row[k], betaHi[s*ExactStrip+k]
				product := float64(x * b)
				low := math.FMA(x, b, -product)
				low = math.FMA(x, betaLo[s*ExactStrip+k], low)
				if pairs == 1 {
					low = math.FMA(row[ExactLow+k], b, low)
				}
				var e float64
				h[k], e = twoSum(h[k], product)
				l[k] += e + low
			}
		}
		for half := ExactStrip / 2; half > 0; half /= 2 {
			for k := range half {
				var e float64
				h[k], e = twoSum(h[k], h[k+half])
				l[k] = e + (l[k] + l[k+half])
			}
		}
		hi[i], lo[i] = twoSum(h[0], l[0])
	}
}
