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

func (r *rowsOf[T]) row(i int) []T { return r.data[i*r.stride:][:r.columns] }

// add is row i = alpha·(Σ_l t[i,l]·row l) + beta·row i over l from lo to hi.
func (r *rowsOf[T]) add(i, lo, hi int, alpha, beta T, t *triangle[T]) {
	_, width, _ := kernels.GemmShape[T]()
	kernels.Gemm(r.data[i*r.stride:], r.columns, t.from(i, lo), 0, t.cs, r.data[lo*r.stride:], r.stride, width, hi-lo, 1, r.columns, alpha, beta)
}

// multiplyRows is the base of trmm: row i becomes alpha·t[i,i] times itself,
// rounded, and alpha times the chain of products with the others is added.
func multiplyRows[T float](t *triangle[T], n int, alpha T, r *rowsOf[T]) {
	for step := range n {
		i, lo, hi := step, step+1, n
		if t.lower {
			i = n - 1 - step
			lo, hi = 0, i
		}
		own := alpha
		if !t.unit {
			own = alpha * t.at(i, i)
		}
		if lo == hi || own == 0 { // a zero does not overwrite NaN here
			kernels.Scal(r.row(i), own)
			own = 1
		}
		if lo < hi {
			r.add(i, lo, hi, alpha, own, t)
		}
	}
}

// solveRows is the base of trsm: from alpha times row i the chain of products
// with the solved rows is taken, and the rest is multiplied with the inverse of
// t[i,i], or divided by it where that is not finite.
func solveRows[T float](t *triangle[T], n int, alpha T, r *rowsOf[T]) {
	for step := range n {
		i, lo, hi := step, 0, step
		if !t.lower {
			i = n - 1 - step
			lo, hi = i+1, n
		}
		if lo < hi {
			r.add(i, lo, hi, -1, alpha, t)
		} else if alpha != 1 {
			kernels.Scal(r.row(i), alpha)
		}
		if t.unit {
			continue
		}
		d := t.at(i, i)
		if inverse := 1 / d; inverse-inverse == 0 {
			kernels.Scal(r.row(i), inverse)
			continue
		}
		for j, v := range r.row(i) {
			r.row(i)[j] = v / d
		}
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
	step := divide(lines, 3*threads, unit)
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
	if n <= base {
		p.direct(t, n, alpha, b, lines)
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
func (p triangular[T]) direct(t *triangle[T], n int, alpha T, b []T, lines int) {
	if p.tinyBase(n, lines) {
		p.numbers(t, n, alpha, b, lines)
		return
	}
	const few = 480 // rows of so many elements stay in the first-level cache
	if p.left {
		for lo := 0; lo < lines; lo += few {
			p.base(t, n, alpha, rowsOf[T]{b[lo:], p.ldb, min(few, lines-lo)})
		}
		return
	}
	s := getScratch[T]()
	across := t.transpose()
	for lo := 0; lo < lines; lo += depth {
		some := min(depth, lines-lo)
		part := kernels.Matrix[T]{Rows: some, Cols: n, Stride: p.ldb, Data: b[lo*p.ldb:]}
		kernels.Transpose(s.rows, some, part)
		p.base(&across, n, alpha, rowsOf[T]{s.rows, some, some})
		kernels.Transpose(part.Data, p.ldb, kernels.Matrix[T]{Rows: n, Cols: some, Stride: some, Data: s.rows})
	}
	putScratch(s)
}

func (p triangular[T]) base(t *triangle[T], n int, alpha T, r rowsOf[T]) {
	if p.solve {
		solveRows(t, n, alpha, &r)
	} else {
		multiplyRows(t, n, alpha, &r)
	}
}
