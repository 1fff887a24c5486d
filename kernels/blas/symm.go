package blas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Dsymm computes C = alpha·A·B + beta·C or C = alpha·B·A + beta·C, where A is
// symmetric and one triangle of it is read. C is m×n.
func (i Implementation) Dsymm(s blas.Side, ul blas.Uplo, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	symm(i.Threads, s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}

// Ssymm is Dsymm for float32.
func (i Implementation) Ssymm(s blas.Side, ul blas.Uplo, m, n int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	symm(i.Threads, s, ul, m, n, alpha, a, lda, b, ldb, beta, c, ldc)
}

func symm[T float](threads int, s blas.Side, ul blas.Uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	isLeft, isLower := left(s), lower(ul)
	checkDimensions(m, n)
	k := n
	if isLeft {
		k = m
	}
	checkStride(lda, k, badLdA)
	checkStride(ldb, n, badLdB)
	checkStride(ldc, n, badLdC)
	if m == 0 || n == 0 {
		return
	}
	checkLength(len(a), k, k, lda, shortA)
	checkLength(len(b), m, n, ldb, shortB)
	checkLength(len(c), m, n, ldc, shortC)
	var whole product[T]
	whole.threads, whole.m, whole.n, whole.k, whole.alpha, whole.beta, whole.c, whole.ldc = threads, m, n, k, alpha, beta, c, ldc
	if alpha == 0 {
		whole.scale()
		return
	}
	sy := symmetric[T]{data: a, ld: lda, lower: isLower}
	if few[T](m*n*k, tinyWork) {
		for i := range m {
			for j := range n {
				var sum T
				for l := range k {
					if isLeft {
						sum = fma(sy.at(max(i, l), min(i, l)), b[l*ldb+j], sum)
					} else {
						sum = fma(b[i*ldb+l], sy.at(max(l, j), min(l, j)), sum)
					}
				}
				c[i*ldc+j] = merge(alpha, sum, beta, c[i*ldc+j])
			}
		}
		return
	}
	if m <= small && n <= small {
		var all [small * small]T
		for i := range k {
			for j := range i + 1 {
				v := sy.at(i, j)
				all[i*k+j], all[j*k+i] = v, v
			}
		}
		var p product[T] // not the one that goroutines may share
		p.m, p.n, p.k, p.alpha, p.beta, p.c, p.ldc = m, n, k, alpha, beta, c, ldc
		if isLeft {
			p.a.data, p.a.rs, p.a.cs = all[:], k, 1 // set would take it to the heap
			p.strip(c, ldc, b, ldb, beta)
		} else {
			p.a.data, p.a.rs, p.a.cs = b, ldb, 1
			p.strip(c, ldc, all[:], k, beta)
		}
		return
	}
	if k <= 8 {
		scratch := getScratch[T]()
		all := scratch.block
		for i := range k {
			for j := range i + 1 {
				v := sy.at(i, j)
				all[i*k+j], all[j*k+i] = v, v
			}
		}
		if isLeft {
			whole.a.set(all, k, false)
			whole.b.set(b, ldb, false)
		} else {
			whole.a.set(b, ldb, false)
			whole.b.set(all, k, false)
		}
		whole.run()
		putScratch(scratch)
		return
	}
	(&symmetricProduct[T]{product: whole, sy: sy, left: isLeft, other: b, ld: ldb, k: k}).run()
}

// A symmetricProduct is a product with a symmetric A, on the left or on the right of
// another matrix.
type symmetricProduct[T float] struct {
	product[T] // but for A and B
	sy         symmetric[T]
	left       bool
	other      []T
	ld, k      int
}

// run divides the columns of the other matrix, or its rows, among as many goroutines as
// it is worth: they do not know of each other.
func (s *symmetricProduct[T]) run() {
	threads := crew(s.threads)
	s.threads = 1
	if threads == 1 || float64(s.m)*float64(s.n)*float64(s.k) < parallelWork {
		s.apply()
		return
	}
	height, width, _ := kernels.GemmShape[T]()
	lines, unit := s.m, height
	if s.left {
		lines, unit = s.n, width
	}
	step := divide(lines, threads, unit)
	for parts := 2; parts <= claims; parts++ {
		if smaller := divide(lines, parts*threads, unit); smaller >= 4*unit {
			step = smaller
		}
	}
	q := *s // so that one that stays in one goroutine does not escape
	share(threads, (lines+step-1)/step, func(task int) {
		part, lo := q, task*step
		hi := min(lo+step, lines)
		if q.left {
			part.n, part.c, part.other = hi-lo, q.c[lo:], q.other[lo:]
		} else {
			part.m, part.c, part.other = hi-lo, q.c[lo*q.ldc:], q.other[lo*q.ld:]
		}
		part.apply()
	})
}

// apply computes it in this goroutine.
func (s *symmetricProduct[T]) apply() {
	scratch := getScratch[T]()
	square := scratch.forSquare()
	for at := 0; at < s.k; at += depth {
		// One block of columns of A at a time, as a product would take it: what
		// is stored, the block on the diagonal made whole, what is stored as a
		// transpose.
		width := min(depth, s.k-at)
		center := s.sy.expand(square, at, width)
		part := s.product
		part.k = width
		if at > 0 {
			part.beta = 1
		}
		if s.left {
			part.b = view(s.other[at*s.ld:], s.ld, false)
			part.rows(0, at, s.sy.view(0, at))
			part.rows(at, at+width, center)
			part.rows(at+width, s.k, s.sy.view(at+width, at))
		} else {
			part.a = view(s.other[at:], s.ld, false)
			part.columns(0, at, s.sy.view(at, 0))
			part.columns(at, at+width, center)
			part.columns(at+width, s.k, s.sy.view(at, at+width))
		}
	}
	putScratch(scratch)
}

// rows runs rows lo to hi of a product, whose part of A is given.
func (p product[T]) rows(lo, hi int, a matrix[T]) {
	if lo < hi {
		p.m, p.a, p.c = hi-lo, a, p.c[lo*p.ldc:]
		p.run()
	}
}

// columns runs columns lo to hi of a product, whose part of B is given.
func (p product[T]) columns(lo, hi int, b matrix[T]) {
	if lo < hi {
		p.n, p.b, p.c = hi-lo, b, p.c[lo:]
		p.run()
	}
}

// A symmetric matrix of which one triangle is stored.
type symmetric[T float] struct {
	data  []T
	ld    int
	lower bool
}

// at is entry (i, j), j ≤ i.
func (s *symmetric[T]) at(i, j int) T {
	if s.lower {
		return s.data[i*s.ld+j]
	}
	return s.data[j*s.ld+i]
}

// view is the matrix from entry (i, j) on, as far as the diagonal.
func (s *symmetric[T]) view(i, j int) matrix[T] {
	if i == j || (i > j) == s.lower {
		return view(s.data[min(i*s.ld+j, len(s.data)):], s.ld, false)
	}
	return view(s.data[min(j*s.ld+i, len(s.data)):], s.ld, true)
}

// expand makes a block on the diagonal whole.
func (s *symmetric[T]) expand(to []T, at, n int) matrix[T] {
	from := s.data[at*s.ld+at:]
	kernels.Transpose(to, depth, kernels.Matrix[T]{Rows: n, Cols: n, Stride: s.ld, Data: from})
	for i := range n {
		if s.lower {
			copy(to[i*depth:][:i+1], from[i*s.ld:])
		} else {
			copy(to[i*depth+i:][:n-i], from[i*s.ld+i:])
		}
	}
	return view(to, depth, false)
}
