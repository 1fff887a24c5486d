package glm

import (
	"context"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/cholesky"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A Model is a fitted model. What is undefined is NaN: standard errors and all
// that follows from them with a penalty or at a bound, the likelihood of a perfect
// fit.
type Model struct {
	Family      Family
	Parameters  Parameters // of the family, as they were used
	Target      string
	Offset      string // name of the offset, empty without one: prediction needs it
	Intercept   bool
	L1, L2      float64
	Standardize bool
	Solver      string
	Precision   Precision // Plain or Exact: what the fit has used

	// SolverReason is why Solver was chosen; empty if the options name it.
	SolverReason string

	// Coefficients are the intercept, if there is one, named (Intercept), then
	// the columns in their order.
	Coefficients []Coefficient

	Rows          int // with a positive weight
	SumWeights    float64
	Dispersion    float64 // Pearson's: gaussian, residual variance; binomial and poisson, 1; NaN for a loss that is no likelihood
	LogLikelihood float64
	Deviance      float64 // twice the loss; gaussian: weighted residual sum of squares
	NullDeviance  float64 // that of the model without columns
	AIC, BIC      float64

	Converged    bool
	Status       string // one or two words
	Reason       string // in words
	Warnings     []string
	Iterations   int
	Evaluations  solvers.Evaluations
	Seed         uint64  // of the random numbers, if the solver takes samples
	HoldOut      float64 // share of the rows from which nothing was learned; the run stopped early
	GradientNorm float64 // largest absolute entry, of the objective in centered columns
	Condition    float64 // of the scaled, centered Hessian; 0 if the solver has none

	// Violation is the largest by which the conditions of a minimum with an L1
	// penalty or bounds are off: |gⱼ|, beyond the penalty's ±λ₁ and but for what a
	// bound holds, over √(hⱼⱼ·f), where h and f are Hessian and objective at the
	// start, or over what is larger, the gradient there or λ₁. NaN for other
	// solvers.
	Violation float64

	ISA     string
	Threads int

	// centeredIntercept is the linear predictor at the Center of every column.
	// Prediction uses it, because the intercept at zero may be far away from
	// the data and cost digits.
	centeredIntercept float64
}

// A Coefficient is one of a model, with its inference: t where the dispersion
// is estimated, else z.
type Coefficient struct {
	Name         string
	Estimate     float64
	StdError     float64
	Statistic    float64 // Estimate / StdError
	PValue       float64 // two-sided
	Lower, Upper float64 // 95 % interval
	Center       float64 // of the column in the fit; 0 for the intercept
	Penalty      float64 // λ of the column, in the units of the data; 0 for the intercept
	PenaltyL1    float64 // λ₁ of it
	Bounds       *Bounds // nil without one
}

// InterceptName is the name of the intercept among the coefficients.
const InterceptName = "(Intercept)"

// Columns are the coefficients of columns, without the intercept.
func (m *Model) Columns() []Coefficient {
	if m.Intercept {
		return m.Coefficients[1:]
	}
	return m.Coefficients
}

// ResidualDF is the degrees of freedom that are left.
func (m *Model) ResidualDF() int { return m.Rows - len(m.Coefficients) }

// RSquared is the share of the null deviance that the model explains: R² for a
// gaussian family, McFadden's pseudo-R² for a binomial one, the explained
// deviance or loss for others.
func (m *Model) RSquared() float64 {
	if m.NullDeviance == 0 {
		return math.NaN()
	}
	return 1 - m.Deviance/m.NullDeviance
}

// AdjustedRSquared is RSquared with both deviances divided by their degrees of
// freedom.
func (m *Model) AdjustedRSquared() float64 {
	null := m.Rows
	if m.Intercept {
		null--
	}
	if m.ResidualDF() <= 0 || m.NullDeviance == 0 {
		return math.NaN()
	}
	return 1 - (m.Deviance/float64(m.ResidualDF()))/(m.NullDeviance/float64(null))
}

// model turns the end of a run into a model.
func (f *fit[T]) model(ctx context.Context, o *objective[T], r *solvers.Result) (*Model, error) {
	if o.sparse != nil && !slices.Equal(o.at, r.X) {
		// The run ended with another loss: the conditions are those of this one.
		if _, err := o.Gradient(ctx, r.X, make([]float64, o.Dim())); err != nil {
			return nil, err
		}
	}
	m := f.outline(o, r)
	var err error
	if m.NullDeviance, err = f.nullDeviance(ctx, o); err != nil {
		return nil, err
	}
	if m.Converged {
		m.Warnings = o.warnings(r.Condition)
	}
	m.likelihood(evidence{m.Deviance, m.Rows, m.SumWeights, o.first.SumLogW, f.base})
	hessian, err := f.dispersion(ctx, m, o, r)
	if err != nil {
		return nil, err
	}
	errors, err := f.standardErrors(ctx, m, o, r.X, hessian, o.pass.Shift())
	if err != nil {
		return nil, err
	}
	m.infer(errors)
	return m, nil
}

// stopped is the model of a fit that something other than the data has ended,
// or nil if no step was taken. What would take a pass is left undefined.
func (f *fit[T]) stopped(status solvers.Status, reason string) *Model {
	o, r := f.objective, f.reached
	if r == nil || o.first == nil || slices.Equal(r.X, o.at0(f.start)) {
		return nil
	}
	m := f.outline(o, r)
	m.Converged, m.Status, m.Reason = false, status.String(), reason
	m.NullDeviance, m.Dispersion = math.NaN(), math.NaN()
	if !slices.Equal(o.at, r.X) {
		m.Violation = math.NaN() // the gradient is known elsewhere
	}
	if m.HoldOut > 0 {
		m.Deviance = math.NaN() // the value is that of the rows held out
	}
	m.likelihood(evidence{m.Deviance, m.Rows, m.SumWeights, o.first.SumLogW, f.base})
	errors := make([]float64, len(m.Coefficients))
	for i := range errors {
		errors[i] = math.NaN()
	}
	m.infer(errors)
	return m
}

// outline is what of a model needs no more passes.
func (f *fit[T]) outline(o *objective[T], r *solvers.Result) *Model {
	m := &Model{
		Family: f.options.Family, Parameters: f.parameters, Target: f.target, Offset: f.offset, Intercept: o.intercept,
		L1: f.options.L1, L2: f.options.L2, Standardize: f.options.Standardize, Precision: Plain,
		Rows: o.first.Rows, SumWeights: o.first.SumW,
		Converged: r.Status == solvers.Converged, Status: r.Status.String(), Reason: r.Reason,
		Iterations: r.Iterations, Evaluations: r.Evaluations, GradientNorm: r.GradientNorm, Condition: r.Condition,
		Violation: o.sparse.violation(r.X),
		ISA:       kernels.ISA(), Threads: f.options.threads(),
	}
	m.solver(f.options, len(f.names))
	f.coefficients(m, r.X, o.pass.Shift(), o.penalty, o.sparse.columns(o.Lead()))
	f.bounds(m)
	m.Seed, m.HoldOut = r.Seed, f.options.holdOut()
	m.Deviance = 2 * (r.Value - o.penaltyAt(r.X) - o.sparse.value(r.X))
	return m
}

// solver sets which method was used for so many columns, and why.
func (m *Model) solver(o Options, columns int) {
	method, reason := o.method(columns)
	m.Solver, m.SolverReason = method.Name(), reason
}

// coefficients sets the estimates in the units of the data.
func (f *fit[T]) coefficients(m *Model, x, center, penalty, lines []float64) {
	if m.Intercept {
		m.centeredIntercept = x[0]
		m.Coefficients = append(m.Coefficients, Coefficient{Name: InterceptName, Estimate: x[0]})
		x = x[1:]
	}
	for j, name := range f.names {
		c := Coefficient{Name: name, Estimate: x[j]}
		if center != nil {
			c.Center = center[j]
		}
		if penalty != nil {
			c.Penalty = penalty[j]
		}
		if lines != nil {
			c.PenaltyL1 = lines[j]
		}
		m.Coefficients = append(m.Coefficients, c)
	}
	if m.Intercept && center != nil {
		total := kernels.Sum(products(center, x))
		m.Coefficients[0].Estimate -= total
	}
}

func products(a, b []float64) []float64 {
	c := make([]float64, len(a))
	for i := range c {
		c[i] = a[i] * b[i]
	}
	return c
}

// dispersion sets that of the model, and returns the Hessian for standard errors
// if it is known: Pearson's statistic over its degrees of freedom and the
// expected Hessian, both from one pass, where the link is not canonical.
func (f *fit[T]) dispersion(ctx context.Context, m *Model, o *objective[T], r *solvers.Result) ([]float64, error) {
	m.Dispersion = 1
	if m.Family.about().logLikelihood == nil {
		m.Dispersion = math.NaN()
		return nil, nil
	}
	if !m.Family.about().dispersion {
		return r.Hessian, nil
	}
	scorer, ok := f.loss.(loss.Scorer)
	if !ok {
		m.Dispersion = quotient(m.Deviance, float64(m.ResidualDF()))
		return r.Hessian, nil
	}
	p, err := f.passes(pass.Model{Loss: scorer.Scoring(), Intercept: o.intercept})
	if err != nil {
		return nil, err
	}
	scoring := &objective[T]{pass: p, family: o.family, intercept: o.intercept}
	n := o.Dim()
	var hessian []float64
	var half float64
	if m.penalized() || !m.Converged {
		half, err = scoring.Gradient(ctx, r.X, make([]float64, n))
	} else {
		hessian = make([]float64, n*n)
		half, err = scoring.Hessian(ctx, r.X, make([]float64, n), hessian)
	}
	m.Dispersion = quotient(2*half, float64(m.ResidualDF()))
	return hessian, err
}

// penalized tells whether a penalty, a bound, or a run that stopped early, has
// biased the estimates.
func (m *Model) penalized() bool {
	return m.L1 > 0 || m.L2 > 0 || m.HoldOut > 0 || m.atBounds() > 0
}

// atBounds is how many coefficients are at a bound.
func (m *Model) atBounds() int {
	count := 0
	for _, c := range m.Coefficients {
		if c.AtBound() {
			count++
		}
	}
	return count
}

// NonZero is how many coefficients of columns are not zero.
func (m *Model) NonZero() int {
	count := 0
	for _, c := range m.Columns() {
		if c.Estimate != 0 {
			count++
		}
	}
	return count
}

// standardErrors are the square roots of the diagonal of φ·H⁻¹, H the Hessian
// at the solution, or its expectation, if it is given. They are NaN for a loss
// that is no likelihood, and where a penalty, or a likelihood without a
// maximum, leaves them without meaning.
func (f *fit[T]) standardErrors(ctx context.Context, m *Model, o *objective[T], x, hessian, center []float64) ([]float64, error) {
	n := o.Dim()
	errors := make([]float64, n)
	for i := range errors {
		errors[i] = math.NaN()
	}
	if m.penalized() || !m.Converged || !finite(m.Dispersion) {
		return errors, nil
	}
	if hessian == nil {
		hessian = make([]float64, n*n)
		if _, err := o.Hessian(ctx, x, make([]float64, n), hessian); err != nil {
			return nil, err
		}
	}
	var factor cholesky.Factorization
	factor.Tolerance, factor.Threads = max(cholesky.DefaultTolerance, o.HessianTolerance()), o.Threads()
	if err := factor.Factorize(hessian, n, o.Lead()); err != nil || factor.Rank() < n {
		m.Warnings = append(m.Warnings, "the Hessian at the solution is singular: other coefficients fit as well, and standard errors are undefined")
		return errors, nil
	}
	covariance := make([]float64, n*n)
	factor.Inverse(covariance)
	for i := range n {
		variance := covariance[i*n+i]
		if i == 0 && m.Intercept && center != nil {
			variance = interceptVariance(covariance, center, n)
		}
		errors[i] = math.Sqrt(m.Dispersion * variance)
	}
	return errors, nil
}

// interceptVariance is that of α − cᵀβ, in units of the dispersion.
func interceptVariance(covariance, center []float64, n int) float64 {
	away := append([]float64{1}, center...)
	for j := range center {
		away[1+j] = -center[j]
	}
	rows := make([]float64, n)
	kernels.Dots(rows, kernels.Matrix[float64]{Rows: n, Cols: n, Stride: n, Data: covariance}, nil, away)
	return kernels.Sum(products(rows, away))
}

func quotient(a, b float64) float64 {
	if b <= 0 {
		return math.NaN()
	}
	return a / b
}
