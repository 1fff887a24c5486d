package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Groups are rows in groups, each of which gets a model of its own. Nothing of
// them is copied as a whole or changed.
type Groups[T kernels.Float] struct {
	X       kernels.Matrix[T]
	Y       []T
	Weights []T // not negative; nil means 1 for every row
	Offset  []T // added to the linear predictor; nil means 0

	// Starts are the bounds of the groups: group i is the rows from Starts[i] up
	// to Starts[i+1], which is not part of it, in the order of Index. A group may
	// be empty. There is one number more than there are groups.
	Starts []int

	// Index lists rows of X, Y, Weights and Offset, those of a group one after
	// the other; nil is all rows as they lie. [Order] makes one of keys.
	Index []int
}

const (
	// packedElements is how much a group may take packed: it then stays in the
	// second-level cache from one iteration to the next. A larger one is read
	// block by block, in a pass.
	packedElements = 1 << 18

	// besideElements is how much a group may take packed that waits for others.
	besideElements = 1 << 13

	// splitRows is from how many rows on a group that is not packed is divided
	// among all threads.
	splitRows = 1 << 16

	// claimRows is after how many rows a claim of groups ends.
	claimRows = 1 << 13

	// mostColumns bounds the memory of a worker.
	mostColumns = 2000
)

// Fit fits the model of the options to every group. Groups are divided among
// threads by their rows, and a group of more than 65536 rows is itself divided;
// results depend on neither.
//
// Results are put into fits, if that is not nil, which is returned: one that is
// handed in again has the next batch allocate nothing for a fit, but for a
// group so large that it is not packed into the cache, and for the names of
// dependent columns. float32 data are widened to float64, group by group; of
// such large groups only their sums are.
//
// An error says that the shapes do not fit, or what is wrong with the options.
// If ctx ends it is ctx.Err(), and with it come the fits that were done.
func (g *Groups[T]) Fit(ctx context.Context, o Options, fits *Fits) (*Fits, error) {
	if err := kernels.CheckISA(); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := g.check(o); err != nil {
		return nil, err
	}
	count := len(g.Starts) - 1
	fits = fits.again(count, o.width(g.X.Cols), o)
	threads := min(o.threads(), max(1, g.rows()/claimRows))
	for len(fits.workers) < threads {
		fits.workers = append(fits.workers, &worker{})
	}
	for _, w := range fits.workers[:threads] {
		w.prepare(o, g.X.Cols)
		w.source = newSource(g)
		defer w.release()
	}
	for i := range count {
		if g.divided(i) {
			if err := fitSplit(ctx, fits.workers[0], g, fits, i, o.threads()); err != nil {
				return fits, err
			}
		}
	}
	c := &claims{starts: g.Starts}
	if threads == 1 {
		return fits, work(ctx, fits.workers[0], g, fits, c)
	}
	failures := make([]error, threads)
	var working sync.WaitGroup
	for i, w := range fits.workers[:threads] {
		working.Go(func() { failures[i] = work(ctx, w, g, fits, c) })
	}
	working.Wait()
	for _, err := range failures {
		if err != nil {
			return fits, err
		}
	}
	return fits, nil
}

// work fits groups until there are none left.
func work[T kernels.Float](ctx context.Context, w *worker, g *Groups[T], f *Fits, c *claims) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		lo, hi := c.take()
		if lo == hi {
			return nil
		}
		for i := lo; i < hi; i++ {
			var err error
			switch {
			case g.divided(i):
				continue
			case g.packed(i):
				err = fitRows(ctx, w, g, f, i)
			default:
				err = fitSplit(ctx, w, g, f, i, 1)
			}
			if err != nil {
				return err
			}
		}
		w.solve(f)
	}
}

// claims hands out groups, some thousands of rows at a time.
type claims struct {
	mutex  sync.Mutex
	starts []int
	next   int
}

