package batch

import "math"

// small is least squares for a few columns, without a call in between: moments
// of q = p + 1 variables, the target last, lie in one slice, the upper triangle
// of second moments row by row, the first moments, the sum of weights and the
// rows with a positive one.
type small struct {
	p, q      int
	intercept bool
	l2        float64
	tolerance float64

	s       []float64 // the triangle, centred, and factorised as LDLᵀ but for the division by D
	inverse []float64 // 1/D
	mean    []float64
	beta    []float64
	total   float64 // Σ w (y − ȳ)²
	weight  float64
	v       []float64 // scratch

	general   *normal // for what is not plain
	sums      *sums
	settled   bool // by general
	dependent []int
}

func newSmall(p int, intercept bool, l2, tolerance float64) small {
	q := p + 1
	return small{
		p: p, q: q, intercept: intercept, l2: l2, tolerance: tolerance,
		s: make([]float64, triangle(q)), inverse: make([]float64, p), mean: make([]float64, q), beta: make([]float64, p), v: make([]float64, p),
	}
}

func triangle(q int) int { return q * (q + 1) / 2 }

// length is how many numbers moments are.
func (s *small) length() int { return triangle(s.q) + s.q + 2 }

// rows is how many had a positive weight.
func (s *small) rows(m []float64) int { return int(m[len(m)-1]) }

// include sets to = from + the moments of a row z with a weight. to may be from.
func (w *windowRoom[T]) include(to, from []float64, weight float64) {
	include(to, from, w.z, weight)
}

func include(to, from, z []float64, weight float64) {
	to = to[:len(from)]
	if len(z) == 6 && len(to) == 29 {
		includeSix((*[29]float64)(to), (*[29]float64)(from), (*[6]float64)(z), weight)
		return
	}
	for i, v := range z {
		a := float64(weight * v)
		n := len(z) - i
		for j, b := range z[i:] {
			to[j] = from[j] + float64(a*b)
		}
		to, from = to[n:], from[n:]
	}
	for i, v := range z {
		to[i] = from[i] + float64(weight*v)
	}
	n := len(z)
	to[n] = from[n] + weight
	to[n+1] = from[n+1]
	if weight > 0 {
		to[n+1]++
	}
}

// includeSix is include for five columns and a target.
func includeSix(to, from *[29]float64, z *[6]float64, weight float64) {
	z0, z1, z2, z3, z4, z5 := z[0], z[1], z[2], z[3], z[4], z[5]
	a := float64(weight * z0)
	to[0], to[1], to[2] = from[0]+float64(a*z0), from[1]+float64(a*z1), from[2]+float64(a*z2)
	to[3], to[4], to[5] = from[3]+float64(a*z3), from[4]+float64(a*z4), from[5]+float64(a*z5)
	to[21] = from[21] + a
	a = float64(weight * z1)
	to[6], to[7], to[8] = from[6]+float64(a*z1), from[7]+float64(a*z2), from[8]+float64(a*z3)
	to[9], to[10], to[22] = from[9]+float64(a*z4), from[10]+float64(a*z5), from[22]+a
	a = float64(weight * z2)
	to[11], to[12], to[13] = from[11]+float64(a*z2), from[12]+float64(a*z3), from[13]+float64(a*z4)
	to[14], to[23] = from[14]+float64(a*z5), from[23]+a
	a = float64(weight * z3)
	to[15], to[16], to[17], to[24] = from[15]+float64(a*z3), from[16]+float64(a*z4), from[17]+float64(a*z5), from[24]+a
	a = float64(weight * z4)
	to[18], to[19], to[25] = from[18]+float64(a*z4), from[19]+float64(a*z5), from[25]+a
	a = float64(weight * z5)
	to[20], to[26] = from[20]+float64(a*z5), from[26]+a
	to[27] = from[27] + weight
	to[28] = from[28]
	if weight > 0 {
		to[28]++
	}
}

