package batch

import "math"

// Five columns and a target, as windows mostly have: what small does in loops, line
// by line, and so with the same bits. Loops of five take most of their time for
// themselves.

// centreFive is what is left of second moments about the means.
func (s *small) centreFive(a, second *[21]float64, first *[6]float64) {
	share := 1 / s.weight
	mean := (*[6]float64)(s.mean)
	m0, m1, m2 := float64(first[0]*share), float64(first[1]*share), float64(first[2]*share)
	m3, m4, m5 := float64(first[3]*share), float64(first[4]*share), float64(first[5]*share)
	mean[0], mean[1], mean[2], mean[3], mean[4], mean[5] = m0, m1, m2, m3, m4, m5
	a[0] = second[0] - float64(m0*first[0])
	a[1] = second[1] - float64(m0*first[1])
	a[2] = second[2] - float64(m0*first[2])
	a[3] = second[3] - float64(m0*first[3])
	a[4] = second[4] - float64(m0*first[4])
	a[5] = second[5] - float64(m0*first[5])
	a[6] = second[6] - float64(m1*first[1])
	a[7] = second[7] - float64(m1*first[2])
	a[8] = second[8] - float64(m1*first[3])
	a[9] = second[9] - float64(m1*first[4])
	a[10] = second[10] - float64(m1*first[5])
	a[11] = second[11] - float64(m2*first[2])
	a[12] = second[12] - float64(m2*first[3])
	a[13] = second[13] - float64(m2*first[4])
	a[14] = second[14] - float64(m2*first[5])
	a[15] = second[15] - float64(m3*first[3])
	a[16] = second[16] - float64(m3*first[4])
	a[17] = second[17] - float64(m3*first[5])
	a[18] = second[18] - float64(m4*first[4])
	a[19] = second[19] - float64(m4*first[5])
	a[20] = second[20] - float64(m5*first[5])
}

// eliminateFive eliminates the triangle and sets the solution. It is false at a
// pivot that is too small beside second moments.
func (s *small) eliminateFive(a, second *[21]float64) bool {
	inverses, beta := (*[5]float64)(s.inverse), (*[5]float64)(s.beta)
	pivot := a[0] + s.l2
	if !(pivot > float64(s.tolerance*(second[0]+s.l2))) {
		return false
	}
	inverse := 1 / pivot
	inverses[0] = inverse
	factor := float64(a[1] * inverse)
	a[6] -= float64(factor * a[1])
	a[7] -= float64(factor * a[2])
	a[8] -= float64(factor * a[3])
	a[9] -= float64(factor * a[4])
	a[10] -= float64(factor * a[5])
	factor = float64(a[2] * inverse)
	a[11] -= float64(factor * a[2])
	a[12] -= float64(factor * a[3])
	a[13] -= float64(factor * a[4])
	a[14] -= float64(factor * a[5])
	factor = float64(a[3] * inverse)
	a[15] -= float64(factor * a[3])
	a[16] -= float64(factor * a[4])
	a[17] -= float64(factor * a[5])
	factor = float64(a[4] * inverse)
	a[18] -= float64(factor * a[4])
	a[19] -= float64(factor * a[5])
	factor = float64(a[5] * inverse)
	a[20] -= float64(factor * a[5])
	pivot = a[6] + s.l2
	if !(pivot > float64(s.tolerance*(second[6]+s.l2))) {
		return false
	}
	inverse = 1 / pivot
	inverses[1] = inverse
	factor = float64(a[7] * inverse)
	a[11] -= float64(factor * a[7])
	a[12] -= float64(factor * a[8])
	a[13] -= float64(factor * a[9])
	a[14] -= float64(factor * a[10])
	factor = float64(a[8] * inverse)
	a[15] -= float64(factor * a[8])
	a[16] -= float64(factor * a[9])
	a[17] -= float64(factor * a[10])
	factor = float64(a[9] * inverse)
	a[18] -= float64(factor * a[9])
	a[19] -= float64(factor * a[10])
	factor = float64(a[10] * inverse)
	a[20] -= float64(factor * a[10])
	pivot = a[11] + s.l2
	if !(pivot > float64(s.tolerance*(second[11]+s.l2))) {
		return false
	}
	inverse = 1 / pivot
	inverses[2] = inverse
	factor = float64(a[12] * inverse)
	a[15] -= float64(factor * a[12])
	a[16] -= float64(factor * a[13])
	a[17] -= float64(factor * a[14])
	factor = float64(a[13] * inverse)
	a[18] -= float64(factor * a[13])
	a[19] -= float64(factor * a[14])
	factor = float64(a[14] * inverse)
	a[20] -= float64(factor * a[14])
	pivot = a[15] + s.l2
	if !(pivot > float64(s.tolerance*(second[15]+s.l2))) {
		return false
	}
	inverse = 1 / pivot
	inverses[3] = inverse
	factor = float64(a[16] * inverse)
	a[18] -= float64(factor * a[16])
	a[19] -= float64(factor * a[17])
	factor = float64(a[17] * inverse)
	a[20] -= float64(factor * a[17])
	pivot = a[18] + s.l2
	if !(pivot > float64(s.tolerance*(second[18]+s.l2))) {
		return false
	}
	inverse = 1 / pivot
	inverses[4] = inverse
	factor = float64(a[19] * inverse)
	a[20] -= float64(factor * a[19])
	b4 := float64(a[19] * inverses[4])
	b3 := float64((a[17] - float64(a[16]*b4)) * inverses[3])
	b2 := float64((a[14] - float64(a[12]*b3) - float64(a[13]*b4)) * inverses[2])
	b1 := float64((a[10] - float64(a[7]*b2) - float64(a[8]*b3) - float64(a[9]*b4)) * inverses[1])
	b0 := float64((a[5] - float64(a[1]*b1) - float64(a[2]*b2) - float64(a[3]*b3) - float64(a[4]*b4)) * inverses[0])
	beta[0], beta[1], beta[2], beta[3], beta[4] = b0, b1, b2, b3, b4
	return true
}

