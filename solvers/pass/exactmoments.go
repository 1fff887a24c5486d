package pass

import (
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// ExactMoments is what an exact pass returns: sums of products of columns, in
// double-double, weighted. The columns are those of X less Shift, then ones, y
// and, if there is one, the offset; see Gram and Gradient for the rows. Moments
// of disjoint rows add up.
type ExactMoments struct {
	Rows    int       // of the data, with a positive weight
	SumLogW float64   // Σ log w over those rows, if asked for
	Shift   []float64 // c; nil is zero

	p      int // columns of X
	kind   exactKind
	square *kernels.ExactSquare
}

// An ExactPoint is where a gradient is taken: hi + lo of the coefficients of
// X − c, then of the intercept.
type ExactPoint struct{ Hi, Lo []float64 }

// newExactMoments is the sum of no rows.
func newExactMoments(p int, kind exactKind) *ExactMoments {
	return &ExactMoments{p: p, kind: kind, square: kernels.NewExactSquare(kind.rows, kind.columns)}
}

func (m *ExactMoments) reset() {
	clear(m.square.Hi)
	clear(m.square.Lo)
	*m = ExactMoments{p: m.p, kind: m.kind, square: m.square}
}

// Columns is the number of columns of X.
func (m *ExactMoments) Columns() int { return m.p }

// Offset says whether there is an offset, as the last column.
func (m *ExactMoments) Offset() bool { return m.kind.columns > m.p+2 }

// At is the sum of products of columns i and j, i ≤ j: a column of X below
// Columns(), then ones, y and the offset. Of a gradient there is row 0 only.
func (m *ExactMoments) At(i, j int) (hi, lo float64) {
	at := i*m.square.Stride + j
	return m.square.Hi[at], m.square.Lo[at]
}

// Merge adds the moments of rows that come later. Both must be of the same kind
// and have the same columns and shift; else ErrUnlike, and m is as before.
// Moments of blocks that are merged in the order and the tree of a pass have
// the bits of that pass.
func (m *ExactMoments) Merge(later *ExactMoments) error {
	if m.p != later.p || m.kind != later.kind || !slices.Equal(m.Shift, later.Shift) {
		return ErrUnlike
	}
	m.add(later)
	return nil
}

// add adds pairs: the hi without error, then what that and the lo are.
func (m *ExactMoments) add(later *ExactMoments) {
	m.Rows += later.Rows
	m.SumLogW += later.SumLogW
	for i := range m.kind.rows {
		from := i * m.square.Stride
		to := from + m.kind.columns
		if m.triangle() {
			from += i
		}
		hi, lo := m.square.Hi[from:to], m.square.Lo[from:to]
		moreHi, moreLo := later.square.Hi[from:to], later.square.Lo[from:to]
		for j := range hi {
			s, e := twoSum(hi[j], moreHi[j])
			hi[j], lo[j] = twoSum(s, e+(lo[j]+moreLo[j]))
		}
	}
}

// triangle says that only the entries from the diagonal on count.
func (m *ExactMoments) triangle() bool { return m.kind.rows > 1 }

// twoSum is a + b and what its rounding has lost.
func twoSum(a, b float64) (s, e float64) {
	s = a + b
	v := s - a
	return s, (a - (s - v)) + (b - v)
}

// count adds what a segment contributes beside products.
func (m *ExactMoments) count(w []float64, rows int, logarithms bool) {
	if w == nil {
		m.Rows += rows
		return
	}
	for _, v := range w {
		if v > 0 {
			m.Rows++
			if logarithms {
				m.SumLogW += kernels.LogOf(v)
			}
		}
	}
}

// Finite says whether all numbers are.
func (m *ExactMoments) Finite() bool {
	all := true
	m.entries(func(hi, lo *float64) { all = all && finite(*hi) && finite(*lo) })
	return all
}
