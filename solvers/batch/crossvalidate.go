package batch

import (
	"context"
	"errors"
	"fmt"
	"math"

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
	// consecutive rows each goes to another fold, in an order drawn with Seed;
	// from 65536 rows on, of every so many runs of rows: 8 or more of them, a power
	// of two up to 128, such that there are at least 8192 runs.
	Folds int
	Seed  uint64

	// Assignment is the fold of every row, from 0 on, if it is not to be drawn.
	// Folds may be 0 then, and is one more than the largest.
	Assignment []int
}

// CrossValidate fits a model for every penalty to all folds but one, for each of
// them, and measures it on the one that was left out:
//
//	error of λ in fold k = Σ_{i in k} wᵢ·2ℓ(yᵢ, ηᵢ) / Σ_{i in k} wᵢ,   β from all i not in k
//
// Least squares reads X once. It sums the moments of every fold about one
// shift: the means of the first 1024 rows, or zero for columns none of which is more
// than two standard deviations away from it, where many rows of a fold lie together.
// Those of all other folds are sums of the ones before and the ones behind: nothing is
// subtracted. The residuals of a fold come from its moments
// about its own means, with an error of some (p + 3)·(n/128 + 128)·ε times the
// square of what the columns and the target contribute to a residual, that is
// relative to the variance of the target, not to that of the residuals; where
// they are less than 2⁻²⁶ of that square, the rows of the fold are read again.
// Logistic and Poisson models go from the largest penalty to the smallest, each
// starting from the one before, all folds in one reading of X an iteration.
//
// Data that no fit could use and penalties of which none can be fitted are
// errors, and so is the end of ctx.
func CrossValidate[T kernels.Float](ctx context.Context, d *pass.Data[T], o Path) (*Curve, error) {
	if err := prepare(ctx, d, o.Options); err != nil {
		return nil, err
	}
	if err := checkTargets(ctx, d, o.Options); err != nil {
		return nil, err
	}
	folds, assignment, err := o.assign(d.X.Rows)
	if err != nil {
		return nil, err
	}
	c := newCurve(folds, o.width(d.X.Cols), o.Penalties)
	f := &crossing[T]{data: d, o: o, curve: c, folds: folds, dealing: assignment}
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
	data  *pass.Data[T]
	o     Path
	curve *Curve
	folds int
	dealing
}

// A dealing is the fold of every row.
type dealing struct {
	fold []int // of every run of rows
	run  int   // how many rows each has, but for the last
}

func (d *dealing) foldOf(row int) int { return d.fold[row/d.run] }

// endOfFold is where the rows from lo on that are of one fold end, at hi at the
// latest.
func (d *dealing) endOfFold(lo, hi int) int {
	run := lo / d.run
	k := d.fold[run]
	for run++; run*d.run < hi && d.fold[run] == k; run++ {
	}
	return min(run*d.run, hi)
}

// assign checks what is Path's own, and gives every row its fold.
func (o *Path) assign(rows int) (folds int, assignment dealing, err error) {
	switch {
	case o.L2 != 0 || o.StdErrors || o.Deviance:
		return 0, dealing{}, errors.New("batch: L2, StdErrors and Deviance are not for a path; penalties are in Penalties")
	case len(o.Penalties) == 0:
		return 0, dealing{}, errors.New("batch: no Penalties")
	case o.Assignment != nil && len(o.Assignment) != rows:
		return 0, dealing{}, fmt.Errorf("batch: Assignment has %d elements for %d rows", len(o.Assignment), rows)
	}
	for i, l := range o.Penalties {
		if !(l >= 0) || math.IsInf(l, 0) {
			return 0, dealing{}, fmt.Errorf("batch: penalty %d is %v; it is a finite number, not negative", i, l)
		}
	}
	folds = o.Folds
	var given dealing
	if o.Assignment != nil {
		most := 0
		if given, most, err = dealingOf(o.Assignment, folds); err != nil {
			return 0, dealing{}, err
		}
		if folds == 0 {
			folds = most
		}
	}
	if folds == 0 {
		folds = 10
	}
	if folds < 2 || folds > rows {
		return 0, dealing{}, fmt.Errorf("batch: %d folds of %d rows; there are at least 2, and a row for each", folds, rows)
	}
	if o.Assignment == nil {
		return folds, deal(rows, folds, o.Seed), nil
	}
	return folds, given, nil
}

// dealingOf is the dealing of an assignment, and one more than its largest number. Without a
// number of folds any will do but negative ones.
func dealingOf(assignment []int, folds int) (d dealing, most int, err error) {
	run, last := kernels.PanelRows, -1
	for i, f := range assignment {
		if i > 0 && f == last {
			continue
		}
		if f < 0 || folds > 0 && f >= folds {
			end := ""
			if folds > 0 {
				end = fmt.Sprintf(" to %d", folds-1)
			}
			return d, 0, fmt.Errorf("batch: row %d is in fold %d; they are numbered from 0%s", i, f, end)
		}
		most = max(most, f+1)
		if i > 0 {
			run = min(run, i&-i) // the largest power of two that divides i
		}
		last = f
	}
	if run == 1 {
		return dealing{assignment, 1}, most, nil
	}
	d.run, d.fold = run, make([]int, 0, (len(assignment)+run-1)/run)
	for i := 0; i < len(assignment); i += run {
		d.fold = append(d.fold, assignment[i])
	}
	return d, most, nil
}

// Many rows are dealt in runs, which are copied together.
const (
	manyRows = 1 << 16
	manyRuns = 1 << 13
)

