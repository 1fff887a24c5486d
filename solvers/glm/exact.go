package glm

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/doubled"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// An exactProblem is least squares in double-double: the normal equations
// H·x = b of the intercept, if there is one, and the coefficients of X − c.
type exactProblem[T kernels.Float] struct {
	fit     *fit[T]
	pass    *pass.Exact[T]
	lead    int // 1 with an intercept
	penalty []float64
	moments *pass.ExactMoments

	hessian []doubled.Double // n×n, upper triangle
	factor  *doubled.Factorization
	x       []doubled.Double

	squares      doubled.Double // Σ w·r² at x
	gradientNorm float64
	gradients    int
	hessians     int
}

// exact fits in double-double. before is what was evaluated in vain.
func (f *fit[T]) exact(ctx context.Context, penalty []float64, before solvers.Evaluations) (*Model, error) {
	p, err := f.exactPasses(pass.Model{Loss: loss.Squared{}, Intercept: !f.options.NoIntercept})
	if err != nil {
		return nil, err
	}
	e := &exactProblem[T]{fit: f, pass: p, penalty: penalty}
	if !f.options.NoIntercept {
		e.lead = 1
	}
	if e.moments, err = p.Gram(ctx, true); err != nil {
		return nil, err
	}
	e.hessians++
	if e.moments.Rows == 0 {
		return nil, errNoRows
	}
	if !e.moments.Finite() {
		if err := f.locate(); err != nil {
			return nil, err
		}
		return nil, errors.New("glm: the data are too large for the squares of double-double")
	}
	if err := e.factorise(); err != nil {
		return nil, err
	}
	status, reason, err := e.solve(ctx)
	if err != nil {
		return nil, err
	}
	m, err := e.model(ctx, status, reason)
	if err != nil {
		return nil, err
	}
	m.Evaluations = before
	m.Evaluations.Gradients += e.gradients
	m.Evaluations.Hessians += e.hessians
	return m, nil
}

func (e *exactProblem[T]) dim() int { return e.lead + e.pass.Columns() }

// column is where a variable is among the columns of the moments.
func (e *exactProblem[T]) column(variable int) int {
	if variable < e.lead {
		return e.ones()
	}
	return variable - e.lead
}

func (e *exactProblem[T]) ones() int { return e.pass.Columns() }

// at is an entry of moments, of columns in any order.
func at(m *pass.ExactMoments, i, j int) doubled.Double {
	hi, lo := m.At(min(i, j), max(i, j))
	return doubled.Double{Hi: hi, Lo: lo}
}

// target is the product of a column with y less the offset.
func (e *exactProblem[T]) target(m *pass.ExactMoments, i int) doubled.Double {
	y := e.ones() + 1
	sum := at(m, i, y)
	if m.Offset() {
		sum = sum.Sub(at(m, i, y+1))
	}
	return sum
}

// Shares of a column's squares that count as zero where rank is judged. A
// column that is a combination of others up to the rounding of its own
// entries, which have an error of u, leaves some u² of its squares, before any
// shift: such a column says nothing that its rounding does not. The sums of
// exact moments themselves have an error of 2⁻⁹⁷ or less of the shifted ones.
const (
	roundedShare   = 0x1p-98 // (16·2⁻⁵³)²
	roundedShare32 = 0x1p-40 // (16·2⁻²⁴)²
	summedShare    = 0x1p-92
)

func (e *exactProblem[T]) factorise() error {
	n, m := e.dim(), e.moments
	e.hessian = make([]doubled.Double, n*n)
	limits := make([]float64, n)
	rounded := roundedShare
	if is32[T]() {
		rounded = roundedShare32
	}
	shift := e.pass.Shift()
	for i := range n {
		for j := i; j < n; j++ {
			e.hessian[i*n+j] = at(m, e.column(i), e.column(j))
		}
		if i < e.lead {
			continue
		}
		j := i - e.lead
		squares := e.hessian[i*n+i].Hi
		unshifted := squares
		if shift != nil {
			c := shift[j]
			unshifted += float64(2*c*at(m, j, e.ones()).Hi) + float64(float64(c*c)*at(m, e.ones(), e.ones()).Hi)
		}
		limits[i] = float64(rounded*unshifted) + float64(summedShare*squares)
		if e.penalty != nil {
			e.hessian[i*n+i] = e.hessian[i*n+i].Add(doubled.Of(e.penalty[j]))
		}
	}
	e.factor = doubled.Factorize(e.hessian, n, e.lead, limits)
	if e.factor.Rank() == n {
		return nil
	}
	singular := &solvers.SingularError{Columns: e.factor.Dependent()}
	for _, j := range singular.Columns {
		var terms []solvers.Term
		for _, t := range e.factor.Relation(j) {
			terms = append(terms, solvers.Term{Column: t.Variable, Coefficient: t.Coefficient})
		}
		singular.Relations = append(singular.Relations, terms)
	}
	return e.fit.collinear(singular, m.Rows, e.lead)
}

