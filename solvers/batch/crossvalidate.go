package batch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/par"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A Path is what [CrossValidate] tries. Penalties must be given; all else may be zero.
type Path struct {
	Options // L2, StdErrors and Deviance must be zero

	// Penalties are values of λ, not negative, in any order. They mean the same
	// for every fold and for all rows: a loss is a sum over rows, not a mean.
	Penalties []float64

	// Standardize lets the penalty act on the coefficients of columns scaled to
	// standard deviation one (weighted, of the population) in the rows of each
	// fit.
	Standardize bool

	// Folds is how many folds there are; 0 means 10. Of every so many
	// consecutive rows each goes to another fold, in an order drawn with Seed.
	Folds int
	Seed  uint64

	// Assignment is the fold of every row, from 0 on, if it is not to be drawn.
	// Folds may be 0 then, and is one more than the largest.
	Assignment []int
}

// A Curve is the error of every penalty. An error is the deviance of rows that
// a fit has not seen, per unit of weight: the mean squared error in least
// squares. What is undefined, since a fit has failed, is NaN.
type Curve struct {
	Penalties []float64

	// FoldErrors and Status are folds × penalties: of the fit to all other folds.
	FoldErrors []float64
	Status     []Status
	FoldRows   []int     // with a positive weight
	FoldWeight []float64 // Σ w

	// Error is the mean over folds, weighted by their weight, and StdError its
	// standard error: the root of the weighted variance of the fold errors over
	// folds − 1, as in glmnet.
	Error, StdError []float64

	// Best is the index of the penalty with the least error, the larger of
	// equals. OneStdError is that of the largest penalty whose error is within
	// one standard error of the least.
	Best, OneStdError int

	// Coefficients are those of the fits to all rows, penalties × Width.
	// AllStatus says how these ended.
	Width        int
	Coefficients []float64
	AllStatus    []Status
}

// Coefficient is the coefficients with one penalty, a part of Coefficients.
func (c *Curve) Coefficient(penalty int) []float64 {
	return c.Coefficients[penalty*c.Width : (penalty+1)*c.Width : (penalty+1)*c.Width]
}

// CrossValidate fits a model for every penalty to all folds but one, for each of
// them, and measures it on the one that was left out:
//
//	error of λ in fold k = Σ_{i in k} wᵢ·2ℓ(yᵢ, ηᵢ) / Σ_{i in k} wᵢ,   β from all i not in k
//
// Least squares reads X once. It sums the moments of every fold about one
// shift, and those of all other folds are sums of the ones before and the ones
// behind: nothing is subtracted. The residuals of a fold come from its moments
// about its own means, with an error of some (p + 3)·(n/128 + 128)·ε times the
// square of what the columns and the target contribute to a residual, that is
// relative to the variance of the target, not to that of the residuals.
// Logistic and Poisson models go from the largest penalty to the smallest, each
// starting from the one before, all folds in one reading of X an iteration.
//
// Data that no fit could use and penalties of which none can be fitted are
// errors, and so is the end of ctx.
func CrossValidate[T kernels.Float](ctx context.Context, d *pass.Data[T], o Path) (*Curve, error) {
	if err := prepare(ctx, d, o.Options); err != nil {
		return nil, err
	}
	if err := checkTargets(d, o.loss()); err != nil {
		return nil, err
	}
	folds, assignment, err := o.assign(d.X.Rows)
	if err != nil {
		return nil, err
	}
	c := newCurve(folds, o.width(d.X.Cols), o.Penalties)
	f := &crossing[T]{data: d, o: o, curve: c, folds: folds, assignment: assignment}
	if err := f.weigh(); err != nil {
		return nil, err
	}
	if o.loss().Quadratic() {
		err = f.squares(ctx)
	} else {
		err = f.paths(ctx)
	}
	if err != nil {
		return nil, err
	}
	return c, c.choose()
}

// A crossing is a cross-validation under way.
type crossing[T kernels.Float] struct {
	data       *pass.Data[T]
	o          Path
	curve      *Curve
	folds      int
	assignment []int
}

func newCurve(folds, width int, penalties []float64) *Curve {
	n := len(penalties)
	c := &Curve{
		Penalties: slices.Clone(penalties), FoldErrors: undefined(folds * n), Status: make([]Status, folds*n),
		FoldRows: make([]int, folds), FoldWeight: make([]float64, folds),
		Error: undefined(n), StdError: undefined(n),
		Width: width, Coefficients: undefined(n * width), AllStatus: make([]Status, n),
	}
	return c
}