// solve sets beta and mean. What has too small a pivot or is not finite is left
// to normal, which names columns.
func (s *small) solve(m []float64) Status {
	p, q, t := s.p, s.q, triangle(s.q)
	s.settled, s.dependent = false, nil
	width := p
	if s.intercept {
		width++
	}
	if rows := s.rows(m); s.l2 == 0 && rows < width || rows == 0 {
		if s.unusable(m) {
			return NotFinite
		}
		return TooFewRows
	}
	a := s.s[:t]
	s.weight = m[t+q]
	switch {
	case s.intercept && p == 5:
		s.centreFive((*[21]float64)(a), (*[21]float64)(m), (*[6]float64)(m[t:]))
	case s.intercept:
		first, mean := m[t:t+q], s.mean[:q]
		share := 1 / s.weight
		at := 0
		for i, sum := range first {
			v := float64(sum * share)
			mean[i] = v
			row, second := a[at:at+q-i], m[at:at+q-i]
			for j, b := range first[i:] {
				row[j] = second[j] - float64(v*b)
			}
			at += q - i
		}
	default:
		copy(a, m)
	}
	s.total = a[t-1]
	if p == 5 {
		if !s.eliminateFive((*[21]float64)(a), (*[21]float64)(m)) || !isFinite(a[t-1]) {
			return s.settle(m)
		}
		return Converged
	}
	at := 0
	for k := range p {
		row := a[at : at+q-k]
		pivot := row[0] + s.l2
		if !(pivot > float64(s.tolerance*(m[at]+s.l2))) {
			return s.settle(m)
		}
		inverse := 1 / pivot
		s.inverse[k] = inverse
		next := at + q - k
		at = next
		for i := 1; i < len(row); i++ {
			factor := float64(row[i] * inverse)
			below := a[next : next+len(row)-i]
			for j, v := range row[i:] {
				below[j] -= float64(factor * v)
			}
			next += len(below)
		}
	}
	if !isFinite(a[t-1]) {
		return s.settle(m)
	}
	at = t - 1
	beta := s.beta[:p]
	for k := p - 1; k >= 0; k-- {
		at -= q - k
		row := a[at : at+q-k]
		v := row[len(row)-1]
		for j, b := range beta[k+1:] {
			v -= float64(row[1+j] * b)
		}
		beta[k] = float64(v * s.inverse[k])
	}
	return Converged
}

// unusable says that moments hold what is not finite.
func (s *small) unusable(m []float64) bool { return !areFinite(m) }

// settle is solve by normal.
func (s *small) settle(m []float64) Status {
	if s.unusable(m) {
		return NotFinite
	}
	if s.general == nil {
		s.general, s.sums = newNormal(s.p, s.intercept, s.tolerance), newSums(s.q)
	}
	s.settled = true
	at := 0
	for i := range s.q {
		at += copy(s.sums.second[i*s.q+i:(i+1)*s.q], m[at:])
	}
	copy(s.sums.first, m[at:])
	s.sums.weight, s.sums.rows = m[at+s.q], s.rows(m)
	g := s.general
	g.load(s.sums)
	g.penalise(s.l2)
	status, dependent := g.solve()
	s.dependent = dependent
	copy(s.beta, g.beta)
	copy(s.mean, g.mean)
	return status
}

// coefficients sets dst to the solution in the units of the data, less whose c
// the moments are.
func (s *small) coefficients(dst, c []float64) {
	if !s.intercept {
		copy(dst, s.beta)
		return
	}
	alpha := c[s.p] + s.mean[s.p]
	for j, b := range s.beta {
		alpha -= float64(b * (c[j] + s.mean[j]))
		dst[1+j] = b
	}
	dst[0] = alpha
}

// deviance is the residual sum of squares, from moments.
func (s *small) deviance() float64 {
	if s.settled {
		return s.general.residual(s.general)
	}
	rss := s.s[len(s.s)-1]
	for _, b := range s.beta {
		rss -= float64(float64(s.l2*b) * b)
	}
	return max(rss, 0)
}

// stdErrors sets dst to the roots of the diagonal of σ²(XᵀX)⁻¹.
func (s *small) stdErrors(dst, c []float64, variance float64) {
	if s.settled {
		s.general.stdErrors(dst, c, variance)
		return
	}
	p := s.p
	if p == 5 {
		s.stdErrorsFive(dst, c, variance)
		return
	}
	if s.intercept {
		for j := range s.v {
			s.v[j] = c[j] + s.mean[j]
		}
		dst[0] = math.Sqrt(float64(variance * (1/s.weight + s.norm(0))))
		dst = dst[1:]
	}
	for j := range p {
		clear(s.v)
		s.v[j] = 1
		dst[j] = math.Sqrt(float64(variance * s.norm(j)))
	}
}

// norm is vᵀ(LDLᵀ)⁻¹v for a v that is zero before from. It is lost.
func (s *small) norm(from int) float64 {
	total := 0.0
	at := triangle(s.q) - triangle(s.q-from)
	for k := from; k < s.p; k++ {
		row := s.s[at : at+s.q-k]
		u := s.v[k]
		scaled := float64(u * s.inverse[k])
		total += float64(u * scaled)
		rest := s.v[k+1:]
		for j := range rest {
			rest[j] -= float64(row[1+j] * scaled)
		}
		at += s.q - k
	}
	return total
}
