package batch

import (
	"context"

	"github.com/seed-0327bdf7/hesse/internal/par"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// crossRows is the rows of a block: enough for some panels of every fold.
const crossRows = 128 * kernels.PanelRows

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

// moments are those of every fold.
func (f *crossing[T]) moments(ctx context.Context, shift []T) ([]*sums, error) {
	d, q := f.data, len(shift)
	threads := f.o.threads()
	panels := make([][]*panel[T], threads)
	works := make([][]T, threads)
	asTheyAre := f.asTheyAre(shift)
	targets := make([]*heldTargets[T], threads)
	blocks := (d.X.Rows + crossRows - 1) / crossRows
	threads = max(1, min(threads, blocks))
	job := par.Job[[]*joint]{Threads: threads, Run: par.RunLength(blocks, threads)}
	job.Claim = func(_, claim int) (int, error) { return max(0, min(job.Run, blocks-claim*job.Run)), nil }
	free := make(chan []*joint, 64+32*threads)
	job.Merge = func(into, from []*joint) {
		for k := range into {
			into[k].add(from[k])
			from[k].forget()
		}
		select {
		case free <- from:
		default:
		}
	}
	job.Block = func(worker, claim, block int) []*joint {
		if works[worker] == nil {
			works[worker] = make([]T, kernels.TriangleWork(q+1))
			if asTheyAre {
				targets[worker] = newHeldTargets[T](q - 1)
			}
			for k := 0; k < f.folds && !asTheyAre; k++ {
				panels[worker] = append(panels[worker], newPanel[T](q))
			}
		}
		var total []*joint
		select {
		case total = <-free:
		default:
			for range f.folds {
				total = append(total, newJoint(q))
			}
		}
		lo := (claim*job.Run + block) * crossRows
		hi := min(lo+crossRows, d.X.Rows)
		if asTheyAre {
			f.read(total, targets[worker], shift[q-1], works[worker], lo, hi)
		} else {
			f.collect(total, panels[worker], shift, works[worker], lo, hi)
		}
		return total
	}
	total, _, err := par.Reduce(ctx, &job)
	if err != nil {
		return nil, err
	}
	each := make([]*sums, len(total))
	for k, t := range total {
		each[k] = newSums(q)
		t.put(each[k])
	}
	return each, nil
}

// collect deals rows to the panels of their folds, as they come, runs of them
// together.
func (f *crossing[T]) collect(total []*joint, panels []*panel[T], shift []T, work []T, lo, hi int) {
	d, ahead := f.data, lo
	flush := func(k, row int) {
		// Panels of all folds are full at about the same time: each fetches as many
		// rows behind those that others have fetched.
		from := max(ahead, row)
		ahead = min(from+kernels.PanelRows, d.X.Rows)
		panels[k].flush(total[k], d.Weights != nil, work, d.X.Slice(from, ahead).Data)
	}
	for i := lo; i < hi; {
		k := f.foldOf(i)
		b := panels[k]
		end := f.endOfFold(i, min(hi, i+kernels.PanelRows-b.rows))
		y, w := b.put(d.X.Slice(i, end), shift)
		for r := range y.Rows {
			y.Data[r*y.Stride] = target(d, i+r) - shift[len(shift)-1]
		}
		if d.Weights != nil {
			for r := range w {
				w[r] = float64(d.Weights[i+r])
			}
		}
		if i = end; b.full() {
			flush(k, i)
		}
	}
	for k := range panels {
		flush(k, hi)
	}
}

// mayLie says whether rows need not be copied if columns have no shift: none has a weight,
// and enough of them lie together.
func (f *crossing[T]) mayLie() bool {
	const together = 32
	return f.data.Weights == nil && f.run >= together
}

// asTheyAre says whether rows are not copied.
func (f *crossing[T]) asTheyAre(shift []T) bool {
	for _, c := range shift[:len(shift)-1] {
		if c != 0 {
			return false
		}
	}
	return f.mayLie()
}

// heldTargets is room for the targets of a panel beside ones, and for the products of rows
// with both.
type heldTargets[T kernels.Float] struct {
	y        []float64
	beside   []T // PanelRows targets, then ones
	products []T // 2 × p
}

func newHeldTargets[T kernels.Float](p int) *heldTargets[T] {
	h := &heldTargets[T]{make([]float64, kernels.PanelRows), make([]T, 2*kernels.PanelRows), make([]T, 2*p)}
	for i := kernels.PanelRows; i < len(h.beside); i++ {
		h.beside[i] = 1
	}
	return h
}

// hold takes the targets of rows from lo to hi, less their shift.
func (h *heldTargets[T]) hold(d *pass.Data[T], lo, hi int, shift T) (y []float64) {
	y = h.y[:hi-lo]
	for r := range y {
		v := target(d, lo+r) - shift
		h.beside[r], y[r] = v, float64(v)
	}
	return y
}

// addTo adds Xᵀy and Xᵀ1 of the rows that are held: both in one product, since reading
// X takes longer than the arithmetic.
func (h *heldTargets[T]) addTo(s *joint, x kernels.Matrix[T]) {
	p := x.Cols
	if p == 0 {
		return
	}
	_, width, _ := kernels.GemmShape[T]()
	kernels.Gemm(h.products, p, h.beside, kernels.PanelRows, 1, x.Data, x.Stride, width, x.Rows, 2, p, 1, 0)
	for i, to := range s.beside {
		for j, v := range h.products[i*p : (i+1)*p] {
			to[j] += float64(v)
		}
	}
}

// read adds rows to their folds, as they lie, those of one fold together.
func (f *crossing[T]) read(total []*joint, targets *heldTargets[T], shift T, work []T, lo, hi int) {
	d, p := f.data, f.data.X.Cols
	for i := lo; i < hi; {
		end := f.endOfFold(i, min(hi, i+kernels.PanelRows))
		x, next := d.X.Slice(i, end), d.X.Slice(end, min(end+end-i, d.X.Rows)).Data
		y := targets.hold(d, i, end, shift)
		s := total[f.foldOf(i)]
		s.begin()
		s.rows += x.Rows
		kernels.Triangle(s.matrix, s.q+1, x, nil, work, next)
		targets.addTo(s, x)
		s.matrix[p*(s.q+1)+p] += kernels.Dot(y, y)
		s.matrix[p*(s.q+1)+p+1] += kernels.Sum(y)
		s.matrix[(p+1)*(s.q+1)+p+1] += float64(x.Rows)
		i = end
	}
}