// take is the groups from lo to hi; lo is hi at the end.
func (c *claims) take() (lo, hi int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	lo, end := c.next, len(c.starts)-1
	if lo == end {
		return lo, lo
	}
	hi = lo + 1
	for hi < end && hi-lo < claimRows && c.starts[hi]-c.starts[lo] < claimRows {
		hi++
	}
	c.next = hi
	return lo, hi
}

func (g *Groups[T]) rows() int {
	if g.Index != nil {
		return len(g.Index)
	}
	return g.X.Rows
}

// row is where row i of the order lies.
func (g *Groups[T]) row(i int) int {
	if g.Index != nil {
		return g.Index[i]
	}
	return i
}

func (g *Groups[T]) size(group int) int { return g.Starts[group+1] - g.Starts[group] }

func (g *Groups[T]) packed(group int) bool {
	return g.size(group)*kernels.SpreadStride[float64](g.X.Cols+2) <= packedElements
}

func (g *Groups[T]) divided(group int) bool { return g.size(group) > splitRows && !g.packed(group) }

func (g *Groups[T]) check(o Options) error {
	x := g.X
	switch {
	case !x.Valid():
		return fmt.Errorf("batch: X of %d×%d with stride %d does not fit in %d elements", x.Rows, x.Cols, x.Stride, len(x.Data))
	case x.Cols > mostColumns:
		return fmt.Errorf("batch: %d columns; a batch takes up to %d, package glm more", x.Cols, mostColumns)
	case o.width(x.Cols) == 0:
		return errors.New("batch: X has no columns, and there is no intercept")
	case len(g.Y) != x.Rows:
		return fmt.Errorf("batch: %d targets for %d rows", len(g.Y), x.Rows)
	case g.Weights != nil && len(g.Weights) != x.Rows:
		return fmt.Errorf("batch: %d weights for %d rows", len(g.Weights), x.Rows)
	case g.Offset != nil && len(g.Offset) != x.Rows:
		return fmt.Errorf("batch: %d offsets for %d rows", len(g.Offset), x.Rows)
	case len(g.Starts) == 0:
		return errors.New("batch: Starts is empty; it has one number more than there are groups")
	case g.Starts[0] < 0:
		return fmt.Errorf("batch: Starts begins with %d", g.Starts[0])
	}
	for i, start := range g.Starts[1:] {
		if start < g.Starts[i] {
			return fmt.Errorf("batch: group %d begins at row %d and ends at row %d", i, g.Starts[i], start)
		}
	}
	if last := g.Starts[len(g.Starts)-1]; last > g.rows() {
		return fmt.Errorf("batch: the last group ends at row %d of %d", last, g.rows())
	}
	for i, row := range g.Index {
		if row < 0 || row >= x.Rows {
			return fmt.Errorf("batch: Index[%d] is row %d of %d", i, row, x.Rows)
		}
	}
	return nil
}

// Order sorts rows into groups by their keys: the keys in the order in which
// they first appear, and Starts and Index of [Groups]. Rows of a group stay in
// their order. Index is nil if the rows of every group lie together already.
func Order[K comparable](keys []K) (unique []K, starts, index []int) {
	group := map[K]int{}
	of := make([]int, len(keys))
	together := true
	last := -1
	for i, key := range keys {
		if last >= 0 && key == unique[last] {
			of[i] = last
			starts[last+1]++
			continue
		}
		id, known := group[key]
		if !known {
			id = len(unique)
			group[key] = id
			unique = append(unique, key)
			if id == 0 {
				starts = append(starts, 0)
			}
			starts = append(starts, 0)
		}
		together = together && !known
		of[i], last = id, id
		starts[id+1]++
	}
	if starts == nil {
		return nil, []int{0}, nil
	}
	for i := range unique {
		starts[i+1] += starts[i]
	}
	if together {
		return unique, starts, nil
	}
	index = make([]int, len(keys))
	next := slices.Clone(starts)
	for i, id := range of {
		index[next[id]] = i
		next[id]++
	}
	return unique, starts, index
}
