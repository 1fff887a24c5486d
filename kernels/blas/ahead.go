package blas

import "github.com/seed-0327bdf7/hesse/kernels"

// ahead computes rows top to bottom of one block of columns of C, with a B that is
// row-major. The first strip of A finds B as it lies and copies it on the way;
// the last ones fetch what comes next of it: the rows below or, at the end, the
// first rows of the block that follows, columns hi to end. Those before them fetch what
// comes next of a transposed A. With few rows of A the
// memory would else be read with no arithmetic beside it.
func (p *product[T]) ahead(top, bottom, lo, hi, end int, s *scratch[T]) {
	height, width, _ := kernels.GemmShape[T]()
	whole := (hi - lo) / width * width
	strips := (bottom - top) / height
	fetches := kernels.GemmStripFetches[T](whole)
	for at := 0; at < p.k; at += depth {
		n := min(depth, p.k-at)
		if lo+whole < hi {
			packTo(s.block[whole*n:], &p.b, at, n, lo+whole, hi, width)
		}
		beta := p.beta
		if at > 0 {
			beta = 1
		}
		next := p.next(at+n, lo, hi, end)
		turned := s.strips(p.a, at, n, bottom)
		wait := strips - (next.Rows+fetches-1)/fetches
		for i := top; i < bottom; i += height {
			rows := min(height, bottom-i)
			a, ars, acs := p.a.from(i, at), p.a.rs, p.a.cs
			var fetched kernels.Matrix[T]
			if acs != 1 {
				a, ars, acs = turned.from(i), 1, height
				fetched = turned.next(i, fetches)
			} else {
				fetched = p.nextStrip(i, bottom, at, n, height, fetches)
			}
			c := p.c[i*p.ldc+lo:]
			if rows < height {
				kernels.Gemm(c, p.ldc, a, ars, acs, s.block, width, n*width, n, rows, hi-lo, p.alpha, beta)
				continue
			}
			if wait--; wait < 0 {
				fetched = next.Slice(0, min(fetches, next.Rows))
				next = next.Slice(fetched.Rows, next.Rows)
			}
			if i == top {
				kernels.GemmStrip(c, p.ldc, a, ars, acs, p.b.from(at, lo), p.b.rs, s.block, n, whole, p.alpha, beta, fetched)
			} else {
				kernels.GemmStrip(c, p.ldc, a, ars, acs, s.block, 0, nil, n, whole, p.alpha, beta, fetched)
			}
			if lo+whole < hi {
				kernels.Gemm(c[whole:], p.ldc, a, ars, acs, s.block[whole*n:], width, n*width, n, rows, hi-lo-whole, p.alpha, beta)
			}
		}
	}
}

// next is the rows of B that a block needs after those before row at.
func (p *product[T]) next(at, lo, hi, end int) kernels.Matrix[T] {
	if at == p.k {
		at, lo, hi = 0, hi, end
	}
	if lo == hi {
		return kernels.Matrix[T]{}
	}
	return kernels.Matrix[T]{Rows: min(depth, p.k-at), Cols: hi - lo, Stride: p.b.rs, Data: p.b.from(at, lo)}
}
