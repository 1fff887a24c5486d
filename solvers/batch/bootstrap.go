package batch

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A Bootstrap says which replicates [Resample] fits.
type Bootstrap struct {
	Options

	Replicates int
	Seed       uint64

	// Poisson draws how often a row counts from a Poisson distribution of mean 1,
	// each row for itself, so that a replicate has about as many rows as the
	// data. Without it n rows of n are drawn with replacement.
	Poisson bool
}

// Resample fits the same model to replicates of the rows: in replicate b, the
// weight of row i is multiplied by how often it was drawn,
//
//	β_b = argmin Σᵢ c_bi·wᵢ·ℓ(yᵢ, ηᵢ) + λ/2 ‖β‖².
//
// What was drawn is a function of Seed, b and i (and, without Poisson, n) alone:
// a replicate is the same whatever others there are. X is read once for a dozen
// replicates or more in least squares; in logistic and Poisson models, once an
// iteration. Fits.Rows is how many rows were drawn at all. Standard errors are
// those of the model for the weights of a replicate; the spread of the
// coefficients over replicates is what a bootstrap is for: see [Fits.Spread].
//
// Without Poisson, scratch is 4·n bytes for each of these replicates.
// Errors are shapes, options, targets and weights that no fit could use, and the
// end of ctx. Source: Efron & Tibshirani, An Introduction to the Bootstrap (1993).
func Resample[T kernels.Float](ctx context.Context, d *pass.Data[T], o Bootstrap) (*Fits, error) {
	if err := prepare(ctx, d, o.Options); err != nil {
		return nil, err
	}
	switch {
	case o.Replicates < 1:
		return nil, fmt.Errorf("batch: %d replicates", o.Replicates)
	case d.X.Rows == 0:
		return nil, errors.New("batch: no rows to draw from")
	}
	if err := checkTargets(ctx, d, o.Options); err != nil {
		return nil, err
	}
	b := &resampling[T]{data: d, o: o, fits: newFits(o.Replicates, o.width(d.X.Cols), o.Options)}
	const room, most = 4 << 20, 16 // numbers of the Hessians of a tile, and replicates
	width := d.X.Cols + 1
	tile := max(1, min(most, room/(2*width*width), (o.Replicates+o.threads()-1)/o.threads()))
	workers := make([]resampler[T], o.threads())
	trouble := newTroubles(len(workers))
	err := share(ctx, len(workers), (o.Replicates+tile-1)/tile, func(worker, task int) {
		w := &workers[worker]
		if w.resampling == nil {
			*w = resampler[T]{resampling: b, trouble: &trouble[worker]}
		}
		w.draw(task*tile, min((task+1)*tile, o.Replicates))
		if o.loss().Quadratic() {
			w.squares(ctx)
		} else {
			w.lockstep(ctx)
		}
	})
	trouble.into(b.fits)
	return b.fits, err
}

// Spread sets dst, of length Width, to the standard deviation of every
// coefficient over the fits that have converged, with n − 1, and returns how
// many those are: over the replicates of a bootstrap, its standard errors.
func (f *Fits) Spread(dst []float64) (fits int) {
	means := make([]float64, f.Width)
	for i, s := range f.Status {
		if s == Converged {
			fits++
			for j, b := range f.Coefficient(i) {
				means[j] += (b - means[j]) / float64(fits)
			}
		}
	}
	clear(dst)
	for i, s := range f.Status {
		if s == Converged {
			for j, b := range f.Coefficient(i) {
				dst[j] = math.FMA(b-means[j], b-means[j], dst[j])
			}
		}
	}
	for j, v := range dst {
		dst[j] = math.Sqrt(v / float64(fits-1))
	}
	return fits
}

// resampling is a call of Resample under way.
type resampling[T kernels.Float] struct {
	data *pass.Data[T]
	o    Bootstrap
	fits *Fits
}

// A resampler is what one goroutine needs: the replicates of a tile.
type resampler[T kernels.Float] struct {
	*resampling[T]
	trouble  *map[int][]int
	from, to int
	counts   [][]uint32 // of every row, in each replicate; without Poisson
	locked   *lockstep[T]
	panel    *panel[T]
	work     []T
	joints   []*joint // of replicates
	sums     *sums    // of one
	normal   *normal
	weights  []float64
}

// draw prepares the replicates from from to to.
func (w *resampler[T]) draw(from, to int) {
	w.from, w.to = from, to
	if w.o.Poisson {
		return
	}
	n := w.data.X.Rows
	for b := from; b < to; b++ {
		if len(w.counts) <= b-from {
			w.counts = append(w.counts, make([]uint32, n))
		}
		counts := w.counts[b-from]
		clear(counts)
		for i := range n {
			counts[below(draw(w.o.Seed, uint64(b), uint64(i)), n)]++
		}
	}
}

