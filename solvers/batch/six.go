package batch

import "math"

// loadSix sets the augmented matrix of six variables. Row by row by copies of any
// length it would take as long as half of solveSix.
func (s *system) loadSix(h *[36]float64, b *[6]float64) {
	a := (*[48]float64)(s.augmented)
	a[0], a[1], a[2], a[3], a[4], a[5], a[6] = h[0], h[1], h[2], h[3], h[4], h[5], b[0]
	a[9], a[10], a[11], a[12], a[13], a[14] = h[7], h[8], h[9], h[10], h[11], b[1]
	a[18], a[19], a[20], a[21], a[22] = h[14], h[15], h[16], h[17], b[2]
	a[27], a[28], a[29], a[30] = h[21], h[22], h[23], b[3]
	a[36], a[37], a[38] = h[28], h[29], b[4]
	a[45], a[46] = h[35], b[5]
}

// solveSix is solveTight for six variables, those of five columns and an intercept,
// line by line, with the bits of kernels.System: where Newton's method fits small groups, its
// call would take a tenth of the time more.
func (s *system) solveSix() {
	a, r, diagonal := (*[48]float64)(s.augmented), (*[48]float64)(s.inverse), (*[6]float64)(s.diagonal)
	x, variance := (*[6]float64)(s.x), (*[6]float64)(s.variance)
	diagonal[0], diagonal[1], diagonal[2], diagonal[3], diagonal[4], diagonal[5] = a[0], a[9], a[18], a[27], a[36], a[45]

	scale := 1 / math.Sqrt(a[0])
	r[0] = scale
	a[1] *= scale
	a[2] *= scale
	a[3] *= scale
	a[4] *= scale
	a[5] *= scale
	a[6] *= scale
	factor := -a[1]
	a[9] = math.FMA(factor, a[1], a[9])
	a[10] = math.FMA(factor, a[2], a[10])
	a[11] = math.FMA(factor, a[3], a[11])
	a[12] = math.FMA(factor, a[4], a[12])
	a[13] = math.FMA(factor, a[5], a[13])
	a[14] = math.FMA(factor, a[6], a[14])
	factor = -a[2]
	a[18] = math.FMA(factor, a[2], a[18])
	a[19] = math.FMA(factor, a[3], a[19])
	a[20] = math.FMA(factor, a[4], a[20])
	a[21] = math.FMA(factor, a[5], a[21])
	a[22] = math.FMA(factor, a[6], a[22])
	factor = -a[3]
	a[27] = math.FMA(factor, a[3], a[27])
	a[28] = math.FMA(factor, a[4], a[28])
	a[29] = math.FMA(factor, a[5], a[29])
	a[30] = math.FMA(factor, a[6], a[30])
	factor = -a[4]
	a[36] = math.FMA(factor, a[4], a[36])
	a[37] = math.FMA(factor, a[5], a[37])
	a[38] = math.FMA(factor, a[6], a[38])
	factor = -a[5]
	a[45] = math.FMA(factor, a[5], a[45])
	a[46] = math.FMA(factor, a[6], a[46])

	scale = 1 / math.Sqrt(a[9])
	r[9] = scale
	a[10] *= scale
	a[11] *= scale
	a[12] *= scale
	a[13] *= scale
	a[14] *= scale
	factor = -a[10]
	a[18] = math.FMA(factor, a[10], a[18])
	a[19] = math.FMA(factor, a[11], a[19])
	a[20] = math.FMA(factor, a[12], a[20])
	a[21] = math.FMA(factor, a[13], a[21])
	a[22] = math.FMA(factor, a[14], a[22])
	factor = -a[11]
	a[27] = math.FMA(factor, a[11], a[27])
	a[28] = math.FMA(factor, a[12], a[28])
	a[29] = math.FMA(factor, a[13], a[29])
	a[30] = math.FMA(factor, a[14], a[30])
	factor = -a[12]
	a[36] = math.FMA(factor, a[12], a[36])
	a[37] = math.FMA(factor, a[13], a[37])
	a[38] = math.FMA(factor, a[14], a[38])
	factor = -a[13]
	a[45] = math.FMA(factor, a[13], a[45])
	a[46] = math.FMA(factor, a[14], a[46])

	scale = 1 / math.Sqrt(a[18])
	r[18] = scale
	a[19] *= scale
	a[20] *= scale
	a[21] *= scale
	a[22] *= scale
	factor = -a[19]
	a[27] = math.FMA(factor, a[19], a[27])
	a[28] = math.FMA(factor, a[20], a[28])
	a[29] = math.FMA(factor, a[21], a[29])
	a[30] = math.FMA(factor, a[22], a[30])
	factor = -a[20]
	a[36] = math.FMA(factor, a[20], a[36])
	a[37] = math.FMA(factor, a[21], a[37])
	a[38] = math.FMA(factor, a[22], a[38])
	factor = -a[21]
	a[45] = math.FMA(factor, a[21], a[45])
	a[46] = math.FMA(factor, a[22], a[46])

	scale = 1 / math.Sqrt(a[27])
	r[27] = scale
	a[28] *= scale
	a[29] *= scale
	a[30] *= scale
	factor = -a[28]
	a[36] = math.FMA(factor, a[28], a[36])
	a[37] = math.FMA(factor, a[29], a[37])
	a[38] = math.FMA(factor, a[30], a[38])
	factor = -a[29]
	a[45] = math.FMA(factor, a[29], a[45])
	a[46] = math.FMA(factor, a[30], a[46])

	scale = 1 / math.Sqrt(a[36])
	r[36] = scale
	a[37] *= scale
	a[38] *= scale
	factor = -a[37]
	a[45] = math.FMA(factor, a[37], a[45])
	a[46] = math.FMA(factor, a[38], a[46])

	scale = 1 / math.Sqrt(a[45])
	r[45] = scale
	a[46] *= scale

	s.worst = 0
	scale = r[45]
	solution := float64(scale * a[46])
	square := float64(scale * scale)
	x[5], variance[5] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[5])) // NaN stays

	scale = r[36]
	solution = float64(scale * a[38])
	square = float64(scale * scale)
	entry := float64(scale * math.FMA(-a[37], r[45], 0))
	r[37], solution, square = entry, math.FMA(entry, a[46], solution), math.FMA(entry, entry, square)
	x[4], variance[4] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[4]))

	scale = r[27]
	solution = float64(scale * a[30])
	square = float64(scale * scale)
	entry = float64(scale * math.FMA(-a[28], r[36], 0))
	r[28], solution, square = entry, math.FMA(entry, a[38], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[28], r[37], math.FMA(-a[29], r[45], 0)))
	r[29], solution, square = entry, math.FMA(entry, a[46], solution), math.FMA(entry, entry, square)
	x[3], variance[3] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[3]))

	scale = r[18]
	solution = float64(scale * a[22])
	square = float64(scale * scale)
	entry = float64(scale * math.FMA(-a[19], r[27], 0))
	r[19], solution, square = entry, math.FMA(entry, a[30], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[19], r[28], math.FMA(-a[20], r[36], 0)))
	r[20], solution, square = entry, math.FMA(entry, a[38], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[19], r[29], math.FMA(-a[20], r[37], math.FMA(-a[21], r[45], 0))))
	r[21], solution, square = entry, math.FMA(entry, a[46], solution), math.FMA(entry, entry, square)
	x[2], variance[2] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[2]))

	scale = r[9]
	solution = float64(scale * a[14])
	square = float64(scale * scale)
	entry = float64(scale * math.FMA(-a[10], r[18], 0))
	r[10], solution, square = entry, math.FMA(entry, a[22], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[10], r[19], math.FMA(-a[11], r[27], 0)))
	r[11], solution, square = entry, math.FMA(entry, a[30], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[10], r[20], math.FMA(-a[11], r[28], math.FMA(-a[12], r[36], 0))))
	r[12], solution, square = entry, math.FMA(entry, a[38], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[10], r[21], math.FMA(-a[11], r[29], math.FMA(-a[12], r[37], math.FMA(-a[13], r[45], 0)))))
	r[13], solution, square = entry, math.FMA(entry, a[46], solution), math.FMA(entry, entry, square)
	x[1], variance[1] = solution, square
	s.worst = max(s.worst, float64(square*diagonal[1]))

	scale = r[0]
	solution = float64(scale * a[6])
	square = float64(scale * scale)
	entry = float64(scale * math.FMA(-a[1], r[9], 0))
	r[1], solution, square = entry, math.FMA(entry, a[14], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[1], r[10], math.FMA(-a[2], r[18], 0)))
	r[2], solution, square = entry, math.FMA(entry, a[22], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[1], r[11], math.FMA(-a[2], r[19], math.FMA(-a[3], r[27], 0))))
	r[3], solution, square = entry, math.FMA(entry, a[30], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[1], r[12], math.FMA(-a[2], r[20], math.FMA(-a[3], r[28], math.FMA(-a[4], r[36], 0)))))
	r[4], solution, square = entry, math.FMA(entry, a[38], solution), math.FMA(entry, entry, square)
	entry = float64(scale * math.FMA(-a[1], r[13], math.FMA(-a[2], r[21], math.FMA(-a[3], r[29], math.FMA(-a[4], r[37], math.FMA(-a[5], r[45], 0))))))
	r[5], solution, square = entry, math.FMA(entry, a[46], solution), math.FMA(entry, entry, square)
	x[0], variance[0] = solution, square
	if s.lead == 0 {
		s.worst = max(s.worst, float64(square*diagonal[0]))
	}
}
