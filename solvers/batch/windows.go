package batch

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// Windows says which rows [Roll] fits together: those of every window that ends
// with a row, in the order of the rows.
type Windows struct {
	Options // squares only

	// Size is the rows of a window. 0 is all rows up to its end.
	Size int

	// MinRows is the fewest rows of a window. Windows at the start of the data
	// have fewer than Size; the first ends with row MinRows − 1. 0 means Size, and
	// 1 without a Size.
	MinRows int

	// Step is the rows from the end of a window to that of the next; 0 means 1.
	Step int

	// Forgetting, between 0 and 1, multiplies the weights of all rows whenever
	// one comes after them: what recursive least squares with exponential
	// forgetting estimates. It goes with a Size of 0 and without StdErrors; 0
	// means 1, no forgetting. L2 is not forgotten.
	Forgetting float64

	// From and To leave out windows that end before row From, or at To and
	// beyond; results are those of a call without them. 0 and 0 are all.
	From, To int
}

// A Rolled is the fits of windows; Last is the last row of each.
type Rolled struct {
	Fits
	Last []int
}

// Roll fits least squares, or ridge regression with an L2, to every window:
//
//	β of window e = argmin Σ_{e−Size < i ≤ e} wᵢ(yᵢ − oᵢ − α − xᵢβ)²/2 + λ/2 ‖β‖²
//
// Rows lie in blocks of Size. A window is the end of one and the beginning of
// the next, so its moments are one sum of rows before a boundary and one of
// rows behind it: additions only, that begin anew at every boundary, with
// nothing taken off and nothing that drifts. Columns and target are relative to
// the row behind the boundary, which is in all of these windows: so no row
// outside of a window costs it digits. Moments have a relative error of
// (Size + 2)·ε about that row. Centring them to the window multiplies it by
// 1 + k², k being how many of the window's standard deviations the row is away
// from its mean; k² < Size. The deviance comes from those moments too, and where
// it is less than a thousandth of the variance of the target, from the residuals
// of the rows; without a Size, from moments only: then its error is some n·ε of
// that variance.
//
// Windows without a Size start from the sums of all rows before a block of 512,
// about their means, or in the first block about row 0.
//
// A window that holds a NaN or an infinity is NotFinite, and no other. Scratch is
// Size·(p + 2)(p + 3)/2 numbers a thread. Errors are shapes and options that
// contradict each other, and the end of ctx.
func Roll[T kernels.Float](ctx context.Context, d *pass.Data[T], o Windows) (*Rolled, error) {
	if err := prepare(ctx, d, o.Options); err != nil {
		return nil, err
	}
	if err := o.complete(d.X.Rows); err != nil {
		return nil, err
	}
	r := &Rolled{}
	first := o.MinRows - 1 // the first end that is wanted
	if o.From > first {
		first += (o.From - first + o.Step - 1) / o.Step * o.Step
	}
	if first < o.To {
		r.Last = make([]int, 0, (o.To-1-first)/o.Step+1)
	}
	for e := first; e < o.To; e += o.Step {
		r.Last = append(r.Last, e)
	}
	r.Fits = *newFits(len(r.Last), o.width(d.X.Cols), o.Options)
	if len(r.Last) == 0 {
		return r, nil
	}
	roll := &rolling[T]{data: d, o: o, result: r, first: first}
	if o.Size > 0 {
		return r, roll.blocks(ctx)
	}
	return r, roll.expand(ctx)
}

// complete checks options and fills in what is 0.
func (o *Windows) complete(rows int) error {
	switch {
	case !o.loss().Quadratic():
		return errors.New("batch: windows are for least squares; fit other losses as groups")
	case o.Size < 0 || o.MinRows < 0 || o.Step < 0 || o.From < 0 || o.To < 0:
		return fmt.Errorf("batch: windows with Size %d, MinRows %d, Step %d, From %d and To %d; none is negative", o.Size, o.MinRows, o.Step, o.From, o.To)
	case o.Size > 0 && o.MinRows > o.Size:
		return fmt.Errorf("batch: windows of %d rows have no %d", o.Size, o.MinRows)
	case o.Forgetting != 0 && !(0 < o.Forgetting && o.Forgetting <= 1):
		return fmt.Errorf("batch: Forgetting is %v; it lies between 0 and 1", o.Forgetting)
	case o.Forgetting != 0 && o.Size > 0:
		return errors.New("batch: Forgetting goes without a Size")
	case o.Forgetting != 0 && o.StdErrors:
		return errors.New("batch: there are no standard errors with Forgetting")
	case o.To > rows:
		return fmt.Errorf("batch: windows up to row %d, of %d", o.To, rows)
	}
	if o.MinRows == 0 {
		o.MinRows = max(o.Size, 1)
	}
	if o.Step == 0 {
		o.Step = 1
	}
	if o.Forgetting == 0 {
		o.Forgetting = 1
	}
	if o.From == 0 && o.To == 0 {
		o.To = rows
	}
	return nil
}

// A rolling is a call of Roll under way.
type rolling[T kernels.Float] struct {
	data   *pass.Data[T]
	o      Windows
	result *Rolled
	first  int // the end of the first window that is wanted
}

// wanted is the number of the window that ends with a row; ok is false if
// nobody wants it.
func (r *rolling[T]) wanted(end int) (window int, ok bool) {
	if end < r.first || (end-r.first)%r.o.Step != 0 {
		return 0, false
	}
	return (end - r.first) / r.o.Step, true
}