// solve finds x = H⁻¹·b, then refines it: a pass of the gradient, with
// residuals in double-double, shows what sums and factorisation have left, and
// the step that takes it off is a share ρ of x. The error that remains is about
// ρ² then, and the run has converged when it is below the last digit of every
// coefficient.
func (e *exactProblem[T]) solve(ctx context.Context) (solvers.Status, string, error) {
	const most = 10
	n := e.dim()
	b := make([]doubled.Double, n)
	for i := range b {
		b[i] = e.target(e.moments, e.column(i))
	}
	e.x = e.factor.Solve(b)
	before := e.length(e.x)
	for range most {
		g, err := e.gradient(ctx)
		if err != nil {
			return 0, "", err
		}
		step := e.factor.Solve(g)
		for i := range step {
			step[i] = step[i].Neg()
		}
		length := e.length(step)
		if !(length <= before/4) && length > 0 {
			if length <= 0x1p-90*e.length(e.x) {
				break // rounding of double-double itself
			}
			return solvers.Stalled, "corrections do not shrink: the columns are too nearly collinear for double-double", nil
		}
		share := 0.0
		if before > 0 {
			share = length / before
		}
		e.move(step, g)
		before = length
		if e.settled(step, share) {
			break
		}
	}
	return solvers.Converged, "the quadratic is at its minimum, in double-double", nil
}

// settled says whether the error left after a step, a share of it, is below
// the last digit of every coefficient, or of the largest contribution of any
// where a coefficient is zero.
func (e *exactProblem[T]) settled(step []doubled.Double, share float64) bool {
	n, total := len(step), e.length(e.x)
	for i, v := range step {
		left := share * math.Abs(v.Hi)
		if left > 0x1p-60*math.Abs(e.x[i].Hi) && left*math.Sqrt(e.hessian[i*n+i].Hi) > 0x1p-100*total {
			return false
		}
	}
	return true
}

// length is √(Σ h_ii·v_i²).
func (e *exactProblem[T]) length(v []doubled.Double) float64 {
	n, sum := len(v), 0.0
	for i := range v {
		s := float64(math.Sqrt(e.hessian[i*n+i].Hi) * v[i].Hi)
		sum = math.FMA(s, s, sum)
	}
	return math.Sqrt(sum)
}

// gradient is that at x, of half the squares and the penalty. It sets squares.
func (e *exactProblem[T]) gradient(ctx context.Context) ([]doubled.Double, error) {
	p := e.pass.Columns()
	m, err := e.pass.Gradient(ctx, e.point(e.x))
	if err != nil {
		return nil, err
	}
	e.gradients++
	e.squares = at(m, 0, p+1)
	g := make([]doubled.Double, len(e.x))
	for i := range g {
		g[i] = at(m, 0, e.column(i))
		if e.penalty != nil && i >= e.lead {
			g[i] = g[i].Add(doubled.Of(e.penalty[i-e.lead]).Mul(e.x[i]))
		}
	}
	return g, nil
}

// move takes a step from x, where the gradient is g: to a minimum, up to the
// rounding of H·step. It knows what the squares become.
func (e *exactProblem[T]) move(step, g []doubled.Double) {
	n := len(step)
	e.gradientNorm = 0
	for i := range step {
		curved := doubled.Double{}
		for j, v := range step {
			curved = curved.Add(e.hessian[min(i, j)*n+max(i, j)].Mul(v))
		}
		e.gradientNorm = max(e.gradientNorm, g[i].Add(curved).Abs().Hi)
		slope := g[i].Add(g[i]).Add(curved) // 2gᵀs + sᵀHs, then the penalty off
		if e.penalty != nil && i >= e.lead {
			lambda := doubled.Of(e.penalty[i-e.lead])
			slope = slope.Sub(lambda.Mul(e.x[i].Add(e.x[i]).Add(step[i])))
		}
		e.squares = e.squares.Add(slope.Mul(step[i]))
	}
	for i, v := range step {
		e.x[i] = e.x[i].Add(v)
	}
}

