package cholesky

import "math"

// equilibrate chooses the leading variable, the scales and the candidates.
//
// The scale is split in two, because scaling by a power of two is exact: it
// keeps the squares of the largest and smallest columns from overflowing
// without a rounding of its own, before centring cancels digits.
func (f *Factorization) equilibrate(a []float64, lead int, shift float64) {
	n := f.n
	largest := 0.0
	for j := range n {
		largest = max(largest, math.Abs(a[j*n+j]))
	}
	for j := range n {
		f.power[j] = rootScale(math.Abs(a[j*n+j]), largest)
	}

	clear(f.leading)
	if lead == 1 && n > 0 && a[0] > 0 {
		f.lead = 1
		root := math.Sqrt(f.scaled(a, 0, 0))
		for j := range n {
			f.leading[j] = f.scaled(a, 0, j) / root
		}
		f.leading[0] = root
		f.unit[0], f.scale[0] = 1, f.power[0]
		f.order[0] = 0
	}

	tolerance := f.Tolerance
	if tolerance == 0 {
		tolerance = DefaultTolerance
	}
	f.candidates = f.lead
	vanished := n
	for j := f.lead; j < n; j++ {
		diagonal := f.scaled(a, j, j)
		centred := math.FMA(-f.leading[j], f.leading[j], diagonal)
		f.unit[j] = 1
		f.limits[j] = tolerance
		switch {
		case centred > float64(tolerance*diagonal):
			f.unit[j] = 1 / math.Sqrt(centred)
			f.limits[j] = float64(tolerance*diagonal) / centred
			f.pivots[f.candidates] = 1 + shift
		case shift > 0:
			if diagonal != 0 {
				f.unit[j] = 1 / math.Sqrt(math.Abs(diagonal))
			}
			f.pivots[f.candidates] = math.FMA(centred, float64(f.unit[j]*f.unit[j]), shift)
		default:
			vanished--
			f.order[vanished] = j
			f.scale[j] = f.power[j]
			f.indefinite = f.indefinite ||
				centred < -float64(tolerance*math.Abs(diagonal)) || !f.mayVanish(a, j, tolerance)
			continue
		}
		f.scale[j] = float64(f.power[j] * f.unit[j])
		f.order[f.candidates] = j
		f.candidates++
	}
}

// load fills the upper triangle of factor with the leading row and, behind it,
// the strict upper triangle of C, whose diagonal is in pivots. It also takes
// the 1-norm of C.
func (f *Factorization) load(a []float64) {
	if f.lead == 1 {
		for k, j := range f.order {
			f.factor[k] = float64(f.leading[j] * f.unit[j])
		}
	}
	f.norm = 0
	sums := f.work[:f.candidates]
	for k := range sums {
		sums[k] = math.Abs(f.pivots[k])
	}
	for k := f.lead; k < f.candidates; k++ {
		i := f.order[k]
		row := f.factor[k*f.n:]
		for l := k + 1; l < f.candidates; l++ {
			j := f.order[l]
			centred := math.FMA(-f.leading[i], f.leading[j], f.scaled(a, i, j))
			row[l] = float64(centred * float64(f.unit[i]*f.unit[j]))
			sums[k] += math.Abs(row[l])
			sums[l] += math.Abs(row[l])
		}
	}
	for _, sum := range sums[f.lead:] {
		f.norm = max(f.norm, sum)
	}
}

// mayVanish reports whether the centred entries beside a vanished diagonal are
// small enough for a positive semidefinite matrix, s_ij² ≤ s_ii·s_jj, where
// s_jj could be anything up to its limit.
func (f *Factorization) mayVanish(a []float64, j int, tolerance float64) bool {
	diagonal := f.scaled(a, j, j)
	for l := f.lead; l < f.n; l++ {
		if l == j {
			continue
		}
		centred := math.FMA(-f.leading[l], f.leading[j], f.scaled(a, min(l, j), max(l, j)))
		bound := math.Sqrt(float64(tolerance * float64(diagonal*f.scaled(a, l, l))))
		if math.Abs(centred) > 2*bound {
			return false
		}
	}
	return true
}

// scaled returns the entry of A in row i ≤ j, times both powers of two.
func (f *Factorization) scaled(a []float64, i, j int) float64 {
	return float64(float64(a[i*f.n+j]*f.power[i]) * f.power[j])
}

// rootScale returns the power of two whose square brings diagonal, or where
// that is zero fallback, into [1, 4).
func rootScale(diagonal, fallback float64) float64 {
	if diagonal == 0 {
		diagonal = fallback
	}
	if diagonal == 0 {
		return 1
	}
	_, exponent := math.Frexp(diagonal)
	return math.Ldexp(1, -floorHalf(exponent-1))
}

func floorHalf(k int) int { return k >> 1 }
