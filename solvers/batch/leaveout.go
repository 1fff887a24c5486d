package batch

import (
	"context"
	"errors"
	"fmt"
	"math"

	gonum "gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A Leave is every row left out of a fit, in turn. What is undefined, since
// there is no fit without that row, is NaN.
type Leave struct {
	Status       Status // of the fit to all rows; if it is not Converged, there is nothing else
	Dependent    []int  // columns, if it is RankDeficient
	Width        int
	Coefficients []float64 // of the fit to all rows

	Leverage  []float64 // the diagonal of the hat matrix, hᵢ = ∂ŷᵢ/∂yᵢ
	Residuals []float64 // yᵢ − ŷᵢ
	Held      []float64 // yᵢ − ŷᵢ from the fit without row i

	// PRESS is Σ wᵢ·Heldᵢ², over rows with a positive weight.
	PRESS float64

	// Changes is n × Width if it was asked for: coefficients of the fit to all
	// rows less those of the fit without row i.
	Changes []float64
}

// LeaveOneOut fits least squares, or ridge regression with an L2, to all rows
// but one, for each of them, from the factorisation of the fit to all, where that
// is exact. With xᵢ the row, 1 before it if there is an intercept, and A = XᵀWX +
// λ·I (nothing for the intercept),
//
//	hᵢ = wᵢ·xᵢᵀA⁻¹xᵢ
//	Heldᵢ = (yᵢ − ŷᵢ)/(1 − hᵢ)
//	β − β₋ᵢ = A⁻¹xᵢ·wᵢ·Heldᵢ
//
// It takes two readings of X. changes asks for Changes. Held has a relative
// error of some κ·ε/(1 − hᵢ), κ the condition of A, centred and scaled; where
// 1 − hᵢ ≤ 1e-11 the others do not determine the fit without the row. Other
// losses than the squared one have no such shortcut: they are errors, as are
// shapes, targets and weights that no fit could use, and the end of ctx.
//
// Source: Cook & Weisberg, Residuals and Influence in Regression (1982), 2.2.
func LeaveOneOut[T kernels.Float](ctx context.Context, d *pass.Data[T], o Options, changes bool) (*Leave, error) {
	if err := prepare(ctx, d, o); err != nil {
		return nil, err
	}
	switch {
	case !o.loss().Quadratic():
		return nil, fmt.Errorf("batch: to leave one out of a %s model takes a fit for each row; see CrossValidate", o.loss().Name())
	case o.StdErrors || o.Deviance:
		return nil, errors.New("batch: StdErrors and Deviance are not for leaving one out")
	}
	if err := checkTargets(ctx, d, o); err != nil {
		return nil, err
	}
	n, width := d.X.Rows, o.width(d.X.Cols)
	l := &leaving[T]{data: d, o: o, result: &Leave{Width: width}}
	if err := l.fit(ctx); err != nil || l.result.Status != Converged {
		return l.result, err
	}
	r := l.result
	r.Leverage, r.Residuals, r.Held = memory.Slice[float64](n), memory.Slice[float64](n), memory.Slice[float64](n)
	if changes {
		r.Changes = memory.Slice[float64](n * width)
	}
	rooms := make([]*leavingRoom, o.threads())
	if err := share(ctx, len(rooms), (n+leaveRows-1)/leaveRows, func(worker, task int) {
		if rooms[worker] == nil {
			rooms[worker] = newLeavingRoom(d.X.Cols)
		}
		l.block(rooms[worker], task*leaveRows, min((task+1)*leaveRows, n))
	}); err != nil {
		return nil, err
	}
	for i, e := range r.Held {
		if w := l.weight(i); w > 0 {
			r.PRESS = math.FMA(float64(w*e), e, r.PRESS)
		}
	}
	return r, nil
}

// leaveRows is how many rows go through the triangular solution at a time.
const leaveRows = 256

// leaving is a call of LeaveOneOut under way.
type leaving[T kernels.Float] struct {
	data   *pass.Data[T]
	o      Options
	result *Leave

	shift  []T // of columns and the target
	normal *normal
	factor []float64 // R of A without the intercept, p×p
	total  float64   // Σ w
}

// fit is the fit to all rows.
func (l *leaving[T]) fit(ctx context.Context) error {
	d, p := l.data, l.data.X.Cols
	l.shift = make([]T, p+1)
	model := pass.Model{Loss: loss.Squared{}, Intercept: !l.o.NoIntercept}
	if model.Intercept {
		copy(l.shift, columnShift(d.X))
		l.shift[p] = targetShift(d)
		model.Shift = widen(l.shift[:p])
	}
	rows := pass.Data[T]{X: d.X, Y: make([]T, d.X.Rows), Weights: d.Weights}
	for i := range rows.Y {
		rows.Y[i] = target(d, i) - l.shift[p]
	}
	reading, err := pass.New(&rows, model, l.o.threads())
	if err != nil {
		return err
	}
	m, err := reading.Run(ctx, pass.Point{Beta: make([]float64, p)}, pass.Want{Hessian: true})
	if err != nil {
		return err
	}
	q := p + 1
	s := newSums(q)
	s.rows, s.weight = m.Rows, m.SumW
	copy(s.first, m.CrossD)
	s.first[p] = -m.SumR // at η = 0, r = −w·y
	for i := range p {
		memory.Copy(s.second[i*q+i:i*q+p], m.Hessian[i*p+i:(i+1)*p])
		s.second[i*q+p] = -m.Gradient[i]
	}
	s.second[q*q-1] = 2 * m.Loss
	n := newNormal(p, model.Intercept, rankTolerance[T]())
	n.load(s)
	n.penalise(l.o.L2)
	l.result.Status, l.result.Dependent = n.solve()
	if l.result.Status != Converged {
		return nil
	}
	if !n.plain {
		// Only pivoting shows that it is regular: nothing that is divided by 1 − h
		// would have a digit left.
		l.result.Status = RankDeficient
		return nil
	}
	l.result.Coefficients = make([]float64, l.result.Width)
	n.coefficients(l.result.Coefficients, widen(l.shift))
	l.normal, l.total = n, s.weight
	l.factor = memory.Slice[float64](max(p*p, 1))
	for i := range p {
		copy(l.factor[i*p+i:(i+1)*p], n.factor[i*q+i:i*q+p])
	}
	return nil
}

func (l *leaving[T]) weight(i int) float64 {
	if l.data.Weights == nil {
		return 1
	}
	return float64(l.data.Weights[i])
}

// A leavingRoom is what one goroutine needs.
type leavingRoom struct {
	x, z []float64 // leaveRows × p: X less its means; X·R⁻¹, and then X·A⁻¹
	fit  []float64
}

func newLeavingRoom(p int) *leavingRoom {
	return &leavingRoom{x: memory.Slice[float64](leaveRows * p), z: memory.Slice[float64](leaveRows * p), fit: make([]float64, leaveRows)}
}

// block is rows lo to hi. Columns are taken about their means, where A is the
// sum of weights for the intercept beside a matrix for the columns.
func (l *leaving[T]) block(r *leavingRoom, lo, hi int) {
	d, p, n := l.data, l.data.X.Cols, l.normal
	rows := hi - lo
	x := kernels.Matrix[float64]{Rows: rows, Cols: p, Stride: p, Data: r.x}
	for i := range rows {
		to := x.Row(i)
		for j, v := range d.X.Row(lo + i) {
			to[j] = float64(v-l.shift[j]) - n.mean[j]
		}
	}
	z := kernels.Matrix[float64]{Rows: rows, Cols: p, Stride: p, Data: r.z}
	memory.Copy(z.Data, x.Data[:rows*p])
	kernels.Dots(r.fit[:rows], x, nil, n.beta)
	engine := blas.Implementation{Threads: 1} // other rows are done meanwhile
	if p > 0 {
		engine.Dtrsm(gonum.Right, gonum.Upper, gonum.NoTrans, gonum.NonUnit, rows, p, 1, l.factor, p, z.Data, p)
	}
	for i := range rows {
		w := l.weight(lo + i)
		h := product(z.Row(i), z.Row(i))
		if n.intercept {
			h += 1 / l.total
		}
		h = float64(w * h)
		e := float64(target(d, lo+i)-l.shift[p]) - n.mean[p] - r.fit[i]
		l.result.Leverage[lo+i], l.result.Residuals[lo+i] = h, e
		l.result.Held[lo+i] = math.NaN()
		if rest := 1 - h; rest > 1e-11 {
			l.result.Held[lo+i] = e / rest
		}
	}
	if l.result.Changes == nil {
		return
	}
	if p > 0 {
		engine.Dtrsm(gonum.Right, gonum.Upper, gonum.Trans, gonum.NonUnit, rows, p, 1, l.factor, p, z.Data, p)
	}
	width, lead := l.result.Width, n.lead()
	for i := range rows {
		change := l.result.Changes[(lo+i)*width : (lo+i+1)*width]
		by := float64(l.weight(lo+i) * l.result.Held[lo+i])
		alpha := by / l.total
		for j, v := range z.Row(i) {
			b := float64(v * by)
			change[lead+j] = b
			alpha = math.FMA(-(float64(l.shift[j]) + n.mean[j]), b, alpha)
		}
		if lead == 1 {
			change[0] = alpha
		}
	}
}