// blocks is windows of a size: one task for each boundary between blocks.
func (r *rolling[T]) blocks(ctx context.Context) error {
	size := r.o.Size
	first, last := r.result.Last[0]/size, r.result.Last[len(r.result.Last)-1]/size
	rooms := make([]*windowRoom[T], r.o.threads())
	trouble := newTroubles(len(rooms))
	err := share(ctx, len(rooms), last-first+1, func(worker, task int) {
		if rooms[worker] == nil {
			rooms[worker] = newWindowRoom(r, size)
		}
		rooms[worker].boundary(r, (first+task)*size, &trouble[worker])
	})
	trouble.into(&r.result.Fits)
	return err
}

// troubles are columns that depend on others, kept by each worker until all
// are done.
type troubles []map[int][]int

func newTroubles(workers int) troubles { return make(troubles, workers) }

func (t troubles) into(f *Fits) {
	for _, m := range t {
		for fit, columns := range m {
			f.dependent[fit] = columns
		}
	}
}

// A windowRoom is what one goroutine needs.
type windowRoom[T kernels.Float] struct {
	small
	suffix []float64 // of moments, from the row before the boundary back
	now    []float64
	sum    []float64
	z, c   []float64
}

func newWindowRoom[T kernels.Float](r *rolling[T], size int) *windowRoom[T] {
	w := &windowRoom[T]{small: newSmall(r.data.X.Cols, !r.o.NoIntercept, r.o.L2, rankTolerance[T]())}
	if size < r.data.X.Rows { // else nothing is before a boundary
		w.suffix = make([]float64, size*w.length())
	}
	w.now, w.sum = make([]float64, w.length()), make([]float64, w.length())
	w.z, w.c = make([]float64, w.q), make([]float64, w.q)
	return w
}

// boundary fits the windows whose last row is one of the Size from row at on.
func (w *windowRoom[T]) boundary(r *rolling[T], at int, trouble *map[int][]int) {
	size, n := r.o.Size, w.length()
	before, end := max(at-size, 0), min(at+size, r.o.To)
	if w.intercept {
		here(w.c, r.data, at)
	}
	clear(w.now)
	for back := 1; back < at-before; back++ { // suffix k: the k rows before the boundary
		to := w.suffix[back*n : (back+1)*n]
		from := w.suffix[(back-1)*n : back*n]
		if back == 1 {
			from = w.now
		}
		w.include(to, from, load(w.z, r.data, at-back, w.c))
	}
	for e := at; e < end; e++ {
		w.include(w.now, w.now, load(w.z, r.data, e, w.c))
		window, ok := r.wanted(e)
		if !ok {
			continue
		}
		m, start := w.now, at
		if back := at - (e - size + 1); back > 0 && at > 0 {
			m, start = w.sum, at-back
			suffix := w.suffix[back*n : (back+1)*n]
			for i, v := range w.now {
				m[i] = v + suffix[i]
			}
		}
		w.fit(r, window, m, start, e+1, trouble)
	}
}

// fit is one window, of rows start to end, from its moments.
func (w *windowRoom[T]) fit(r *rolling[T], window int, m []float64, start, end int, trouble *map[int][]int) {
	f := &r.result.Fits
	f.Rows[window] = w.rows(m)
	status := w.solve(m)
	f.Status[window] = status
	if status != Converged {
		if status == RankDeficient {
			if *trouble == nil {
				*trouble = map[int][]int{}
			}
			(*trouble)[window] = w.dependent
		}
		return
	}
	w.coefficients(f.Coefficient(window), w.c)
	if f.Deviance == nil && f.StdErrors == nil {
		return
	}
	rss := w.deviance()
	if r.o.Size > 0 && rss <= 1e-3*w.total {
		rss = w.residuals(r.data, start, end)
	}
	if f.Deviance != nil {
		f.Deviance[window] = rss
	}
	if free := f.Rows[window] - f.Width; f.StdErrors != nil && w.l2 == 0 && free > 0 {
		w.stdErrors(f.StdError(window), w.c, rss/float64(free))
	}
}

// residuals is the residual sum of squares of rows start to end, from the rows.
func (w *windowRoom[T]) residuals(d *pass.Data[T], start, end int) float64 {
	total := 0.0
	for i := start; i < end; i++ {
		weight := load(w.z, d, i, w.c)
		e := w.z[w.q-1] - w.mean[w.q-1]
		for j, b := range w.beta {
			e -= float64(b * (w.z[j] - w.mean[j]))
		}
		total += float64(float64(weight*e) * e)
	}
	return total
}

// load sets z to row i, less c, the target behind the columns, and returns its
// weight.
func load[T kernels.Float](z []float64, d *pass.Data[T], i int, c []float64) (weight float64) {
	row := d.X.Row(i)
	c = c[:len(z)]
	for j, v := range row {
		z[j] = float64(v) - c[j]
	}
	p := len(row)
	y := float64(d.Y[i])
	if d.Offset != nil {
		y -= float64(d.Offset[i])
	}
	z[p] = y - c[p]
	if d.Weights == nil {
		return 1
	}
	if weight = float64(d.Weights[i]); weight < 0 {
		return math.NaN()
	}
	return weight
}

// here sets c to row i, the target behind the columns.
func here[T kernels.Float](c []float64, d *pass.Data[T], i int) {
	for j, v := range d.X.Row(i) {
		c[j] = float64(v)
	}
	c[len(c)-1] = float64(d.Y[i])
	if d.Offset != nil {
		c[len(c)-1] -= float64(d.Offset[i])
	}
}
