package glm

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// An objective is a penalised loss as a problem for solvers. Its variables are
// the intercept, if there is one, and the coefficients of X − c.
type objective[T kernels.Float] struct {
	pass      *pass.Pass[T]
	family    Family
	intercept bool
	offset    bool
	penalty   []float64          // λ of each column; nil is none
	sparse    *sparse            // an L1 penalty, or bounds; nil is none
	curvature *pass.Curvature[T] // made when it is needed
	parts     parts[T]
	batches   *pass.Batches[T]   // likewise
	known     *known             // of the start; nil is nothing
	majorized *pass.Curvature[T] // for the diagonal of the Hessian, where it may vanish; nil is curvature
	observe   func(*solvers.Iterate)
	history   *history // of its runs; nil keeps none

	atInfinity string // why the minimum lies there, whatever the columns are: the intercept has no penalty

	first    *pass.Moments // sums and margins of the start
	last     pass.Moments  // of the latest evaluation
	at       []float64     // where that was
	previous []float64     // the iterate before the latest
	latest   []float64
}

var _ solvers.Threaded = (*objective[float64])(nil)

func (o *objective[T]) Dim() int        { return o.Lead() + o.pass.Columns() }
func (o *objective[T]) Quadratic() bool { return o.pass.Model().Loss.Quadratic() }

func (o *objective[T]) Lead() int {
	if o.intercept {
		return 1
	}
	return 0
}

// Threads is how many goroutines a pass has, for factorisations too.
func (o *objective[T]) Threads() int {
	if o.pass == nil { // moments are given
		return 0
	}
	return o.pass.Threads()
}

// HessianTolerance is that of the type in which the Hessian is summed.
func (o *objective[T]) HessianTolerance() float64 {
	if is32[T]() {
		const float32Epsilon = 0x1p-23
		return 16 * float32Epsilon
	}
	return 0
}

func (o *objective[T]) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	m, err := o.run(ctx, x, pass.Want{})
	if err != nil {
		return 0, err
	}
	defer o.pass.Recycle(m)
	return o.gradient(m, x, g), nil
}

func (o *objective[T]) Hessian(ctx context.Context, x, g, h []float64) (float64, error) {
	m, err := o.run(ctx, x, pass.Want{Hessian: true})
	if err != nil {
		return 0, err
	}
	defer o.pass.Recycle(m)
	o.hessian(m, h)
	o.penalizeHessian(h)
	o.sparse.seeHessian(h, o.Dim())
	return o.gradient(m, x, g), nil
}

// HessianVector sets dst to the Hessian at x times v, in one read of the rows.
func (o *objective[T]) HessianVector(ctx context.Context, dst, x, v []float64) error {
	lead := o.Lead()
	first, err := o.curved().Product(ctx, dst[lead:], o.point(x), o.point(v))
	if err != nil {
		return err
	}
	if o.intercept {
		dst[0] = first
	}
	for j, lambda := range o.penalty {
		dst[lead+j] += float64(lambda * v[lead+j])
	}
	return nil
}

// HessianDiagonal sets dst to the diagonal of the Hessian at x.
func (o *objective[T]) HessianDiagonal(ctx context.Context, dst, x []float64) error {
	lead := o.Lead()
	first, ok := o.known.diagonal(x, dst[lead:])
	if !ok {
		curvature := o.majorized
		if curvature == nil {
			curvature = o.curved()
		}
		var err error
		if first, err = curvature.Diagonal(ctx, dst[lead:], o.point(x)); err != nil {
			return err
		}
	}
	if o.intercept {
		dst[0] = first
	}
	for j, lambda := range o.penalty {
		dst[lead+j] += lambda
	}
	o.sparse.seeDiagonal(dst)
	return nil
}

// tooLarge tells whether value, gradient or curvatures are not finite at the end
// of a run: its steps alone are not to blame then.
func (o *objective[T]) tooLarge(ctx context.Context, r *solvers.Result) (bool, error) {
	if !finite(r.Value) || !allFinite(r.Gradient) {
		return true, nil
	}
	diagonal := make([]float64, o.Dim())
	err := o.HessianDiagonal(ctx, diagonal, r.X)
	return !allFinite(diagonal), err
}

func (o *objective[T]) curved() *pass.Curvature[T] {
	if o.curvature == nil {
		o.curvature = pass.NewCurvature(o.pass)
	}
	return o.curvature
}

// run evaluates, and remembers what does not grow with the columns.
func (o *objective[T]) run(ctx context.Context, x []float64, want pass.Want) (*pass.Moments, error) {
	want.LogWeights = o.first == nil
	m := o.known.moments(x, want)
	if m == nil {
		var err error
		if m, err = o.pass.Run(ctx, o.point(x), want); err != nil {
			return nil, err
		}
	}
	o.last, o.at = *m, append(o.at[:0], x...)
	o.last.Gradient, o.last.CrossD, o.last.Hessian, o.last.Shift = nil, nil, nil, nil
	if o.first == nil {
		first := o.last
		o.first = &first
	}
	return m, nil
}

// point is variables as a place for a pass.
func (o *objective[T]) point(x []float64) pass.Point {
	if o.intercept {
		return pass.Point{Intercept: x[0], Beta: x[1:]}
	}
	return pass.Point{Beta: x}
}