// assign checks what is Path's own, and gives every row its fold.
func (o *Path) assign(rows int) (folds int, assignment []int, err error) {
	switch {
	case o.L2 != 0 || o.StdErrors || o.Deviance:
		return 0, nil, errors.New("batch: L2, StdErrors and Deviance are not for a path; penalties are in Penalties")
	case len(o.Penalties) == 0:
		return 0, nil, errors.New("batch: no Penalties")
	case o.Assignment != nil && len(o.Assignment) != rows:
		return 0, nil, fmt.Errorf("batch: Assignment has %d elements for %d rows", len(o.Assignment), rows)
	}
	for i, l := range o.Penalties {
		if !(l >= 0) || math.IsInf(l, 0) {
			return 0, nil, fmt.Errorf("batch: penalty %d is %v; it is a finite number, not negative", i, l)
		}
	}
	folds = o.Folds
	if folds == 0 {
		folds = 10
		if o.Assignment != nil && rows > 0 {
			folds = slices.Max(o.Assignment) + 1
		}
	}
	if folds < 2 || folds > rows {
		return 0, nil, fmt.Errorf("batch: %d folds of %d rows; there are at least 2, and a row for each", folds, rows)
	}
	if o.Assignment == nil {
		return folds, deal(rows, folds, o.Seed), nil
	}
	for i, f := range o.Assignment {
		if f < 0 || f >= folds {
			return 0, nil, fmt.Errorf("batch: row %d is in fold %d; they are numbered from 0 to %d", i, f, folds-1)
		}
	}
	return folds, o.Assignment, nil
}

// deal gives each of every so many consecutive rows to another fold.
func deal(rows, folds int, seed uint64) []int {
	hands := make([]int, (rows+folds-1)/folds*folds)
	for lo := 0; lo < len(hands); lo += folds {
		hand := hands[lo : lo+folds]
		for i := range hand {
			hand[i] = i
		}
		for i := folds - 1; i > 0; i-- {
			j := int(draw(seed, 0, uint64(lo+i)) % uint64(i+1))
			hand[i], hand[j] = hand[j], hand[i]
		}
	}
	return hands[:rows]
}

// crossRows is the rows of a block: enough for some panels of every fold.
const crossRows = 64 * kernels.PanelRows

// shift is what columns and the target behind them are taken relative to: zero
// without an intercept.
func (f *crossing[T]) shift() []T {
	if f.o.NoIntercept {
		return make([]T, f.data.X.Cols+1)
	}
	return append(columnShift(f.data.X), targetShift(f.data))
}

// complements are the moments of every fold and, beside them, those of all
// others: of the folds before it and those behind. The last is all of them.
func (f *crossing[T]) complements(ctx context.Context, shift []T) (each, others []*sums, err error) {
	if each, err = f.moments(ctx, shift); err != nil {
		return nil, nil, err
	}
	q := len(shift)
	before, behind := newSums(q), newSums(q)
	others = make([]*sums, f.folds, f.folds+1)
	for k := f.folds - 1; k >= 0; k-- {
		others[k] = newSums(q)
		others[k].set(behind)
		behind.add(each[k])
	}
	for k := range f.folds {
		total := newSums(q)
		total.set(before)
		total.add(others[k])
		others[k] = total
		before.add(each[k])
	}
	return each, append(others, before), nil
}

// squares is least squares.
func (f *crossing[T]) squares(ctx context.Context) error {
	shift := f.shift()
	each, others, err := f.complements(ctx, shift)
	if err != nil {
		return err
	}
	c, p, n := widen(shift), f.data.X.Cols, len(f.o.Penalties)
	threads := f.o.threads()
	fits, held := make([]*normal, threads), make([]*normal, threads)
	const some = 16 // penalties of a task
	parts := (n + some - 1) / some
	return share(ctx, threads, (f.folds+1)*parts, func(worker, task int) {
		if fits[worker] == nil {
			fits[worker] = newNormal(p, !f.o.NoIntercept, rankTolerance[T]())
			held[worker] = newNormal(p, !f.o.NoIntercept, rankTolerance[T]())
		}
		fit, held := fits[worker], held[worker]
		k, lo := task/parts, task%parts*some
		fit.load(others[k])
		if k < f.folds {
			held.load(each[k])
		}
		for i := lo; i < min(lo+some, n); i++ {
			for j := range fit.lambda {
				fit.lambda[j] = f.o.Penalties[i]
				if f.o.Standardize {
					fit.lambda[j] *= fit.variance(j)
				}
			}
			status, _ := fit.solve()
			if k == f.folds {
				if f.curve.AllStatus[i] = status; status == Converged {
					fit.coefficients(f.curve.Coefficient(i), c)
				}
				continue
			}
			if f.curve.Status[k*n+i] = status; status == Converged {
				f.curve.FoldErrors[k*n+i] = fit.residual(held) / each[k].weight
			}
		}
	})
}

