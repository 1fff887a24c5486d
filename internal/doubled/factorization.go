package doubled

import (
	"math"
	"slices"
)

// A Factorization is that of a symmetric positive semidefinite matrix,
//
//	Pᵀ·S·A·S·P = L·D·Lᵀ,
//
// S powers of two that bring the diagonal into [1, 4), L unit lower
// triangular, D diagonal. A leading variable, an intercept, is eliminated
// first; of the others, the one of which the largest share of its diagonal is
// left comes next. It is the factorisation of internal/cholesky in
// double-double, without roots.
type Factorization struct {
	n, lead, rank int

	lower    []Double  // n×n; row k left of its diagonal is that of L
	pivots   []Double  // D, and what is left of the diagonals behind it
	order    []int     // the variable at a position
	scale    []float64 // S, by variable
	centred  []float64 // the diagonals beside the leading variable, scaled; by variable
	limits   []float64 // the largest pivot that counts as zero, scaled; by variable
	norm     float64   // of the centred matrix scaled to unit diagonal
	inverted []Double  // L⁻¹, once asked for
}

// Factorize factorises a, n×n row-major, of which only the upper triangle is
// read. lead is 0 or 1. A pivot of variable j that is no more than limits[j],
// in the units of a, counts as zero; columns that get no pivot are dependent.
// The matrix is finite.
func Factorize(a []Double, n, lead int, limits []float64) *Factorization {
	f := &Factorization{n: n, lead: min(lead, n), lower: make([]Double, n*n), pivots: make([]Double, n), order: make([]int, n),
		scale: make([]float64, n), centred: make([]float64, n), limits: make([]float64, n)}
	for j := range n {
		f.order[j] = j
		f.scale[j] = rootScale(a[j*n+j].Hi)
		f.limits[j] = float64(float64(limits[j]*f.scale[j]) * f.scale[j])
		f.pivots[j] = a[j*n+j].Scale(f.scale[j]).Scale(f.scale[j])
		for i := range j {
			f.lower[j*n+i] = a[i*n+j].Scale(f.scale[i]).Scale(f.scale[j])
		}
	}
	for k := range n {
		if k == f.lead {
			f.remember()
		}
		q := k
		if k >= f.lead {
			q = f.largest(k)
		}
		if q < 0 || !(f.pivots[q].Hi > f.limits[f.order[q]]) {
			break
		}
		f.swap(k, q)
		f.eliminate(k)
		f.rank++
	}
	return f
}

// rootScale is the power of two whose square brings v into [1, 4).
func rootScale(v float64) float64 {
	if !(v > 0) {
		return 1
	}
	_, exponent := math.Frexp(v)
	return math.Ldexp(1, -((exponent - 1) >> 1))
}

// remember notes the centred matrix, before any column but the leading one is
// eliminated.
func (f *Factorization) remember() {
	n := f.n
	sums := make([]float64, n)
	for j := f.lead; j < n; j++ {
		f.centred[j] = f.pivots[j].Hi
	}
	for j := f.lead; j < n; j++ {
		if !(f.centred[j] > f.limits[j]) {
			continue
		}
		sums[j]++
		for i := f.lead; i < j; i++ {
			if f.centred[i] > f.limits[i] {
				v := math.Abs(f.lower[j*n+i].Hi) / math.Sqrt(float64(f.centred[i]*f.centred[j]))
				sums[i] += v
				sums[j] += v
			}
		}
	}
	for _, s := range sums {
		f.norm = max(f.norm, s)
	}
}

// largest is the position of the pivot, of those that count, of which the
// largest share is left; ties go to the smaller index.
func (f *Factorization) largest(from int) int {
	best, share := -1, 0.0
	for k := from; k < f.n; k++ {
		j := f.order[k]
		if p := f.pivots[k].Hi; p > f.limits[j] {
			s := p / f.centred[j]
			if best < 0 || s > share || s == share && j < f.order[best] {
				best, share = k, s
			}
		}
	}
	return best
}

// eliminate takes column k off what remains: below the diagonal it holds l·d
// before and l afterwards.
func (f *Factorization) eliminate(k int) {
	n, pivot := f.n, f.pivots[k]
	column := make([]Double, n)
	for i := k + 1; i < n; i++ {
		v := f.lower[i*n+k]
		l := v.Div(pivot)
		column[i] = v
		f.lower[i*n+k] = l
		row := f.lower[i*n : i*n+i]
		for j := k + 1; j < i; j++ {
			row[j] = row[j].minus(l, column[j])
		}
		f.pivots[i] = f.pivots[i].minus(l, v)
	}
}

// minus is a − b·c with an error of some 2⁻¹⁰⁴ of the larger.
func (a Double) minus(b, c Double) Double {
	p := float64(b.Hi * c.Hi)
	low := math.FMA(b.Hi, c.Hi, -p)
	low = math.FMA(b.Hi, c.Lo, low)
	low = math.FMA(b.Lo, c.Hi, low)
	s := Sum(a.Hi, -p)
	return Sum(s.Hi, s.Lo+(a.Lo-low))
}

// swap exchanges the variables at positions k ≤ q.
func (f *Factorization) swap(k, q int) {
	if k == q {
		return
	}
	n, m := f.n, f.lower
	f.order[k], f.order[q] = f.order[q], f.order[k]
	f.pivots[k], f.pivots[q] = f.pivots[q], f.pivots[k]
	for i := range k {
		m[k*n+i], m[q*n+i] = m[q*n+i], m[k*n+i]
	}
	for i := k + 1; i < q; i++ {
		m[i*n+k], m[q*n+i] = m[q*n+i], m[i*n+k]
	}
	for i := q + 1; i < n; i++ {
		m[i*n+k], m[i*n+q] = m[i*n+q], m[i*n+k]
	}
}