// gradient fills g and returns the value.
func (o *objective[T]) gradient(m *pass.Moments, x, g []float64) float64 {
	lead := o.Lead()
	if o.intercept {
		g[0] = m.SumR
	}
	for j, v := range m.Gradient {
		g[lead+j] = v
		if o.penalty != nil {
			g[lead+j] += float64(o.penalty[j] * x[lead+j])
		}
	}
	value := m.Loss + o.penaltyAt(x)
	o.sparse.seeGradient(g, value)
	return value
}

// penalized tells whether any coefficient has a penalty.
func (o *objective[T]) penalized() bool { return o.penalty != nil || o.sparse.penalized() }

// penaltyAt is the smooth part of the penalty.
func (o *objective[T]) penaltyAt(x []float64) float64 {
	if o.penalty == nil {
		return 0
	}
	sum, beta := 0.0, x[o.Lead():]
	for j, lambda := range o.penalty {
		sum += float64(float64(lambda*beta[j]) * beta[j])
	}
	return 0.5 * sum
}

// Stop ends a run whose classes are separated: without a penalty, the
// coefficients would grow without end while the decrement vanishes.
func (o *objective[T]) Stop(it *solvers.Iterate) (solvers.Status, string) {
	o.previous, o.latest = o.latest, append(o.previous[:0], it.X...)
	if o.observe != nil {
		o.observe(it)
	}
	about := o.family.about()
	if o.atInfinity == "" && about.classes && o.intercept && (o.penalized() || o.sparse.bounded()) && !o.offset && o.oneClass() {
		o.atInfinity = sameClassFree
	}
	if o.atInfinity != "" {
		return solvers.Separated, o.atInfinity
	}
	if about.separated == "" || o.penalized() || !(o.last.MinMargin > 0) || o.last.Rows == 0 || !slices.Equal(o.at, it.X) || !o.sparse.recedes(it.X) {
		return solvers.Running, ""
	}
	if about.classes && o.oneClass() {
		return solvers.Separated, sameClass
	}
	return solvers.Separated, about.separated
}

// oneClass tells from the first evaluation, at zero, that the target is the same
// in every row, if there is no offset.
func (o *objective[T]) oneClass() bool {
	return o.first.Rows > 0 && math.Abs(o.first.SumR) == 0.5*o.first.SumW
}

const (
	advice = "the maximum of the likelihood lies at infinity, and coefficients and standard errors mean nothing; add an L2 penalty or leave columns out"

	sameClass     = "the target is the same in every row: " + advice
	sameClassFree = "the target is the same in every row: the intercept, which no penalty holds, goes to infinity, and coefficients mean nothing"
	separated     = "a linear combination of the columns separates the classes perfectly: " + advice
	partly        = "columns without a penalty separate rows perfectly and contradict none: their coefficients go to infinity and mean nothing; give them a penalty or leave them out"
	quasi         = "a linear combination of the columns separates some rows perfectly and contradicts none: " + advice
	confident     = 30.0 // |η| beyond which a fitted probability is 0 or 1 to 13 digits
	suspicious    = 8.0  // |η| below which no direction has been followed far
)

// separatesSome tells whether the last step led in a direction that lowers the
// loss for ever: one in which some rows become ever more certain and none less
// so. Newton's method takes steps of about one in η there, while a step towards
// a minimum at a finite place has shrunk to nothing by the end. Of coefficients
// with a penalty, those in that direction come to rest, and so do those that a
// bound awaits: only the others are followed.
func (o *objective[T]) separatesSome(ctx context.Context) (reason string, err error) {
	if !o.family.about().classes || o.held() || o.previous == nil || !(o.last.MaxMargin > suspicious) {
		return "", nil
	}
	const magnified = 0x1p40 // beside which an offset vanishes
	direction := make([]float64, len(o.latest))
	for i := range direction {
		if step := o.latest[i] - o.previous[i]; !o.holds(i) && o.sparse.open(i, step) {
			direction[i] = magnified * step
		}
	}
	m, err := o.pass.Run(ctx, o.point(direction), pass.Want{})
	if err != nil {
		return "", err
	}
	defer o.pass.Recycle(m)
	low, high := m.MinMargin/magnified, m.MaxMargin/magnified
	switch {
	case !(high > 0.1 && low > -1e-3*high):
		return "", nil
	case o.penalized():
		return partly, nil
	}
	return quasi, nil
}

// holds tells whether a variable has a penalty.
func (o *objective[T]) holds(i int) bool {
	return i >= o.Lead() && o.penalty != nil && o.penalty[i-o.Lead()] > 0 || o.sparse != nil && o.sparse.weights[i] > 0
}

// held tells whether all columns have a penalty.
func (o *objective[T]) held() bool {
	for i := o.Lead(); i < o.Dim(); i++ {
		if !o.holds(i) {
			return false
		}
	}
	return o.penalized()
}

// warnings are what a reader should know of a fit that ended well.
func (o *objective[T]) warnings(condition float64) []string {
	var list []string
	if o.family.about().classes && !o.penalized() && o.last.MaxMargin > confident {
		list = append(list, "some fitted probabilities are 0 or 1 to within rounding: the classes are nearly separated; an L2 penalty would make the coefficients more trustworthy")
	}
	return append(list, nearlyCollinear(condition)...)
}

// nearlyCollinear is the warning of a large condition number, or nothing.
func nearlyCollinear(condition float64) []string {
	const large = 1e10
	if condition > large {
		return []string{fmt.Sprintf("the columns are nearly collinear (condition number %.1e of the scaled, centered Hessian): small changes of the data change the coefficients a lot", condition)}
	}
	return nil
}
