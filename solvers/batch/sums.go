package batch

import (
	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// sums are the moments of rows z = (x − c, y − c_y) with weights w, which is
// all that least squares needs. Sums of disjoint rows add up.
type sums struct {
	rows   int       // with a positive weight
	weight float64   // Σ w
	first  []float64 // Σ w z, p + 1 of them
	second []float64 // Σ w z zᵀ, (p + 1)², the upper triangle

	begun bool // a panel has been added; before, what add and flush find is nothing
}

func newSums(q int) *sums {
	return &sums{first: memory.Slice[float64](q), second: memory.Slice[float64](q * q)}
}

// forget makes them those of no rows. The numbers are cleared by the panel that comes
// next, which needs them in the cache then; there may be none.
func (s *sums) forget() { s.begun = false }

func (s *sums) reset() {
	s.rows, s.weight = 0, 0
	memory.Clear(s.first)
	memory.Clear(s.second)
}

// add adds the sums of later rows.
func (s *sums) add(later *sums) {
	if !later.begun {
		return
	}
	if !s.begun {
		s.set(later)
		return
	}
	s.rows += later.rows
	s.weight += later.weight
	kernels.Axpy(s.first, 1, later.first)
	q := len(s.first)
	for i := range q {
		kernels.Axpy(s.second[i*q+i:(i+1)*q], 1, later.second[i*q+i:(i+1)*q])
	}
}

func (s *sums) set(from *sums) {
	s.rows, s.weight, s.begun = from.rows, from.weight, from.begun
	memory.Copy(s.first, from.first)
	memory.Copy(s.second, from.second)
}

// finite says that no number is NaN or infinite.
func (s *sums) finite() bool {
	q := len(s.first)
	for i := range q {
		if !areFinite(s.second[i*q+i : (i+1)*q]) {
			return false
		}
	}
	return true
}

// A panel collects rows until there are enough for the kernels.
type panel[T kernels.Float] struct {
	z    kernels.Matrix[T] // PanelRows × (p + 1)
	w    []float64
	rows int
}

func newPanel[T kernels.Float](q int) *panel[T] {
	stride := kernels.SpreadStride[T](q)
	b := &panel[T]{
		z: kernels.Matrix[T]{Rows: kernels.PanelRows, Cols: q, Stride: stride, Data: memory.Slice[T](kernels.PanelRows * stride)},
		w: make([]float64, kernels.PanelRows),
	}
	for i := range b.w {
		b.w[i] = 1
	}
	return b
}

// put takes rows, less the shift of the columns, with room for their targets,
// which the caller sets, less theirs, and with their weights, which are ones as long as
// nobody sets others. There must be room for as many.
func (b *panel[T]) put(x kernels.Matrix[T], shift []T) (targets kernels.Matrix[T], weights []float64) {
	p := x.Cols
	to := b.z.Slice(b.rows, b.rows+x.Rows)
	targets, weights = to, b.w[b.rows:b.rows+x.Rows]
	targets.Data, targets.Cols = to.Data[p:], 1
	to.Cols = p
	kernels.Pack(to, x, shift[:p], nil)
	b.rows += x.Rows
	return targets, weights
}

// full says that the panel must be flushed.
func (b *panel[T]) full() bool { return b.rows == kernels.PanelRows }

// flush adds the rows to s. weighted says that not all weights are 1; next is
// memory that is read next.
func (b *panel[T]) flush(s *sums, weighted bool, work, next []T) {
	if b.rows == 0 {
		return
	}
	if !s.begun {
		s.reset()
		s.begun = true
	}
	z, w := b.z.Slice(0, b.rows), b.w[:b.rows]
	kernels.Update(s.first, z, nil, w)
	if weighted {
		s.weight += kernels.Sum(w)
		for _, v := range w {
			if v > 0 {
				s.rows++
			}
		}
	} else {
		s.weight += float64(b.rows)
		s.rows += b.rows
		w = nil
	}
	kernels.Triangle(s.second, z.Cols, z, w, work, next)
	b.rows = 0
}
