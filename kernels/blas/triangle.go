package blas

import "github.com/seed-0327bdf7/hesse/kernels"

// A triangle is a triangular matrix, with its transpose taken into account.
type triangle[T float] struct {
	matrix[T]
	lower, unit bool
}

// part is the triangle from entry (i, i) on.
func (t *triangle[T]) part(i int) triangle[T] {
	return triangle[T]{t.sub(i, i), t.lower, t.unit}
}

// transpose is the same numbers as a triangle of the other kind.
func (t *triangle[T]) transpose() triangle[T] {
	return triangle[T]{t.matrix.transpose(), !t.lower, t.unit}
}

// base is the triangles that are done row by row. Larger ones are halved, at
// the largest power of two times base, and what is beside the halves is a
// product.
const base = 8

func half(n int) int {
	h := base
	for 2*h < n {
		h *= 2
	}
	return h
}

// rowsOf is rows of B, or columns that were transposed, as vectors.
type rowsOf[T float] struct {
	data    []T
	stride  int
	columns int
}

// packed is a small triangle as kernels take it, and whether its last row comes
// first: for a solution, with inverses on its diagonal, for a product times alpha.
// It reports false where an inverse is not finite.
func (t *triangle[T]) packed(to *[kernels.TriangleRows * kernels.TriangleRows]T, n int, solve bool, alpha T) (backward, ok bool) {
	// The first row that is solved needs no other, the first that is multiplied all.
	at, down, across := 0, t.rs, t.cs
	if backward = t.lower != solve; backward {
		at, down, across = (n-1)*(t.rs+t.cs), -t.rs, -t.cs
	}
	for i := range n {
		row := to[i*kernels.TriangleRows:][:n]
		first, last := 0, i
		if !solve {
			first, last = i+1, n
		}
		from := at + first*across
		for l := first; l < last; l++ {
			row[l] = t.data[from]
			from += across
		}
		own := T(1)
		if !t.unit {
			own = t.data[at+i*across]
		}
		if solve {
			own = 1 / own
			if own-own != 0 {
				return backward, false
			}
		} else {
			own = T(alpha * own)
		}
		row[i] = own
		at += down
	}
	return backward, true
}

// small does a triangle of up to base rows of B, which lie as r says.
func (p *triangular[T]) small(t *triangle[T], n int, alpha T, r rowsOf[T]) {
	var packed [kernels.TriangleRows * kernels.TriangleRows]T
	backward, ok := t.packed(&packed, n, p.solve, alpha)
	switch {
	case !ok:
		numbers(t, true, n, alpha, r.data, r.stride, 1, r.columns)
	case p.solve:
		kernels.SolveTriangle(r.data, r.stride, backward, packed[:], n, r.columns, alpha)
	default:
		kernels.MultiplyTriangle(r.data, r.stride, backward, packed[:], n, r.columns, alpha)
	}
}

// A triangular problem takes B to alpha·op(A)·B or alpha·B·op(A), or to the
// solution X of op(A)·X = alpha·B or X·op(A) = alpha·B.
type triangular[T float] struct {
	left, solve  bool
	ldb, threads int
}

// run does the problem, for an op(A) of n rows, on as many goroutines as it is
// worth: lines of B, which are columns if op(A) is on the left and rows if it is
// on the right, do not know of each other.
func (p triangular[T]) run(t *triangle[T], n int, alpha T, b []T, lines int) {
	if float64(n)*float64(n)*float64(lines) < 2*parallelWork || crew(p.threads) == 1 {
		p.apply(t, n, alpha, b, lines)
		return
	}
	threads := crew(p.threads)
	shared := *t    // t does not escape where it is not shared
	const unit = 96 // whole panels at every level
	step := divide(lines, claims*threads, unit)
	share(threads, (lines+step-1)/step, func(task int) {
		lo := task * step
		from := lo
		if !p.left {
			from = lo * p.ldb
		}
		p.apply(&shared, n, alpha, b[from:], min(step, lines-lo))
	})
}

