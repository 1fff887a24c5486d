package blas

import "github.com/seed-0327bdf7/hesse/kernels"

// ahead computes rows top to bottom of one block of columns of C, with a B that is
// row-major. The first strip of A finds B as it lies and copies it on the way;
// the last ones fetch what comes next of it, those before them what comes next of A.
// With few rows of A the memory would else be read with no arithmetic beside it.
func (p *product[T]) ahead(top, bottom, lo, hi int, a *strips[T], next kernels.Matrix[T], s *scratch[T]) {
	height, width, _ := kernels.GemmShape[T]()
	whole := (hi - lo) / width * width
	strips := (bottom - top) / height
	fetches := kernels.GemmStripFetches[T](whole)
	at, n := a.at, a.n
	if lo+whole < hi {
		packTo(s.block[whole*n:], &p.b, at, n, lo+whole, hi, width)
	}
	beta := p.beta
	if at > 0 {
		beta = 1
	}
	wait := strips - (next.Rows+fetches-1)/fetches
	for i := top; i < bottom; i += height {
		rows := min(height, bottom-i)
		data, ars, acs := a.from(i)
		fetched := a.next(i, fetches)
		c := p.c[i*p.ldc+lo:]
		if rows < height {
			kernels.Gemm(c, p.ldc, data, ars, acs, s.block, width, n*width, n, rows, hi-lo, p.alpha, beta)
			continue
		}
		if wait--; wait < 0 {
			fetched = next.Slice(0, min(fetches, next.Rows))
			next = next.Slice(fetched.Rows, next.Rows)
		}
		if i == top {
			kernels.GemmStrip(c, p.ldc, data, ars, acs, p.b.from(at, lo), p.b.rs, s.block, n, whole, p.alpha, beta, fetched)
		} else {
			kernels.GemmStrip(c, p.ldc, data, ars, acs, s.block, 0, nil, n, whole, p.alpha, beta, fetched)
		}
		if lo+whole < hi {
			kernels.Gemm(c[whole:], p.ldc, data, ars, acs, s.block[whole*n:], width, n*width, n, rows, hi-lo-whole, p.alpha, beta)
		}
	}
}

// next is the rows of B that come after the block of columns to hi, from row at on: those of the
// next columns of a part or, from its first column on, the rows below, or of the next part.
func (p *product[T]) next(at, hi, first, last, end int) kernels.Matrix[T] {
	columns := blockColumns * 8 / elementBytes[T]()
	lo := hi
	if hi == last {
		at, lo = at+depth, first
		if at >= p.k {
			at, lo, last = 0, hi, end
		}
	}
	if lo == last {
		return kernels.Matrix[T]{}
	}
	return kernels.Matrix[T]{Rows: min(depth, p.k-at), Cols: min(columns, last-lo), Stride: p.b.rs, Data: p.b.from(at, lo)}
}
