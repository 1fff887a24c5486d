package blas

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Problems so small that a call of a kernel costs as much as their arithmetic
// are done here, with the bits that kernels give.

// tinyWork is up to how many multiply-adds a product is done number by number. Go
// multiplies and adds float32 in several steps, so there a fourth is enough.
const tinyWork = 12

// tinyTriangle is up to how many multiply-adds of a square the triangle of a
// product is done number by number, with every product and every sum rounded.
const tinyTriangle = 216

func few[T float](work, limit int) bool {
	if elementBytes[T]() == 4 {
		limit /= 4
	}
	return work <= limit
}

// small is the most rows and columns of matrices that have a copy on the stack.
const small = 8

// tiny does a product if it is so small, and says whether it has.
func (p *product[T]) tiny() bool {
	switch {
	case few[T](p.m*p.n*p.k, tinyWork):
		p.numbers()
	case p.m > small || p.n > small || p.k > small || p.region == whole && p.b.cs == 1:
		return false
	case p.region == whole:
		var b [small * small]T
		p.strip(p.c, p.ldc, p.copyOfB(&b), p.n, p.beta)
	default:
		var b, c [small * small]T
		if p.beta != 0 {
			for i := range p.m {
				lo, hi := p.columnsOf(i)
				for j := lo; j < hi; j++ {
					c[i*p.n+j] = p.c[i*p.ldc+j]
				}
			}
		}
		p.strip(c[:], p.n, p.copyOfB(&b), p.n, p.beta)
		for i := range p.m {
			lo, hi := p.columnsOf(i)
			for j := lo; j < hi; j++ {
				p.c[i*p.ldc+j] = c[i*p.n+j]
			}
		}
	}
	return true
}

// copyOfB is B, k×n, row by row.
func (p *product[T]) copyOfB(to *[small * small]T) []T {
	at := 0
	for l := range p.k {
		from := l * p.b.rs
		for range p.n {
			to[at] = p.b.data[from]
			from += p.b.cs
			at++
		}
	}
	return to[:]
}

// strip computes all rows of a product with a B of one panel.
func (p *product[T]) strip(c []T, ldc int, b []T, ldb int, beta T) {
	height, width, _ := kernels.GemmShape[T]()
	for i := 0; i < p.m; i += height {
		kernels.Gemm(c[i*ldc:], ldc, p.a.data[i*p.a.rs:], p.a.rs, p.a.cs, b, ldb, width, p.k, min(height, p.m-i), p.n, p.alpha, beta)
	}
}

// tinyRank says whether a triangle of a product is so small that addTinyRank does it.
func tinyRank[T float](n, k int, alpha T) bool { return alpha != 0 && k > 0 && n*n*k <= tinyTriangle }

// addTinyRank takes a triangle of C to alpha·A·Bᵀ + beta·C, or to alpha·Aᵀ·B + beta·C, with
// every operation rounded.
func addTinyRank[T float](r region, trans bool, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	if trans {
		addTinyRankOfColumns(r, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	for i := range n {
		lo, hi := i, n
		if r == below {
			lo, hi = 0, i+1
		}
		x, row := a[i*lda:][:k], c[i*ldc+lo:i*ldc+hi]
		for j := range row {
			var sum T
			for l, v := range b[(lo+j)*ldb:][:k] {
				sum += T(x[l] * v)
			}
			sum = T(alpha * sum)
			if beta != 0 {
				sum += T(beta * row[j])
			}
			row[j] = sum
		}
	}
}

// addTinyRankOfColumns is apart since the registers do not suffice for both loops.
func addTinyRankOfColumns[T float](r region, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	for i := range n {
		lo, hi := i, n
		if r == below {
			lo, hi = 0, i+1
		}
		row := c[i*ldc+lo : i*ldc+hi]
		for j := range row {
			at, from := i, lo+j
			var sum T
			for range k {
				sum += T(a[at] * b[from])
				at += lda
				from += ldb
			}
			sum = T(alpha * sum)
			if beta != 0 {
				sum += T(beta * row[j])
			}
			row[j] = sum
		}
	}
}

func (p *product[T]) numbers() {
	for i := range p.m {
		for j := range p.n {
			at, from := i*p.a.rs, j*p.b.cs
			var sum T
			if elementBytes[T]() == 8 {
				var s float64
				for range p.k {
					s = math.FMA(float64(p.a.data[at]), float64(p.b.data[from]), s)
					at += p.a.cs
					from += p.b.rs
				}
				sum = T(s)
			} else {
				for range p.k {
					sum = kernels.FMA(p.a.data[at], p.b.data[from], sum)
					at += p.a.cs
					from += p.b.rs
				}
			}
			p.c[i*p.ldc+j] = merge(p.alpha, sum, p.beta, p.c[i*p.ldc+j])
		}
	}
}

// numbers does what kernels.SolveTriangle and kernels.MultiplyTriangle do, number
// by number: rows of B are down elements apart, and lines across. It divides where
// an inverse is not finite.
func numbers[T float](t *triangle[T], solve bool, n int, alpha T, b []T, down, across, lines int) {
	// Rows in the order in which they are done, by places in A and B.
	at, rs, cs, row := 0, t.rs, t.cs, 0
	if t.lower != solve {
		at, rs, cs, row, down = (n-1)*(rs+cs), -rs, -cs, (n-1)*down, -down
	}
	for i := range n {
		first, last := 0, i
		if !solve {
			first, last = i+1, n
		}
		own := T(1)
		if !t.unit {
			own = t.data[at+i*cs]
		}
		factor, divide := T(1), false
		if !solve {
			own = T(alpha * own)
		} else if factor = 1 / own; factor-factor != 0 {
			divide = true
		}
		start := row + (first-i)*down
		for j := range lines {
			var sum T
			a, from := at+first*cs, start+j*across
			for range last - first {
				sum = fma(t.data[a], b[from], sum)
				a += cs
				from += down
			}
			to := &b[row+j*across]
			switch {
			case !solve && first == last:
				*to = T(*to * own)
			case !solve:
				*to = fma(alpha, sum, T(*to*own))
			default:
				v := T(alpha * *to)
				if first < last {
					v -= sum
				}
				if divide {
					*to = v / own
				} else {
					*to = T(v * factor)
				}
			}
		}
		at += rs
		row += down
	}
}
