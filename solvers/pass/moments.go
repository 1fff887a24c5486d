package pass

import (
	"errors"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// Moments is what a pass returns, in the coordinates of columns less Shift.
// Moments of disjoint rows add up.
type Moments struct {
	Rows      int     // rows with a positive weight
	SumW      float64 // Σ w
	SumLogW   float64 // Σ log w over those rows, if asked for
	Loss      float64 // Σ wℓ
	SumR      float64 // Σ r, r = w ∂ℓ/∂η: the gradient in the intercept
	Gradient  []float64
	SumD      float64   // Σ d, d = w ∂²ℓ/∂η²
	CrossD    []float64 // (X − c)ᵀd, with the Hessian and an intercept
	Hessian   []float64 // (X − c)ᵀdiag(d)(X − c), p×p row-major, upper triangle (below is nothing); nil if not asked for
	MinMargin float64   // least and greatest (2y−1)η, see loss.Block
	MaxMargin float64
	Shift     []float64 // c; nil is zero
}

// newMoments is the sum of no rows.
func newMoments(p int, hessian bool) *Moments {
	m := &Moments{Gradient: memory.Slice[float64](p)}
	if hessian {
		m.CrossD = memory.Slice[float64](p)
		m.Hessian = memory.Lend(p * p)
	}
	m.empty()
	return m
}

// reset makes used moments the sum of no rows.
func (m *Moments) reset() {
	memory.Clear(m.Gradient)
	memory.Clear(m.CrossD)
	if p := len(m.Gradient); m.Hessian != nil {
		for i := range p {
			memory.Clear(m.Hessian[i*p+i : (i+1)*p])
		}
	}
	m.empty()
}

// empty leaves the slices.
func (m *Moments) empty() {
	*m = Moments{
		Gradient: m.Gradient, CrossD: m.CrossD, Hessian: m.Hessian, Shift: m.Shift,
		MinMargin: math.Inf(1), MaxMargin: math.Inf(-1),
	}
}

// whole says whether the slices are those of newMoments.
func (m *Moments) whole() bool {
	p := len(m.Gradient)
	if m.Hessian == nil {
		return m.CrossD == nil
	}
	return len(m.CrossD) == p && len(m.Hessian) == p*p
}

// ErrUnlike is the error of merging moments that do not add up.
var ErrUnlike = errors.New("pass: moments of different columns, shifts or kinds do not add up")

// Merge adds the moments of rows that come later. Both must have the same
// columns and shift and both or neither a Hessian; else ErrUnlike, and m is as
// before. Moments of blocks that are merged in the order and the tree of a
// pass have the bits of that pass; in any other order the result differs by
// rounding.
func (m *Moments) Merge(later *Moments) error {
	if len(m.Gradient) != len(later.Gradient) || len(m.CrossD) != len(later.CrossD) ||
		len(m.Hessian) != len(later.Hessian) || !slices.Equal(m.Shift, later.Shift) {
		return ErrUnlike
	}
	m.add(later)
	return nil
}

func (m *Moments) add(later *Moments) {
	m.Rows += later.Rows
	m.SumW += later.SumW
	m.SumLogW += later.SumLogW
	m.Loss += later.Loss
	m.SumR += later.SumR
	m.SumD += later.SumD
	kernels.Axpy(m.Gradient, 1, later.Gradient)
	kernels.Axpy(m.CrossD, 1, later.CrossD)
	p := len(m.Gradient)
	if m.Hessian != nil {
		for i := range p {
			row := i * p
			kernels.Axpy(m.Hessian[row+i:row+p], 1, later.Hessian[row+i:row+p])
		}
	}
	m.MinMargin = min(m.MinMargin, later.MinMargin)
	m.MaxMargin = max(m.MaxMargin, later.MaxMargin)
}