// Rank is the number of pivots.
func (f *Factorization) Rank() int { return f.rank }

// Dependent is the variables that got no pivot, in ascending order.
func (f *Factorization) Dependent() []int {
	dependent := slices.Clone(f.order[f.rank:])
	slices.Sort(dependent)
	return dependent
}

// A Term is one variable of a linear combination.
type Term struct {
	Variable    int
	Coefficient float64
}

// Relation is the combination of the variables with a pivot that a dependent
// variable equals, in the units of the matrix and in ascending order, without
// the leading variable and without terms that contribute less than a
// millionth.
func (f *Factorization) Relation(j int) []Term {
	const relevant = 1e-6
	q := slices.Index(f.order, j)
	c := slices.Clone(f.lower[q*f.n : q*f.n+f.rank])
	f.solveUpper(c)
	own := math.Sqrt(max(f.centred[j], f.limits[j]))
	terms := []Term{}
	for k := f.lead; k < f.rank; k++ {
		i := f.order[k]
		if math.Abs(c[k].Hi)*math.Sqrt(f.centred[i]) > relevant*own {
			terms = append(terms, Term{i, float64(c[k].Hi*f.scale[i]) / f.scale[j]})
		}
	}
	slices.SortFunc(terms, func(a, b Term) int { return a.Variable - b.Variable })
	return terms
}

// Solve is A⁻¹·b. The matrix has full rank.
func (f *Factorization) Solve(b []Double) []Double {
	y := make([]Double, f.n)
	for k, j := range f.order {
		y[k] = b[j].Scale(f.scale[j]).Sub(Dot(f.lower[k*f.n:k*f.n+k], y))
	}
	for k := range y {
		y[k] = y[k].Div(f.pivots[k])
	}
	f.solveUpper(y)
	x := make([]Double, f.n)
	for k, j := range f.order {
		x[j] = y[k].Scale(f.scale[j])
	}
	return x
}

// solveUpper sets y = L⁻ᵀ·y in the first positions.
func (f *Factorization) solveUpper(y []Double) {
	for k := len(y) - 1; k > 0; k-- {
		for i, l := range f.lower[k*f.n : k*f.n+k] {
			y[i] = y[i].minus(l, y[k])
		}
	}
}

// InverseDiagonal is the diagonal of A⁻¹. The matrix has full rank.
func (f *Factorization) InverseDiagonal() []Double {
	f.invert()
	d := make([]Double, f.n)
	for i, j := range f.order {
		sum := Of(1).Div(f.pivots[i])
		for k := i + 1; k < f.n; k++ {
			v := f.inverted[k*f.n+i]
			sum = sum.Add(v.Mul(v).Div(f.pivots[k]))
		}
		d[j] = sum.Scale(f.scale[j]).Scale(f.scale[j])
	}
	return d
}

// Whitener is W with Wᵀ·A·W the unit matrix, up to rounding and to powers of
// four on its diagonal: row k of the result is column k of W. The matrix has
// full rank.
func (f *Factorization) Whitener() [][]Double {
	f.invert()
	w := make([][]Double, f.n)
	for k := range w {
		w[k] = make([]Double, f.n)
		power := rootScale(f.pivots[k].Hi)
		for i, j := range f.order[:k+1] {
			v := Of(1)
			if i < k {
				v = f.inverted[k*f.n+i]
			}
			w[k][j] = v.Scale(f.scale[j]).Scale(power)
		}
	}
	return w
}

// invert finds the rows of L⁻¹ left of their diagonal of ones.
func (f *Factorization) invert() {
	if f.inverted != nil {
		return
	}
	n := f.n
	f.inverted = make([]Double, n*n)
	for k := range n {
		row := f.inverted[k*n : k*n+k]
		for i := range row {
			l := f.lower[k*n+i]
			for j, v := range f.inverted[i*n : i*n+i] {
				row[j] = row[j].minus(l, v)
			}
			row[i] = row[i].Sub(l)
		}
	}
}

// Condition is the condition number of the matrix centred and scaled to unit
// diagonal, in the 1-norm, to float64's precision of its terms; infinite below
// full rank.
func (f *Factorization) Condition() float64 {
	if f.rank < f.n {
		return math.Inf(1)
	}
	if f.n == f.lead {
		return 1
	}
	f.invert()
	n := f.n
	half := make([]float64, n*n) // row i is column i of L⁻¹ over the roots of D
	for k := range n {
		root := math.Sqrt(f.pivots[k].Hi)
		for i, v := range f.inverted[k*n : k*n+k] {
			half[i*n+k] = v.Hi / root
		}
		half[k*n+k] = 1 / root
	}
	sums := make([]float64, n)
	for i := f.lead; i < n; i++ {
		row := half[i*n+i : (i+1)*n]
		for j := f.lead; j <= i; j++ {
			sum := 0.0
			for k, v := range half[j*n+i:][:len(row)] {
				sum = math.FMA(row[k], v, sum)
			}
			v := float64(math.Abs(sum) * math.Sqrt(float64(f.centred[f.order[i]]*f.centred[f.order[j]])))
			sums[i] += v
			if i != j {
				sums[j] += v
			}
		}
	}
	return float64(f.norm * slices.Max(sums))
}