// apply does the problem in this goroutine.
func (p triangular[T]) apply(t *triangle[T], n int, alpha T, b []T, lines int) {
	switch {
	case n <= base:
		p.direct(t, n, alpha, b, lines)
		return
	case !p.left && n <= turnedRows && lines > fewLines:
		p.turned(t, n, alpha, b, lines)
		return
	}
	h := half(n)
	corner := t.part(h)
	second := b[h:]
	if p.left {
		second = b[h*p.ldb:]
	}
	// With A lower on the left or upper on the right, the second half of B gets
	// products with the first; else the first does with the second.
	forward := p.left == t.lower
	switch {
	case p.solve && forward:
		p.apply(t, h, alpha, b, lines)
		p.beside(t, h, n-h, second, b, -1, alpha, lines)
		p.apply(&corner, n-h, 1, second, lines)
	case p.solve:
		p.apply(&corner, n-h, alpha, second, lines)
		p.beside(t, h, n-h, b, second, -1, alpha, lines)
		p.apply(t, h, 1, b, lines)
	case forward:
		p.apply(&corner, n-h, alpha, second, lines)
		p.beside(t, h, n-h, second, b, alpha, 1, lines)
		p.apply(t, h, alpha, b, lines)
	default:
		p.apply(t, h, alpha, b, lines)
		p.beside(t, h, n-h, b, second, alpha, 1, lines)
		p.apply(&corner, n-h, alpha, second, lines)
	}
}

// beside is into = alpha·(what is beside the halves of A, with from) + beta·into.
func (p triangular[T]) beside(t *triangle[T], h, rest int, into, from []T, alpha, beta T, lines int) {
	var g product[T]
	g.alpha, g.beta, g.c, g.ldc = alpha, beta, into, p.ldb
	off, other, rows, columns := &g.a, &g.b, h, rest
	if !p.left {
		off, other = other, off
	}
	off.data, off.rs, off.cs = t.data[h*t.cs:], t.rs, t.cs
	if t.lower {
		off.data, rows, columns = t.data[h*t.rs:], rest, h
	}
	other.set(from, p.ldb, false)
	g.m, g.n, g.k = rows, lines, columns
	if !p.left {
		g.m, g.n, g.k = lines, columns, rows
	}
	if g.tiny() {
		return
	}
	g.block(0, g.m, 0, g.n)
}

// direct does a small triangle. Columns of B are transposed, so that lines are
// vectors.
func (p *triangular[T]) direct(t *triangle[T], n int, alpha T, b []T, lines int) {
	switch {
	case n == 1 && p.left:
		numbers(t, p.solve, 1, alpha, b, 0, 1, lines)
	case n == 1:
		numbers(t, p.solve, 1, alpha, b, 0, p.ldb, lines)
	case p.left:
		p.small(t, n, alpha, rowsOf[T]{b, p.ldb, lines})
	case lines <= fewLines:
		var columns [fewLines * base]T
		for i := range lines {
			at := i
			for _, v := range b[i*p.ldb:][:n] {
				columns[at] = v
				at += fewLines
			}
		}
		across := t.transpose()
		p.small(&across, n, alpha, rowsOf[T]{columns[:], fewLines, lines})
		for i := range lines {
			at, row := i, b[i*p.ldb:][:n]
			for j := range row {
				row[j] = columns[at]
				at += fewLines
			}
		}
	default:
		p.turned(t, n, alpha, b, lines)
	}
}

// fewLines is up to how many rows of B on the right are transposed on the stack.
const fewLines = 12

// turnedRows is up to how many rows of a triangle on the right are done on the left
// of columns of B that are transposed: there the products are of long rows.
const turnedRows = 64

func (p *triangular[T]) turned(t *triangle[T], n int, alpha T, b []T, lines int) {
	s := getScratch[T]()
	across, q := t.transpose(), *p
	q.left = true
	for lo := 0; lo < lines; lo += depth {
		q.ldb = min(depth, lines-lo)
		part := kernels.Matrix[T]{Rows: q.ldb, Cols: n, Stride: p.ldb, Data: b[lo*p.ldb:]}
		kernels.Transpose(s.block, q.ldb, part)
		q.apply(&across, n, alpha, s.block, q.ldb)
		kernels.Transpose(part.Data, p.ldb, kernels.Matrix[T]{Rows: n, Cols: q.ldb, Stride: q.ldb, Data: s.block})
	}
	putScratch(s)
}
