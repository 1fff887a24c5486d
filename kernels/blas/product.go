package blas

import (
	"github.com/seed-0327bdf7/hesse/kernels"
)

type float interface{ float32 | float64 }

// A matrix is a view that may be transposed: entry (i, j) is data[i·rs+j·cs]. Where it is
// mirrored that holds on one side of the diagonal, and entry (j, i) is the same.
type matrix[T float] struct {
	data   []T
	rs, cs int
	mirror mirror
}

// set makes m a view. Structs that a call of a small problem fills are filled field
// by field: a literal is copied, and loads of the copy wait for its stores.
func (m *matrix[T]) set(data []T, ld int, transposed bool) {
	m.data, m.rs, m.cs = data, ld, 1
	if transposed {
		m.rs, m.cs = 1, ld
	}
}

func (m *matrix[T]) from(i, j int) []T { return m.data[i*m.rs+j*m.cs:] }

func (m matrix[T]) transpose() matrix[T] { return matrix[T]{data: m.data, rs: m.cs, cs: m.rs} }

func (m matrix[T]) sub(i, j int) matrix[T] { return matrix[T]{data: m.from(i, j), rs: m.rs, cs: m.cs} }

// asItLies says that rows of the matrix are rows in memory, which kernels take from there.
func (m *matrix[T]) asItLies() bool { return m.cs == 1 && m.mirror == plain }

// A region is the entries of C that a product touches.
type region int

const (
	whole region = iota
	upper        // j ≥ i
	below        // j ≤ i
)

// A product is C = alpha·A·B + beta·C on a region of C.
//
// The order of its sums: C is multiplied with beta, or set to +0 if beta is
// zero, and each GemmDepth columns of A in turn are a chain of fused
// multiply-adds from +0, whose end times alpha is added to C, fused. So the
// bits of an entry depend on its row of A and its column of B alone.
type product[T float] struct {
	m, n, k     int
	alpha, beta T
	a, b        matrix[T]
	c           []T
	ldc         int
	region      region
	threads     int // at most, unless it is zero
}

// depth is how many columns of A the chains run over.
const depth = kernels.GemmDepth

// blockColumns is how many columns of B are packed at a time: with depth rows
// of float64 they take half a mebibyte, which the second-level cache keeps
// while strips of A pass by. float32 takes twice as many.
const blockColumns = 240

// run computes the product on as many goroutines as it is worth.
func (p *product[T]) run() {
	if p.alpha == 0 || p.k == 0 {
		p.scale()
		return
	}
	if p.tiny() {
		return
	}
	if float64(p.m)*float64(p.n)*float64(p.k) >= parallelWork && p.parallel() {
		return
	}
	p.block(0, p.m, 0, p.n)
}

// scale is what remains of a product with nothing.
func (p *product[T]) scale() {
	for i := range p.m {
		lo, hi := p.columnsOf(i)
		scaleBy(p.beta, p.c[i*p.ldc+lo:i*p.ldc+hi])
	}
}

// columnsOf is the columns of the region in row i.
func (p *product[T]) columnsOf(i int) (lo, hi int) {
	switch p.region {
	case upper:
		return min(i, p.n), p.n
	case below:
		return 0, min(i+1, p.n)
	}
	return 0, p.n
}

// rowsOf is the rows of the region in columns lo to hi.
func (p *product[T]) rowsOf(lo, hi int) (top, bottom int) {
	switch p.region {
	case upper:
		return 0, min(hi, p.m)
	case below:
		return min(lo, p.m), p.m
	}
	return 0, p.m
}

// block computes the entries of rows top to bottom and columns lo to hi, in
// this goroutine.
func (p *product[T]) block(top, bottom, lo, hi int) {
	_, width, _ := kernels.GemmShape[T]()
	if p.a.mirror == plain && p.b.asItLies() && p.unpacked(bottom-top, hi-lo) {
		for at := 0; at < p.k; at += depth {
			a := p.stripsOf(at, bottom)
			b := panels[T]{data: p.b.from(at, lo), ld: p.b.rs, step: width, first: lo, width: width}
			p.strips(top, bottom, lo, hi, &a, &b)
		}
		return
	}
	s := getScratch[T]()
	tall, wide := bottom-top, blockColumns*8/elementBytes[T]()
	copied := p.a.cs != 1 && hi-lo > width || p.a.mirror != plain || hi-lo > keptBlocks*wide
	if copied && hi-lo > wide { // for all blocks, so many rows at a time
		tall, wide = copiedRows, hi-lo
	}
	for from := lo; from < hi; from += wide {
		for upper := top; upper < bottom; upper += tall {
			p.part(upper, min(upper+tall, bottom), from, min(from+wide, hi), hi, copied, s)
		}
	}
	putScratch(s)
}

// keptBlocks is for more than how many blocks of B a row-major A is copied. A transposed one is
// copied for more than a panel.
const keptBlocks = 6