// runLength is how many rows stay together.
func runLength(rows int) int {
	if rows < manyRows {
		return 1
	}
	run := manyRows / manyRuns
	for run < kernels.PanelRows && rows/(2*run) >= manyRuns {
		run *= 2
	}
	return run
}

// deal gives each of every so many consecutive rows, or runs of them, to another
// fold.
func deal(rows, folds int, seed uint64) dealing {
	d := dealing{run: runLength(rows)}
	runs := (rows + d.run - 1) / d.run
	d.fold = make([]int, 0, runs+folds)
	hand := make([]int, folds)
	for lo := 0; len(d.fold) < runs; lo += folds {
		for i := range hand {
			hand[i] = i
		}
		for i := folds - 1; i > 0; i-- {
			j := int(draw(seed, 0, uint64(lo+i)) % uint64(i+1))
			hand[i], hand[j] = hand[j], hand[i]
		}
		d.fold = append(d.fold, hand...)
	}
	d.fold = d.fold[:runs]
	return d
}

// shift is what columns and the target behind them are taken relative to: zero
// without an intercept, and for columns none of which is far from zero where that
// saves to copy them.
func (f *crossing[T]) shift() []T {
	if f.o.NoIntercept {
		return make([]T, f.data.X.Cols+1)
	}
	shift := columnShift(f.data.X)
	if f.mayLie() && areNear(f.data.X) {
		clear(shift)
	}
	return append(shift, targetShift(f.data))
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
	reductions, err := f.reductions(ctx, others)
	if err != nil {
		return err
	}
	fits, held, ridges := make([]*normal, threads), make([]*normal, threads), make([]*ridge, threads)
	const some = 16 // penalties of a task
	parts := (n + some - 1) / some
	return share(ctx, threads, (f.folds+1)*parts, func(worker, task int) {
		if fits[worker] == nil {
			fits[worker] = newNormal(p, !f.o.NoIntercept, rankTolerance[T]())
			held[worker] = newNormal(p, !f.o.NoIntercept, rankTolerance[T]())
			ridges[worker] = newRidge(p)
		}
		fit, held := fits[worker], held[worker]
		k, lo := task/parts, task%parts*some
		fit.load(others[k])
		if k < f.folds {
			held.load(each[k])
		}
		for i := lo; i < min(lo+some, n); i++ {
			total := 0.0
			for j := range fit.lambda {
				fit.lambda[j] = f.o.Penalties[i]
				if f.o.Standardize {
					fit.lambda[j] *= fit.variance(j)
				}
				total += fit.lambda[j]
			}
			status := Converged
			if !isFinite(total) || !ridges[worker].solve(reductions[k], f.o.Penalties[i], fit.beta) {
				status, _ = fit.solve()
			}
			if k == f.folds {
				if f.curve.AllStatus[i] = status; status == Converged {
					fit.coefficients(f.curve.Coefficient(i), c)
				}
				continue
			}
			if f.curve.Status[k*n+i] = status; status == Converged {
				rss := fit.residual(held)
				if rss <= fit.blur(held) {
					rss = f.reread(fit, k, shift)
				}
				f.curve.FoldErrors[k*n+i] = rss / each[k].weight
			}
		}
	})
}

// reductions are those of the fits to all other folds, and to all rows, where there
// are enough penalties for them.
func (f *crossing[T]) reductions(ctx context.Context, others []*sums) ([]*reduction, error) {
	all := make([]*reduction, len(others))
	if len(f.o.Penalties) < worthReducing {
		return all, nil
	}
	threads := f.o.threads()
	fits := make([]*normal, threads)
	return all, share(ctx, threads, len(others), func(worker, k int) {
		if fits[worker] == nil {
			fits[worker] = newNormal(f.data.X.Cols, !f.o.NoIntercept, rankTolerance[T]())
		}
		fits[worker].load(others[k])
		all[k] = fits[worker].reduce(f.o.Standardize)
	})
}

// reread is Σ w (y − ŷ)² of the rows of a fold, from the rows.
func (f *crossing[T]) reread(fit *normal, fold int, shift []T) float64 {
	d, p, total := f.data, f.data.X.Cols, 0.0
	for i := range d.X.Rows {
		if f.foldOf(i) != fold {
			continue
		}
		e := float64(target(d, i)-shift[p]) - fit.mean[p]
		for j, v := range d.X.Row(i) {
			e = math.FMA(-fit.beta[j], float64(v-shift[j])-fit.mean[j], e)
		}
		w := 1.0
		if d.Weights != nil {
			w = float64(d.Weights[i])
		}
		total = math.FMA(float64(w*e), e, total)
	}
	return total
}

// weigh counts the rows of every fold.
func (f *crossing[T]) weigh() error {
	n := f.data.X.Rows
	for lo := 0; lo < n; {
		k := f.foldOf(lo)
		hi := f.endOfFold(lo, n)
		if f.data.Weights == nil {
			f.curve.FoldRows[k] += hi - lo
			f.curve.FoldWeight[k] += float64(hi - lo)
		} else {
			for _, v := range f.data.Weights[lo:hi] {
				if w := float64(v); w > 0 {
					f.curve.FoldRows[k]++
					f.curve.FoldWeight[k] += w
				}
			}
		}
		lo = hi
	}
	for k, rows := range f.curve.FoldRows {
		if rows == 0 {
			return fmt.Errorf("batch: fold %d has no rows with a positive weight", k)
		}
	}
	return nil
}
