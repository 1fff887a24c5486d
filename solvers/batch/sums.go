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
}

func newSums(q int) *sums {
	return &sums{first: memory.Slice[float64](q), second: memory.Slice[float64](q * q)}
}

// add adds the sums of later rows.
func (s *sums) add(later *sums) {
	s.rows += later.rows
	s.weight += later.weight
	kernels.Axpy(s.first, 1, later.first)
	addTriangle(s.second, later.second, len(s.first))
}

// addTriangle adds the upper triangle of a matrix of q rows to another one's.
func addTriangle(into, from []float64, q int) {
	for i := range q {
		kernels.Axpy(into[i*q+i:(i+1)*q], 1, from[i*q+i:(i+1)*q])
	}
}

func (s *sums) set(from *sums) {
	s.rows, s.weight = from.rows, from.weight
	memory.Copy(s.first, from.first)
	memory.Copy(s.second, from.second)
}

// finite says that no number is NaN or infinite.
func (s *sums) finite() bool {
	q := len(s.first)
	if !isFinite(s.weight) || !areFinite(s.first) {
		return false
	}
	for i := range q {
		if !areFinite(s.second[i*q+i : (i+1)*q]) {
			return false
		}
	}
	return true
}

// A joint is sums under way, all in one matrix: Σ w (z, 1)(z, 1)ᵀ, the upper triangle. A
// column of ones costs a kernel for Σ w z less than another one would.
type joint struct {
	rows   int
	q      int // numbers of z
	matrix []float64

	// beside are parts of the last two columns, Σ (x − c)(y − c_y) and Σ (x − c), of rows
	// that were not copied.
	beside [2][]float64

	begun bool // a panel has been added; before, what is found is nothing
}

func newJoint(q int) *joint {
	return &joint{q: q, matrix: memory.Slice[float64]((q + 1) * (q + 1)), beside: [2][]float64{make([]float64, q-1), make([]float64, q-1)}}
}

// forget makes it that of no rows. The numbers are cleared by the panel that comes
// next, which needs them in the cache then; there may be none.
func (s *joint) forget() { s.begun = false }

// begin clears it unless there is something in it.
func (s *joint) begin() {
	if !s.begun {
		s.rows, s.begun = 0, true
		memory.Clear(s.matrix)
		for _, sums := range s.beside {
			clear(sums)
		}
	}
}

// add adds what is of later rows.
func (s *joint) add(later *joint) {
	if !later.begun {
		return
	}
	if !s.begun {
		s.rows, s.begun = later.rows, true
		memory.Copy(s.matrix, later.matrix)
		for i, sums := range later.beside {
			copy(s.beside[i], sums)
		}
		return
	}
	s.rows += later.rows
	addTriangle(s.matrix, later.matrix, s.q+1)
	for i, sums := range later.beside {
		kernels.Axpy(s.beside[i], 1, sums)
	}
}

// put sets sums to it.
func (s *joint) put(to *sums) {
	s.begin()
	q, r := s.q, s.q+1
	to.rows, to.weight = s.rows, s.matrix[r*r-1]
	for i := range q {
		to.first[i] = s.matrix[i*r+q]
		copy(to.second[i*q+i:(i+1)*q], s.matrix[i*r+i:])
	}
	for i := range q - 1 {
		to.second[i*q+q-1] += s.beside[0][i]
		to.first[i] += s.beside[1][i]
	}
}

// A panel collects rows until there are enough for the kernels.
type panel[T kernels.Float] struct {
	z    kernels.Matrix[T] // PanelRows × (p + 2): x, y and ones
	w    []float64
	rows int
}

func newPanel[T kernels.Float](q int) *panel[T] {
	stride := kernels.SpreadStride[T](q + 1)
	b := &panel[T]{
		z: kernels.Matrix[T]{Rows: kernels.PanelRows, Cols: q + 1, Stride: stride, Data: memory.Slice[T](kernels.PanelRows * stride)},
		w: make([]float64, kernels.PanelRows),
	}
	for i := range b.w {
		b.w[i] = 1
		b.z.Data[i*stride+q] = 1
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
func (b *panel[T]) flush(s *joint, weighted bool, work, next []T) {
	if b.rows == 0 {
		return
	}
	s.begin()
	z, w := b.z.Slice(0, b.rows), b.w[:b.rows]
	if weighted {
		for _, v := range w {
			if v > 0 {
				s.rows++
			}
		}
	} else {
		s.rows += b.rows
		w = nil
	}
	kernels.Triangle(s.matrix, z.Cols, z, w, work, next)
	b.rows = 0
}