// part computes a part of a block, which ends at column end: one block of B, or few enough rows
// for all of A to be copied.
func (p *product[T]) part(top, bottom, lo, hi, end int, copied bool, s *scratch[T]) {
	height, width, _ := kernels.GemmShape[T]()
	columns := blockColumns * 8 / elementBytes[T]()
	for at := 0; at < p.k; at += depth {
		a := p.stripsOf(at, bottom)
		if copied {
			a.copyTo(s, hi-lo > columns)
		}
		for from := lo; from < hi; from += columns {
			to := min(from+columns, hi)
			if p.region == whole && p.b.asItLies() && bottom-top >= 2*height && to-from >= width {
				p.ahead(top, bottom, from, to, &a, p.next(at, to, lo, hi, end), s)
				continue
			}
			top, bottom := top, bottom
			if p.region != whole {
				first, last := p.rowsOf(from, to)
				top, bottom = max(top, first), min(bottom, last)
			}
			if top < bottom {
				b := s.pack(&p.b, at, a.n, from, to, width)
				p.strips(top, bottom, from, to, &a, &b)
			}
		}
	}
}

// unpacked says that a block of so many rows and columns reads B as it is: it
// would not make up for a copy.
func (p *product[T]) unpacked(rows, columns int) bool {
	if p.b.rs*min(p.k, depth)*elementBytes[T]() <= 64<<10 {
		return true
	}
	height, width, _ := kernels.GemmShape[T]()
	return rows <= 32 && (rows < 2*height || columns < width || p.region != whole)
}

// panels are rows of B from column first on, in panels of width columns.
type panels[T float] struct {
	data     []T
	ld, step int
	first    int
	width    int
}

// from is the panels from a column on, which is the first of one, or lies in
// the only one that is read.
func (b *panels[T]) from(column int) []T {
	column -= b.first
	return b.data[column/b.width*b.step+column%b.width:]
}

// strips computes the strips of rows top to bottom, with columns of A.
func (p *product[T]) strips(top, bottom, lo, hi int, a *strips[T], b *panels[T]) {
	beta := p.beta
	if a.at > 0 {
		beta = 1
	}
	fetches := kernels.GemmStripFetches[T](hi - lo)
	for i := top; i < bottom; i += a.height {
		rows := min(a.height, bottom-i)
		data, ars, acs := a.from(i)
		next := a.next(i, fetches)
		if p.region != whole {
			p.triangular(i, rows, lo, hi, a.n, data, ars, acs, b, beta, next)
			continue
		}
		p.wideStrip(i, rows, lo, hi, a.n, data, ars, acs, b, beta, next)
	}
}

// wideStrip computes a strip of columns lo to hi. While whole panels of a copied B are
// multiplied with all the rows that a strip may have, next is fetched.
func (p *product[T]) wideStrip(i, rows, lo, hi, n int, a []T, ars, acs int, b *panels[T], beta T, next kernels.Matrix[T]) {
	height, width, _ := kernels.GemmShape[T]()
	if whole := (hi - lo) / width * width; whole > 0 && rows == height && b.ld == width && b.step == n*width && (lo-b.first)%width == 0 {
		next = next.Slice(0, min(next.Rows, kernels.GemmStripFetches[T](whole)))
		kernels.GemmStrip(p.c[i*p.ldc+lo:], p.ldc, a, ars, acs, b.from(lo), 0, nil, n, whole, p.alpha, beta, next)
		lo += whole
	}
	if lo < hi {
		kernels.Gemm(p.c[i*p.ldc+lo:], p.ldc, a, ars, acs, b.from(lo), b.ld, b.step, n, rows, hi-lo, p.alpha, beta)
	}
}

// triangular computes the part of a strip that lies in the region. Panels
// through which the diagonal goes are computed aside.
func (p *product[T]) triangular(i, rows, lo, hi, n int, a []T, ars, acs int, b *panels[T], beta T, next kernels.Matrix[T]) {
	_, _, vector := kernels.GemmShape[T]()
	direct := func(from, to int) {
		if from < to {
			p.wideStrip(i, rows, from, to, n, a, ars, acs, b, beta, next)
		}
	}
	if i+rows <= lo || i >= hi { // the diagonal is elsewhere
		if (i < lo) == (p.region == upper) {
			direct(lo, hi)
		}
		return
	}
	// The diagonal is in columns i to i+rows. Vectors begin at multiples of
	// their length from the start of the panels.
	down := func(j int) int { return b.first + max(j-b.first, 0)/vector*vector }
	first, last := down(i), min(down(i+rows-1)+vector, hi)
	if p.region == below {
		direct(lo, first)
	}
	for from := first; from < last; {
		to := min(b.first+((from-b.first)/b.width+1)*b.width, last)
		p.diagonal(i, rows, from, to, n, a, ars, acs, b, beta)
		from = to
	}
	if p.region == upper && last < hi {
		end := min(b.first+(last-b.first+b.width-1)/b.width*b.width, hi)
		direct(last, end) // what is left of a panel
		direct(end, hi)
	}
}

// diagonal computes a piece of a panel aside, and merges what is in the region.
func (p *product[T]) diagonal(i, rows, from, to, n int, a []T, ars, acs int, b *panels[T], beta T) {
	var sums [8 * 32]T // a vector of float32 more than there are rows, and one more
	columns := to - from
	kernels.Gemm(sums[:], columns, a, ars, acs, b.from(from), b.ld, b.step, n, rows, columns, 1, 0)
	for r := range rows {
		lo, hi := p.columnsOf(i + r)
		row := p.c[(i+r)*p.ldc:]
		for j := max(from, lo); j < min(to, hi); j++ {
			row[j] = merge(p.alpha, sums[r*columns+j-from], beta, row[j])
		}
	}
}