// model is the fitted model.
func (e *exactProblem[T]) model(ctx context.Context, status solvers.Status, reason string) (*Model, error) {
	f, o := e.fit, e.fit.options
	weights := at(e.moments, e.ones(), e.ones())
	m := &Model{
		Family: o.Family, Target: f.target, Offset: f.offset, Intercept: e.lead == 1,
		L2: o.L2, Standardize: o.Standardize, Precision: Exact,
		Rows: e.moments.Rows, SumWeights: weights.Hi,
		Converged: status == solvers.Converged, Status: status.String(), Reason: reason,
		Iterations: 1, GradientNorm: e.gradientNorm, Condition: e.factor.Condition(), Violation: math.NaN(),
		ISA: kernels.ISA(), Threads: o.threads(),
	}
	m.solver(o, len(f.names))
	x := make([]float64, len(e.x))
	for i, v := range e.x {
		x[i] = v.Hi
	}
	center := e.pass.Shift()
	f.coefficients(m, x, center, e.penalty, nil)
	away := e.away(center)
	if m.Intercept {
		m.Coefficients[0].Estimate = doubled.Dot(away, e.x).Hi
	}
	m.Deviance = max(e.squares.Hi, 0)
	m.NullDeviance = e.nullDeviance()
	if m.Converged {
		m.Warnings = nearlyCollinear(m.Condition)
	}
	m.likelihood(evidence{deviance: m.Deviance, rows: m.Rows, sumW: m.SumWeights, sumLogW: e.moments.SumLogW})
	m.Dispersion = quotient(m.Deviance, float64(m.ResidualDF()))
	errors := make([]float64, len(x))
	for i := range errors {
		errors[i] = math.NaN()
	}
	if m.L2 == 0 && m.Converged && !math.IsNaN(m.Dispersion) {
		variances, err := e.variances(ctx, m.Condition, away)
		if err != nil {
			return nil, err
		}
		for i, v := range variances {
			errors[i] = v.Mul(doubled.Of(m.Dispersion)).Sqrt().Hi
		}
	}
	m.infer(errors)
	return m, nil
}

// turnedCondition is the condition of the Hessian from which on its inverse
// would lack digits of a float64: the sums it is made of have an error of about
// 2⁻¹⁰⁰.
const turnedCondition = 0x1p47

// variances is the diagonal of H⁻¹, that of the intercept in the data's units.
// Where H is too near to singular, columns are turned until they are nearly
// orthonormal, by W, and their own second moments M taken: H⁻¹ = W·M⁻¹·Wᵀ.
func (e *exactProblem[T]) variances(ctx context.Context, condition float64, away []doubled.Double) ([]doubled.Double, error) {
	n := e.dim()
	if condition < turnedCondition {
		variances := e.factor.InverseDiagonal()
		if e.lead == 1 {
			variances[0] = doubled.Dot(away, e.factor.Solve(away))
		}
		return variances, nil
	}
	w, points := e.factor.Whitener(), make([]pass.ExactPoint, n)
	for k := range points {
		points[k] = e.point(w[k])
	}
	turned, err := e.pass.Turned(ctx, points)
	if err != nil {
		return nil, err
	}
	e.hessians++
	moments := make([]doubled.Double, n*n)
	for i := range n {
		for j := i; j < n; j++ {
			moments[i*n+j] = at(turned, i, j)
		}
	}
	factor := doubled.Factorize(moments, n, 0, make([]float64, n))
	variances, row := make([]doubled.Double, n), make([]doubled.Double, n)
	for i := range variances {
		for k := range row {
			row[k] = w[k][i]
			if i < e.lead {
				row[k] = doubled.Dot(away, w[k])
			}
		}
		if factor.Rank() < n {
			variances[i] = doubled.Of(math.NaN())
			continue
		}
		variances[i] = doubled.Dot(row, factor.Solve(row))
	}
	return variances, nil
}

// point is variables as a pass takes them.
func (e *exactProblem[T]) point(x []doubled.Double) pass.ExactPoint {
	p := e.pass.Columns()
	point := pass.ExactPoint{Hi: make([]float64, p+1), Lo: make([]float64, p+1)}
	for i, v := range x {
		point.Hi[e.column(i)], point.Lo[e.column(i)] = v.Hi, v.Lo
	}
	return point
}

// away is what the intercept in the data's units is of the variables: α − cᵀβ.
func (e *exactProblem[T]) away(center []float64) []doubled.Double {
	a := make([]doubled.Double, e.dim())
	if e.lead == 0 {
		return a
	}
	a[0] = doubled.Of(1)
	for j, c := range center {
		a[1+j] = doubled.Of(-c)
	}
	return a
}

// nullDeviance is Σ w·(y − offset)², about the mean with an intercept.
func (e *exactProblem[T]) nullDeviance() float64 {
	y := e.ones() + 1
	squares := e.target(e.moments, y)
	if e.moments.Offset() {
		squares = squares.Sub(at(e.moments, y, y+1)).Add(at(e.moments, y+1, y+1))
	}
	if e.lead == 0 {
		return max(squares.Hi, 0)
	}
	sum := e.target(e.moments, e.ones())
	centred := squares.Sub(sum.Mul(sum).Div(at(e.moments, e.ones(), e.ones())))
	if centred.Hi <= summedShare*squares.Hi {
		return 0
	}
	return centred.Hi
}

// maxExactColumns is how many columns a fit in double-double takes: the
// factorisation and the inverse, on one thread, take most of a minute for as
// many.
const maxExactColumns = 2000

func (f *fit[T]) checkExact() error {
	switch o := f.options; {
	case o.Precision != Exact:
	case o.Family != Gaussian:
		return fmt.Errorf("glm: exact precision is for the gaussian family, not for the %s one", o.Family)
	case len(f.names) > maxExactColumns:
		return fmt.Errorf("glm: %d columns: a fit in exact precision takes up to %d", len(f.names), maxExactColumns)
	}
	return nil
}