// normFive is vᵀ(LDLᵀ)⁻¹v.
func (s *small) normFive(v0, v1, v2, v3, v4 float64) float64 {
	a, inverse := (*[21]float64)(s.s), (*[5]float64)(s.inverse)
	scaled := float64(v0 * inverse[0])
	total := float64(v0 * scaled)
	v1 -= float64(a[1] * scaled)
	v2 -= float64(a[2] * scaled)
	v3 -= float64(a[3] * scaled)
	v4 -= float64(a[4] * scaled)
	scaled = float64(v1 * inverse[1])
	total += float64(v1 * scaled)
	v2 -= float64(a[7] * scaled)
	v3 -= float64(a[8] * scaled)
	v4 -= float64(a[9] * scaled)
	scaled = float64(v2 * inverse[2])
	total += float64(v2 * scaled)
	v3 -= float64(a[12] * scaled)
	v4 -= float64(a[13] * scaled)
	scaled = float64(v3 * inverse[3])
	total += float64(v3 * scaled)
	v4 -= float64(a[16] * scaled)
	scaled = float64(v4 * inverse[4])
	total += float64(v4 * scaled)
	return total
}

// stdErrorsFive is stdErrors.
func (s *small) stdErrorsFive(dst, c []float64, variance float64) {
	if s.intercept {
		m := (*[6]float64)(s.mean)
		own := 1/s.weight + s.normFive(c[0]+m[0], c[1]+m[1], c[2]+m[2], c[3]+m[3], c[4]+m[4])
		dst[0] = math.Sqrt(float64(variance * own))
		dst = dst[1:]
	}
	to := (*[5]float64)(dst)
	to[0] = math.Sqrt(float64(variance * s.normFive(1, 0, 0, 0, 0)))
	to[1] = math.Sqrt(float64(variance * s.normFive(0, 1, 0, 0, 0)))
	to[2] = math.Sqrt(float64(variance * s.normFive(0, 0, 1, 0, 0)))
	to[3] = math.Sqrt(float64(variance * s.normFive(0, 0, 0, 1, 0)))
	to[4] = math.Sqrt(float64(variance * s.normFive(0, 0, 0, 0, 1)))
}
