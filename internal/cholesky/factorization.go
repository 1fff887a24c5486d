// Package cholesky factorises symmetric positive semidefinite matrices that
// come from data: Gram matrices and Hessians, whose columns have the units of
// the data, may be offset far from zero, and may be collinear.
//
// A matrix A is brought to a form in which rank and condition mean something
// before it is judged:
//
//	S = A / a₀₀      the Schur complement of the leading variable, if there
//	                 is one: beside an intercept, the centred matrix
//	C = D·S·D        scaled to unit diagonal
//	Pᵀ·C·P = Rᵀ·R    factorised with the largest remaining pivot first, or in
//	                 the variables' own order if there are many, far from
//	                 collinear
//
// A pivot of C is the share of a column's variation that the columns before it
// leave unexplained. The order of every sum is fixed, so a result has the same
// bits on every machine that has fused multiply-add.
package cholesky

import (
	"errors"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// DefaultTolerance is the share of a diagonal of A that counts as zero.
//
// Where columns are exactly collinear up to the last digit of their decimals,
// what remains is the rounding of the sums in A: some ε = 2⁻⁵² of the diagonal
// if the sums are short or pairwise, up to 3000 ε where 50 columns far from
// zero were summed over 2000 rows in sequence. Independent columns stay well
// above: the smallest pivot is 5e-4 for Longley's data, 3e-6 for the powers x …
// x⁵ of equally spaced points and 1e-10 for x … x⁸.
const DefaultTolerance = 1e-11

// ErrNotFinite says that a matrix holds a NaN or an infinity.
var ErrNotFinite = errors.New("cholesky: the matrix is not finite")

// Factorization is a Cholesky factorisation with diagonal pivoting of a matrix
// that was centred and scaled to unit diagonal. The zero value is ready for
// Factorize; one that is used again at the same or a smaller size allocates
// nothing, but for the goroutines of products of many variables. It must not be
// used by several goroutines at once.
type Factorization struct {
	// Tolerance is the share of a variable's diagonal in A, before centring,
	// that counts as zero. Zero means DefaultTolerance. It should exceed the
	// relative rounding error of A.
	Tolerance float64
	// Threads is how many goroutines at most share the products of many variables;
	// 0 means runtime.GOMAXPROCS(0). The bits are the same.
	Threads int

	n int
	// lead is 1 if variable 0 was eliminated before the others, else 0.
	lead int
	// candidates is the number of positions that could get a pivot. The
	// variables at the positions behind it vanished when they were centred.
	candidates int
	rank       int
	indefinite bool
	norm       float64

	// factor is n×n. On and above the diagonal it holds the rows of R in pivot
	// order, the leading variable's first; below, once inverted, those of R⁻ᵀ.
	factor   []float64
	inverted bool
	// order[k] is the variable at position k.
	order []int
	// pivots[k] is what remains of the diagonal at position k.
	pivots []float64

	// scale[j] is the factor that brings variable j to unit diagonal: power[j],
	// a power of two, times unit[j].
	scale, power, unit []float64
	// limits[j] is the largest pivot of variable j that counts as zero.
	limits []float64
	// leading[j] is the leading row of R at variable j, scaled by power.
	leading []float64

	work, signs, probe []float64
}

// Factorize factorises A, given as n×n row-major of which only the upper
// triangle is read and nothing is changed.
//
// lead is 0 or 1: with 1, variable 0 (an intercept) is eliminated first,
// without a pivot search, and the others are judged by what remains of them. A
// variable of which no more than Tolerance·a_jj remains is dependent, at once
// or whenever the elimination has got that far; the others are eliminated in
// the order of their pivots, ties by index.
//
// A matrix that is singular or indefinite is no error: Rank and Indefinite say
// so. The error is ErrNotFinite, and then every variable is dependent.
func (f *Factorization) Factorize(a []float64, n, lead int) error {
	return f.FactorizeShifted(a, n, lead, 0)
}

// FactorizeShifted is Factorize with shift ≥ 0 times the unit matrix added to
// the centred and scaled matrix C, so that it factorises
//
//	A + shift·D⁻²
//
// (the leading variable's diagonal stays). With a shift > 0 no variable is
// dependent at once: where a centred diagonal vanished or is negative, the
// scale is that of the absolute diagonal of A, or where that is zero too, of
// its largest.
func (f *Factorization) FactorizeShifted(a []float64, n, lead int, shift float64) error {
	if n < 0 || lead < 0 || lead > 1 || len(a) < n*n || !(shift >= 0) {
		panic("cholesky: bad shape")
	}
	f.reset(n)
	if !finite(a, n) {
		return ErrNotFinite
	}
	f.equilibrate(a, lead, shift)
	if !f.withoutPivoting(a) {
		f.load(a)
		f.eliminate(panelWidth)
	}
	return nil
}

// Rank returns the number of pivots, the leading variable's among them.
func (f *Factorization) Rank() int { return f.rank }

// Indefinite reports whether the matrix is farther from positive semidefinite
// than rounding explains. It is false for a matrix of full rank.
func (f *Factorization) Indefinite() bool { return f.indefinite }

// Dependent returns the variables that got no pivot, in ascending order.
func (f *Factorization) Dependent() []int {
	dependent := slices.Clone(f.order[f.rank:])
	slices.Sort(dependent)
	return dependent
}

func (f *Factorization) reset(n int) {
	f.n, f.lead, f.candidates, f.rank = n, 0, 0, 0
	f.indefinite, f.inverted, f.norm = false, false, 0
	f.factor = resize(f.factor, n*n)
	f.order = resize(f.order, n)
	f.pivots = resize(f.pivots, n)
	f.scale = resize(f.scale, n)
	f.power = resize(f.power, n)
	f.unit = resize(f.unit, n)
	f.limits = resize(f.limits, n)
	f.leading = resize(f.leading, n)
	f.work = resize(f.work, n)
	f.signs = resize(f.signs, n)
	for j := range f.order {
		f.order[j] = j
	}
}

// row returns row k of R from column from on, up to the last candidate.
func (f *Factorization) row(k, from int) []float64 {
	return f.factor[k*f.n+from : k*f.n+f.candidates]
}

func (f *Factorization) mustBeRegular() {
	if f.rank < f.n {
		panic("cholesky: the matrix is singular")
	}
}

func finite(a []float64, n int) bool {
	for i := range n {
		row := a[i*n+i : (i+1)*n]
		if sum := kernels.AbsSum(row); sum-sum == 0 {
			continue
		}
		for _, v := range row { // the sum may have overflowed
			if v-v != 0 {
				return false
			}
		}
	}
	return true
}

func resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}
