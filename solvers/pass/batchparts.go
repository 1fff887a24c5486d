package pass

import (
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/internal/par"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// partElements is how much of X a part of a batch has, or more: what takes about three
// microseconds to read from memory. What goes from core to core takes one: two parts
// of half as much were no faster than one (BenchmarkEpoch).
const partElements = 4096

// PartRows is how many rows the parts of a batch have, that are added up alone: whole
// groups of the update. The last has what is left. It does not depend on the number of
// threads.
func (b *Batches[T]) PartRows(rows int) int {
	parts := min(rows*b.pass.columns/partElements, par.MaxParts)
	if parts < 2 || rows > blockRows {
		return max(rows, 1)
	}
	each := (rows + parts - 1) / parts
	return (each + kernels.UpdateRows - 1) / kernels.UpdateRows * kernels.UpdateRows
}

// divide computes a batch of up to a block, by parts, and adds them up. It leaves out
// what a pass counts beside the loss and the gradient: at a few rows that would take
// longer than the rows.
func (b *Batches[T]) divide(t task[T]) *Moments {
	m, rows := b.keep(false), t.hi-t.lo
	t.part = b.PartRows(rows)
	parts := (rows + t.part - 1) / t.part
	for len(b.sums) < parts-1 {
		b.sums = append(b.sums, newMoments(b.pass.columns, false))
	}
	if t.isChange && b.pass.model.Loss.Quadratic() {
		b.along = grow(b.along, b.pass.columns)
		memory.Copy(b.along, t.at.Beta)
		kernels.Axpy(b.along[:b.pass.columns], -1, t.since.Beta)
	}
	b.task = t
	b.crew.Run(parts)
	b.task = task[T]{} // points are the caller's
	for _, part := range b.sums[:max(parts-1, 0)] {
		m.Loss += part.Loss
		m.SumR += part.SumR
		kernels.Axpy(m.Gradient, 1, part.Gradient)
	}
	return m
}

// do is one part of the task at hand.
func (b *Batches[T]) do(worker, part int) {
	p, t := b.pass, &b.task
	lo := t.lo + part*t.part
	hi := min(lo+t.part, t.hi)
	if t.inBlocks {
		b.blocks[part] = p.block(worker, t.rows, lo, hi)
		return
	}
	m := b.kept[kind(false)]
	if part > 0 {
		m = b.sums[part-1]
		m.reset()
	}
	s, linear := p.scratch(worker), t.isChange && p.model.Loss.Quadratic()
	switch {
	case linear && t.rows.Index == nil && p.columns > 0:
		var sums kernels.LossSums
		kernels.LeastSquares(&sums, m.Gradient, t.rows.X.Slice(lo, hi), p.shift, b.along[:p.columns], t.step(), nil, s.blockWeights(t.rows, lo, hi), nil)
		m.SumR = sums.R
		return
	case !t.isChange && p.oneRead(t.rows, false):
		p.gradient(t.rows, lo, hi, s.blockWeights(t.rows, lo, hi), t.at, nil, nil, m)
		return
	}
	for first := lo; first < hi; first += segmentRows {
		seg := s.segment(t.rows, first, min(first+segmentRows, hi))
		if seg.index != nil { // while its last rows are copied, those are fetched that this part of the next batch has
			seg.index = seg.index[:hi-first]
			seg.after = t.next[min(lo, len(t.next)):min(hi, len(t.next))]
		}
		switch {
		case linear:
			p.linear(s, &seg, b.along[:p.columns], t.step(), m)
		case t.isChange:
			p.change(s, &seg, t.at, t.since, m)
		default:
			p.first(s, &seg, t.at, m)
			m.Loss += kernels.Sum(s.value[:len(seg.y)])
		}
		m.SumR += kernels.Sum(s.r[:len(seg.y)])
	}
}

// step is the change of the intercept.
func (t *task[T]) step() float64 { return t.at.Intercept - t.since.Intercept }

// change adds by how much the gradient has changed since a point.
func (p *Pass[T]) change(s *scratch[T], seg *segment[T], at, since Point, m *Moments) {
	strip := stripRows(p.columns)
	s.second = grow(s.second, blockRows)
	for lo := 0; lo < seg.x.Rows; lo += strip {
		hi := min(lo+strip, seg.x.Rows)
		x, was := seg.take(lo, hi), s.second[lo:hi]
		s.predict(seg, lo, hi, x, p.shift, since)
		s.evaluate(p.model.Loss, seg, lo, hi, m)
		copy(was, s.r[lo:hi])
		s.predict(seg, lo, hi, x, p.shift, at)
		s.evaluate(p.model.Loss, seg, lo, hi, m)
		kernels.Axpy(s.r[lo:hi], -1, was)
		kernels.Update(m.Gradient, x, p.shift, s.r[lo:hi])
	}
}

// linear is the change of a quadratic loss: that of η, times the weights.
func (p *Pass[T]) linear(s *scratch[T], seg *segment[T], along []float64, intercept float64, m *Moments) {
	strip := stripRows(p.columns)
	for lo := 0; lo < seg.x.Rows; lo += strip {
		hi := min(lo+strip, seg.x.Rows)
		x, r := seg.take(lo, hi), s.r[lo:hi]
		kernels.Dots(r, x, p.shift, along)
		for i := range r {
			r[i] += intercept
		}
		if seg.w != nil {
			kernels.Multiply(r, seg.w[lo:hi])
		}
		kernels.Update(m.Gradient, x, p.shift, r)
	}
}