// moments are those of every fold.
func (f *crossing[T]) moments(ctx context.Context, shift []T) ([]*sums, error) {
	d, q := f.data, len(shift)
	if f.o.NoIntercept {
		shift = nil
	}
	threads := f.o.threads()
	panels := make([][]*panel[T], threads)
	works := make([][]T, threads)
	blocks := (d.X.Rows + crossRows - 1) / crossRows
	threads = max(1, min(threads, blocks))
	job := par.Job[[]*sums]{Threads: threads, Run: par.RunLength(blocks, threads)}
	job.Claim = func(_, claim int) (int, error) { return max(0, min(job.Run, blocks-claim*job.Run)), nil }
	free := make(chan []*sums, 64+32*threads)
	job.Merge = func(into, from []*sums) {
		for k := range into {
			into[k].add(from[k])
			from[k].reset()
		}
		select {
		case free <- from:
		default:
		}
	}
	job.Block = func(worker, claim, block int) []*sums {
		if panels[worker] == nil {
			for range f.folds {
				panels[worker] = append(panels[worker], newPanel[T](q))
			}
			works[worker] = make([]T, kernels.TriangleWork(q))
		}
		var total []*sums
		select {
		case total = <-free:
		default:
			for range f.folds {
				total = append(total, newSums(q))
			}
		}
		lo := (claim*job.Run + block) * crossRows
		f.collect(total, panels[worker], shift, works[worker], lo, min(lo+crossRows, d.X.Rows))
		return total
	}
	total, _, err := par.Reduce(ctx, &job)
	return total, err
}

// collect deals rows to the panels of their folds, as they come.
func (f *crossing[T]) collect(total []*sums, panels []*panel[T], shift []T, work []T, lo, hi int) {
	d, w := f.data, 1.0
	for i := lo; i < hi; i++ {
		if d.Weights != nil {
			w = float64(d.Weights[i])
		}
		k := f.assignment[i]
		if panels[k].push(d.X.Row(i), target(d, i), w) {
			next := d.X.Slice(i+1, min(i+1+kernels.PanelRows, d.X.Rows)).Data // about as many fill the next panel
			panels[k].flush(total[k], shift, d.Weights != nil, work, next)
		}
	}
	for k, b := range panels {
		b.flush(total[k], shift, d.Weights != nil, work, nil)
	}
}

// paths is what is not least squares: every fold goes its own way along the
// penalties, and so does the fit to all rows.
func (f *crossing[T]) paths(ctx context.Context) error {
	scales := make([][]float64, f.folds+1)
	if f.o.Standardize {
		_, others, err := f.complements(ctx, f.shift())
		if err != nil {
			return err
		}
		variances := newNormal(f.data.X.Cols, !f.o.NoIntercept, 0)
		for k := range scales {
			variances.load(others[k])
			for j := range f.data.X.Cols {
				scales[k] = append(scales[k], variances.variance(j))
			}
		}
	}
	threads, models := f.o.threads(), f.folds+1
	width := (models + threads - 1) / threads
	return share(ctx, threads, (models+width-1)/width, func(_, task int) {
		f.follow(ctx, scales, task*width, min((task+1)*width, models))
	})
}

