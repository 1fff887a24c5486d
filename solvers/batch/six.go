package batch

import "math"

// solveSix is solveTight for six variables, those of five columns and an intercept,
// line by line: where Newton's method fits small groups, loops would take half of
// its time.
func (s *system) solveSix() {
	a, r, diagonal := (*[42]float64)(s.augmented), (*[42]float64)(s.inverse), (*[6]float64)(s.diagonal)
	x, variance := (*[6]float64)(s.x), (*[6]float64)(s.variance)
	diagonal[0], diagonal[1], diagonal[2], diagonal[3], diagonal[4], diagonal[5] = a[0], a[8], a[16], a[24], a[32], a[40]

	scale := 1 / math.Sqrt(a[0])
	r[0] = scale
	a[1] *= scale
	a[2] *= scale
	a[3] *= scale
	a[4] *= scale
	a[5] *= scale
	a[6] *= scale
	factor := -a[1]
	a[8] = math.FMA(factor, a[1], a[8])
	a[9] = math.FMA(factor, a[2], a[9])
	a[10] = math.FMA(factor, a[3], a[10])
	a[11] = math.FMA(factor, a[4], a[11])
	a[12] = math.FMA(factor, a[5], a[12])
	a[13] = math.FMA(factor, a[6], a[13])
	factor = -a[2]
	a[16] = math.FMA(factor, a[2], a[16])
	a[17] = math.FMA(factor, a[3], a[17])
	a[18] = math.FMA(factor, a[4], a[18])
	a[19] = math.FMA(factor, a[5], a[19])
	a[20] = math.FMA(factor, a[6], a[20])
	factor = -a[3]
	a[24] = math.FMA(factor, a[3], a[24])
	a[25] = math.FMA(factor, a[4], a[25])
	a[26] = math.FMA(factor, a[5], a[26])
	a[27] = math.FMA(factor, a[6], a[27])
	factor = -a[4]
	a[32] = math.FMA(factor, a[4], a[32])
	a[33] = math.FMA(factor, a[5], a[33])
	a[34] = math.FMA(factor, a[6], a[34])
	factor = -a[5]
	a[40] = math.FMA(factor, a[5], a[40])
	a[41] = math.FMA(factor, a[6], a[41])

	scale = 1 / math.Sqrt(a[8])
	r[8] = scale
	a[9] *= scale
	a[10] *= scale
	a[11] *= scale
	a[12] *= scale
	a[13] *= scale
	factor = -a[9]
	a[16] = math.FMA(factor, a[9], a[16])
	a[17] = math.FMA(factor, a[10], a[17])
	a[18] = math.FMA(factor, a[11], a[18])
	a[19] = math.FMA(factor, a[12], a[19])
	a[20] = math.FMA(factor, a[13], a[20])
	factor = -a[10]
	a[24] = math.FMA(factor, a[10], a[24])
	a[25] = math.FMA(factor, a[11], a[25])
	a[26] = math.FMA(factor, a[12], a[26])
	a[27] = math.FMA(factor, a[13], a[27])
	factor = -a[11]
	a[32] = math.FMA(factor, a[11], a[32])
	a[33] = math.FMA(factor, a[12], a[33])
	a[34] = math.FMA(factor, a[13], a[34])
	factor = -a[12]
	a[40] = math.FMA(factor, a[12], a[40])
	a[41] = math.FMA(factor, a[13], a[41])

	scale = 1 / math.Sqrt(a[16])
	r[16] = scale
	a[17] *= scale
	a[18] *= scale
	a[19] *= scale
	a[20] *= scale
	factor = -a[17]
	a[24] = math.FMA(factor, a[17], a[24])
	a[25] = math.FMA(factor, a[18], a[25])
	a[26] = math.FMA(factor, a[19], a[26])
	a[27] = math.FMA(factor, a[20], a[27])
	factor = -a[18]
	a[32] = math.FMA(factor, a[18], a[32])
	a[33] = math.FMA(factor, a[19], a[33])
	a[34] = math.FMA(factor, a[20], a[34])
	factor = -a[19]
	a[40] = math.FMA(factor, a[19], a[40])
	a[41] = math.FMA(factor, a[20], a[41])

	scale = 1 / math.Sqrt(a[24])
	r[24] = scale
	a[25] *= scale
	a[26] *= scale
	a[27] *= scale
	factor = -a[25]
	a[32] = math.FMA(factor, a[25], a[32])
	a[33] = math.FMA(factor, a[26], a[33])
	a[34] = math.FMA(factor, a[27], a[34])
	factor = -a[26]
	a[40] = math.FMA(factor, a[26], a[40])
	a[41] = math.FMA(factor, a[27], a[41])

	scale = 1 / math.Sqrt(a[32])
	r[32] = scale
	a[33] *= scale
	a[34] *= scale
	factor = -a[33]
	a[40] = math.FMA(factor, a[33], a[40])
	a[41] = math.FMA(factor, a[34], a[41])

	scale = 1 / math.Sqrt(a[40])
	r[40] = scale
	a[41] *= scale

	s.worst = 0
	scale = r[40]
	solution := float64(scale * a[41])
	square := float64(scale * scale)
	x[5], variance[5] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[5])) // NaN stays

	scale = r[32]
	solution = float64(scale * a[34])
	square = float64(scale * scale)
	entry := float64(scale * math.FMA(-a[33], r[40], 0))
	r[33], solution, square = entry, math.FMA(entry, a[41], solution), math.FMA(entry, entry, square)
	x[4], variance[4] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[4]))

	scale = r[24]
	solution = float64(scale * a[27])
	square = float64(scale * scale)
	entry = float64(scale * math.FMA(-a[25], r[32], 0))
	r[25], solution, square = entry, math.FMA(entry, a[34], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[25], r[33], math.FMA(-a[26], r[40], 0)))
	r[26], solution, square = entry, math.FMA(entry, a[41], solution), math.FMA(entry, entry, square)
	x[3], variance[3] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[3]))

	scale = r[16]
	solution = float64(scale * a[20])
	square = float64(scale * scale)
	entry = float64(scale * math.FMA(-a[17], r[24], 0))
	r[17], solution, square = entry, math.FMA(entry, a[27], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[17], r[25], math.FMA(-a[18], r[32], 0)))
	r[18], solution, square = entry, math.FMA(entry, a[34], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[17], r[26], math.FMA(-a[18], r[33], math.FMA(-a[19], r[40], 0))))
	r[19], solution, square = entry, math.FMA(entry, a[41], solution), math.FMA(entry, entry, square)
	x[2], variance[2] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[2]))

	scale = r[8]
	solution = float64(scale * a[13])
	square = float64(scale * scale)
	entry = float64(scale * math.FMA(-a[9], r[16], 0))
	r[9], solution, square = entry, math.FMA(entry, a[20], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[9], r[17], math.FMA(-a[10], r[24], 0)))
	r[10], solution, square = entry, math.FMA(entry, a[27], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[9], r[18], math.FMA(-a[10], r[25], math.FMA(-a[11], r[32], 0))))
	r[11], solution, square = entry, math.FMA(entry, a[34], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[9], r[19], math.FMA(-a[10], r[26], math.FMA(-a[11], r[33], math.FMA(-a[12], r[40], 0)))))
	r[12], solution, square = entry, math.FMA(entry, a[41], solution), math.FMA(entry, entry, square)
	x[1], variance[1] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[1]))

	scale = r[0]
	solution = float64(scale * a[6])
	square = float64(scale * scale)
	entry = float64(scale * math.FMA(-a[1], r[8], 0))
	r[1], solution, square = entry, math.FMA(entry, a[13], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[1], r[9], math.FMA(-a[2], r[16], 0)))
	r[2], solution, square = entry, math.FMA(entry, a[20], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[1], r[10], math.FMA(-a[2], r[17], math.FMA(-a[3], r[24], 0))))
	r[3], solution, square = entry, math.FMA(entry, a[27], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[1], r[11], math.FMA(-a[2], r[18], math.FMA(-a[3], r[25], math.FMA(-a[4], r[32], 0)))))
	r[4], solution, square = entry, math.FMA(entry, a[34], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[1], r[12], math.FMA(-a[2], r[19], math.FMA(-a[3], r[26], math.FMA(-a[4], r[33], math.FMA(-a[5], r[40], 0))))))
	r[5], solution, square = entry, math.FMA(entry, a[41], solution), math.FMA(entry, entry, square)
	x[0], variance[0] = solution, square
	if s.lead == 0 {
		s.worst = max(s.worst, float64(square*diagonal[0]))
	}
}
