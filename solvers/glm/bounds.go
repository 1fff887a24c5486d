package glm

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// Bounds are those of a coefficient; an infinite one is none.
type Bounds struct{ Lower, Upper float64 }

// AtBound tells whether the estimate is at one of its bounds.
func (c Coefficient) AtBound() bool {
	return c.Bounds != nil && (c.Estimate <= c.Bounds.Lower || c.Estimate >= c.Bounds.Upper)
}

// bounded tells whether there are bounds, or a method that is for them.
func (o Options) bounded() bool {
	return o.Lower != nil || o.Upper != nil || takesBox(o.Method) && !takesL1(o.Method)
}

// takesBox tells whether a method is one for bounds; nil is none. Those that take
// samples are not: their estimates are means of points, at no bound exactly.
func takesBox(m solvers.Method) bool {
	return m != nil && slices.Contains(solvers.BoxMethods(), m.Name())
}

// checkBounds is part of check.
func (o Options) checkBounds() error {
	switch {
	case !o.bounded():
		return nil
	case o.L1 > 0:
		return errors.New("glm: bounds and an L1 penalty do not go together; leave Lower and Upper out, or take L2 instead of L1")
	case o.Method != nil && !takesBox(o.Method):
		return fmt.Errorf("glm: method %s does not take bounds; those that do are %s", o.Method.Name(), quoted(solvers.BoxMethods(), math.MaxInt))
	case o.Precision == Exact:
		return errors.New("glm: precision exact is for fits without bounds")
	}
	return nil
}

// checkBoundsOf is for a fit of these columns.
func (o Options) checkBoundsOf(names []string) error {
	const each = "give one for each, infinite where there is none"
	switch n := len(names); {
	case o.Lower != nil && len(o.Lower) != n:
		return fmt.Errorf("glm: %d lower bounds for %d columns; %s", len(o.Lower), n, each)
	case o.Upper != nil && len(o.Upper) != n:
		return fmt.Errorf("glm: %d upper bounds for %d columns; %s", len(o.Upper), n, each)
	}
	box := o.box(len(names), 0)
	for j, name := range names {
		switch low, high := box.Lower[j], box.Upper[j]; {
		case !(low < math.Inf(1)):
			return fmt.Errorf("glm: the lower bound of column %q is %v; it is a number, or -Inf for none", name, low)
		case !(high > math.Inf(-1)):
			return fmt.Errorf("glm: the upper bound of column %q is %v; it is a number, or +Inf for none", name, high)
		case low > high:
			return fmt.Errorf("glm: the lower bound of column %q, %v, is above the upper one, %v", name, low, high)
		}
	}
	return nil
}

// box is the bounds of all variables, the lead first, which has none.
func (o Options) box(columns, lead int) *solvers.Box {
	b := &solvers.Box{Lower: slices.Repeat([]float64{math.Inf(-1)}, lead+columns), Upper: slices.Repeat([]float64{math.Inf(1)}, lead+columns)}
	copy(b.Lower[lead:], o.Lower)
	copy(b.Upper[lead:], o.Upper)
	return b
}

// boundedMethod is the one that is chosen with bounds.
func (o Options) boundedMethod(columns int) (m solvers.Method, reason string) {
	switch {
	case o.Family.about().loss(o.Parameters).Quadratic():
		return solvers.CoordinateDescent{Tolerance: o.Tolerance}, "bounds, and a quadratic loss takes one Hessian"
	case columns <= newtonColumns:
		return solvers.CoordinateDescent{Tolerance: o.Tolerance}, fmt.Sprintf("bounds, few passes, at up to %d columns", newtonColumns)
	}
	return solvers.ProjectedLBFGS{Tolerance: o.Tolerance}, fmt.Sprintf("bounds, no Hessians, at more than %d columns", newtonColumns)
}

// bounds tells the columns of a model theirs.
func (f *fit[T]) bounds(m *Model) {
	if f.options.Lower == nil && f.options.Upper == nil {
		return
	}
	box, columns := f.options.box(len(f.names), 0), m.Columns()
	for j := range columns {
		if b := (Bounds{box.Lower[j], box.Upper[j]}); finite(b.Lower) || finite(b.Upper) {
			columns[j].Bounds = &b
		}
	}
}

// bounded tells whether a variable has a bound.
func (s *sparse) bounded() bool {
	return s != nil && s.box != nil && (slices.ContainsFunc(s.box.Lower, finite) || slices.ContainsFunc(s.box.Upper, finite))
}

// open tells whether a variable may go on in the direction of a step for ever.
func (s *sparse) open(i int, step float64) bool {
	if s == nil || s.box == nil {
		return true
	}
	return !(step < 0 && finite(s.box.Lower[i])) && !(step > 0 && finite(s.box.Upper[i]))
}

// recedes tells whether multiples of x, however large, are within the bounds.
func (s *sparse) recedes(x []float64) bool {
	for i, v := range x {
		if !s.open(i, v) {
			return false
		}
	}
	return true
}

// outside is by how much the condition of a minimum in a variable that has bounds is
// violated: its part of the gradient vanishes, or leads out of the box.
func outside(b *solvers.Box, i int, x, g float64) float64 {
	if x <= b.Lower[i] && g > 0 || x >= b.Upper[i] && g < 0 {
		return 0
	}
	return math.Abs(g)
}

// numbers are bounds as JSON has them: nil is none.
func (b *Bounds) numbers() (lower, upper *number) {
	if b == nil {
		return nil, nil
	}
	if v := number(b.Lower); finite(b.Lower) {
		lower = &v
	}
	if v := number(b.Upper); finite(b.Upper) {
		upper = &v
	}
	return lower, upper
}

// boundsOf are those that numbers returned.
func boundsOf(lower, upper *number) *Bounds {
	if lower == nil && upper == nil {
		return nil
	}
	b := &Bounds{math.Inf(-1), math.Inf(1)}
	if lower != nil {
		b.Lower = float64(*lower)
	}
	if upper != nil {
		b.Upper = float64(*upper)
	}
	return b
}