// follow is the paths of folds from to to, the last of which may be all rows.
func (f *crossing[T]) follow(ctx context.Context, scales [][]float64, from, to int) {
	d := f.data
	var shift []T
	if !f.o.NoIntercept {
		shift = columnShift(d.X)
	}
	l := newLockstep(d, shift, f.o.Options)
	held := false // the rows of the fold, or those of all others
	l.fetch = func(fold, lo, _ int, y, w []float64) ([]float64, []float64) {
		for i := range y {
			y[i], w[i] = float64(d.Y[lo+i]), 1
			if d.Weights != nil {
				w[i] = float64(d.Weights[lo+i])
			}
			if fold < f.folds && (f.assignment[lo+i] == fold) != held {
				w[i] = 0
			}
		}
		return y, w
	}
	var models []*contender
	for k := from; k < to; k++ {
		models = append(models, l.newModel(k, make([]float64, d.X.Cols)))
	}
	running := l.begin(models)
	for _, i := range fallingOrder(f.o.Penalties) {
		for _, m := range running {
			for j := range m.penalty {
				m.penalty[j] = f.o.Penalties[i]
				if f.o.Standardize {
					m.penalty[j] *= scales[m.model][j]
				}
			}
			m.restart()
		}
		if l.run(ctx, running); ctx.Err() != nil {
			return
		}
		var fitted []*contender
		for _, m := range models {
			if f.keep(l, m, i); m.status == Converged {
				copy(m.trial, m.x)
				fitted = append(fitted, m)
			}
		}
		held = true
		l.read(fitted, false)
		held = false
		for _, m := range fitted {
			if m.model < f.folds {
				f.curve.FoldErrors[m.model*len(f.o.Penalties)+i] = 2 * m.nextValue / m.sumW
			}
		}
		l.begin(slices.DeleteFunc(slices.Clone(running), func(m *contender) bool { return m.status == Converged }))
	}
}

// keep is how the fit of a model with a penalty ended, and its coefficients if
// it is that to all rows.
func (f *crossing[T]) keep(l *lockstep[T], m *contender, penalty int) {
	if m.model < f.folds {
		f.curve.Status[m.model*len(f.o.Penalties)+penalty] = m.status
		return
	}
	if f.curve.AllStatus[penalty] = m.status; m.status == Converged || m.status == IterationLimit {
		l.coefficients(f.curve.Coefficient(penalty), m)
	}
}

// fallingOrder is indices from the largest penalty to the smallest.
func fallingOrder(penalties []float64) []int {
	order := make([]int, len(penalties))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(penalties[b], penalties[a]) })
	return order
}

// weigh counts the rows of every fold.
func (f *crossing[T]) weigh() error {
	for i, k := range f.assignment {
		w := 1.0
		if f.data.Weights != nil {
			w = float64(f.data.Weights[i])
		}
		if w > 0 {
			f.curve.FoldRows[k]++
			f.curve.FoldWeight[k] += w
		}
	}
	for k, rows := range f.curve.FoldRows {
		if rows == 0 {
			return fmt.Errorf("batch: fold %d has no rows with a positive weight", k)
		}
	}
	return nil
}

// choose takes means over folds, and the best of them.
func (c *Curve) choose() error {
	n := len(c.Penalties)
	for i := range n {
		c.average(i)
	}
	c.Best = -1
	for _, i := range fallingOrder(c.Penalties) {
		if isFinite(c.Error[i]) && (c.Best < 0 || c.Error[i] < c.Error[c.Best]) {
			c.Best = i
		}
	}
	if c.Best < 0 {
		for i, s := range c.Status {
			if s != Converged {
				return fmt.Errorf("batch: no penalty could be fitted in every fold; fold %d with penalty %v: %s", i/n, c.Penalties[i%n], s)
			}
		}
		return errNotFinite
	}
	limit := c.Error[c.Best] + c.StdError[c.Best]
	for _, i := range fallingOrder(c.Penalties) {
		if c.Error[i] <= limit {
			c.OneStdError = i
			break
		}
	}
	return nil
}

// average is the mean error of a penalty, and its standard error.
func (c *Curve) average(penalty int) {
	n := len(c.Penalties)
	total, sum := 0.0, 0.0
	for k, w := range c.FoldWeight {
		total += w
		sum = math.FMA(w, c.FoldErrors[k*n+penalty], sum)
	}
	m := sum / total
	spread := 0.0
	for k, w := range c.FoldWeight {
		e := c.FoldErrors[k*n+penalty] - m
		spread = math.FMA(float64(w*e), e, spread)
	}
	c.Error[penalty] = m
	c.StdError[penalty] = math.Sqrt(spread / total / float64(len(c.FoldWeight)-1))
}

func widen[T kernels.Float](x []T) []float64 {
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return wide
}