// count is how often row i counts in a replicate.
func (w *resampler[T]) count(replicate, i int) float64 {
	if w.o.Poisson {
		return poissonCount(draw(w.o.Seed, uint64(replicate), uint64(i)))
	}
	return float64(w.counts[replicate-w.from][i])
}

// weigh sets dst to the weights of rows lo on in a replicate, and returns how
// many are positive.
func (w *resampler[T]) weigh(dst []float64, replicate, lo int) (rows int) {
	for i := range dst {
		c := w.count(replicate, lo+i)
		if w.data.Weights != nil {
			c = float64(c * float64(w.data.Weights[lo+i]))
		}
		if dst[i] = c; c > 0 {
			rows++
		}
	}
	return rows
}

// lockstep fits the replicates of the tile by Newton's method.
func (w *resampler[T]) lockstep(ctx context.Context) {
	if w.locked == nil {
		var shift []T
		if !w.o.NoIntercept {
			shift = columnShift(w.data.X)
		}
		w.locked = newLockstep(w.data, shift, w.o.Options)
		w.locked.fetch = func(replicate, lo, hi int, y, weights []float64) ([]float64, []float64) {
			for i, v := range w.data.Y[lo:hi] {
				y[i] = float64(v)
			}
			w.weigh(weights, replicate, lo)
			return y, weights
		}
	}
	l := w.locked
	l.recycle()
	var models []*contender
	for b := w.from; b < w.to; b++ {
		models = append(models, l.newModel(b, w.o.L2))
	}
	l.run(ctx, l.begin(models))
	for _, m := range models {
		if m.done {
			l.result(m, w.fits, m.model, w.trouble)
		}
	}
}

// squares is least squares: one reading of X, and a weighted Gram matrix for
// each replicate of every panel of rows.
func (w *resampler[T]) squares(ctx context.Context) {
	d, q := w.data, w.data.X.Cols+1
	shift := make([]T, q)
	if !w.o.NoIntercept {
		copy(shift, columnShift(d.X))
		shift[q-1] = targetShift(d)
	}
	if w.panel == nil {
		w.panel, w.work = newPanel[T](q), memory.Slice[T](kernels.TriangleWork(q+1))
		w.sums = newSums(q)
		w.normal = newNormal(q-1, !w.o.NoIntercept, rankTolerance[T]())
		w.weights = make([]float64, kernels.PanelRows)
	}
	for len(w.joints) < w.to-w.from {
		w.joints = append(w.joints, newJoint(q))
	}
	for _, s := range w.joints {
		s.forget()
	}
	for lo := 0; lo < d.X.Rows && ctx.Err() == nil; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, d.X.Rows)
		w.panel.rows = 0
		y, _ := w.panel.put(d.X.Slice(lo, hi), shift)
		for r := range y.Rows {
			y.Data[r*y.Stride] = target(d, lo+r) - shift[q-1]
		}
		z, weights := w.panel.z.Slice(0, hi-lo), w.weights[:hi-lo]
		for b := w.from; b < w.to; b++ {
			s := w.joints[b-w.from]
			s.begin()
			s.rows += w.weigh(weights, b, lo)
			kernels.Triangle(s.matrix, z.Cols, z, weights, w.work, nil)
		}
	}
	if ctx.Err() != nil {
		return
	}
	c := widen(shift)
	for b := w.from; b < w.to; b++ {
		w.joints[b-w.from].put(w.sums)
		w.keep(b, w.sums, c)
	}
}

// keep solves least squares of a replicate.
func (w *resampler[T]) keep(b int, s *sums, c []float64) {
	f, n := w.fits, w.normal
	n.load(s)
	n.penalise(w.o.L2)
	status, dependent := n.solve()
	f.Status[b], f.Rows[b] = status, s.rows
	if dependent != nil {
		if *w.trouble == nil {
			*w.trouble = map[int][]int{}
		}
		(*w.trouble)[b] = dependent
	}
	if status != Converged {
		return
	}
	n.coefficients(f.Coefficient(b), c)
	rss := n.residual(n)
	if f.Deviance != nil {
		f.Deviance[b] = rss
	}
	if free := s.rows - f.Width; f.StdErrors != nil && w.o.L2 == 0 && free > 0 {
		n.stdErrors(f.StdError(b), c, rss/float64(free))
	}
}
