package blas

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Problems so small that a call of a kernel costs as much as their arithmetic
// are done here, with the bits that kernels give.

// tinyWork is up to how many multiply-adds a product is done number by number;
// tinyLeft and tinyRight are that for the base of a triangular problem. Go
// multiplies and adds float32 in several steps, so there a fourth is enough.
const (
	tinyWork  = 12
	tinyLeft  = 100
	tinyRight = 520
)

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

func (p *product[T]) numbers() {
	for i := range p.m {
		lo, hi := p.columnsOf(i)
		for j := lo; j < hi; j++ {
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

// tinyBase says whether a base of so many rows and lines is done number by
// number.
func (p *triangular[T]) tinyBase(n, lines int) bool {
	if p.left {
		return few[T](n*n*lines, tinyLeft)
	}
	return few[T](n*n*lines, tinyRight)
}

// numbers does a base: see solveRows and multiplyRows for what it does.
func (p *triangular[T]) numbers(t *triangle[T], n int, alpha T, b []T, lines int) {
	down, across := p.ldb, 1
	rs, cs, isLower := t.rs, t.cs, t.lower
	if !p.left {
		down, across = 1, p.ldb
		rs, cs, isLower = cs, rs, !isLower
	}
	backward := isLower != p.solve
	for step := range n {
		i := step
		if backward {
			i = n - 1 - step
		}
		lo, hi := 0, i
		if !isLower {
			lo, hi = i+1, n
		}
		d := T(1)
		if !t.unit {
			d = t.data[i*(rs+cs)]
		}
		scale, keep, factor := alpha, T(alpha*d), T(1)
		if p.solve {
			scale, keep = -1, alpha
			if !t.unit {
				factor = 1 / d
			}
		}
		divide := factor-factor != 0
		row := i*rs + lo*cs
		for j := 0; j < lines; j += 4 {
			// Four chains at a time, which do not wait for each other.
			var sums [4]T
			some := sums[:min(4, lines-j)]
			switch {
			case elementBytes[T]() == 8 && len(some) == 4:
				var s0, s1, s2, s3 float64
				at, from := row, lo*down+j*across
				for range hi - lo {
					v := float64(t.data[at])
					s0 = math.FMA(v, float64(b[from]), s0)
					s1 = math.FMA(v, float64(b[from+across]), s1)
					s2 = math.FMA(v, float64(b[from+2*across]), s2)
					s3 = math.FMA(v, float64(b[from+3*across]), s3)
					at += cs
					from += down
				}
				sums = [4]T{T(s0), T(s1), T(s2), T(s3)}
			case elementBytes[T]() == 8:
				for r := range some {
					var sum float64
					at, from := row, lo*down+(j+r)*across
					for range hi - lo {
						sum = math.FMA(float64(t.data[at]), float64(b[from]), sum)
						at += cs
						from += down
					}
					some[r] = T(sum)
				}
			default:
				for r := range some {
					at, from := row, lo*down+(j+r)*across
					for range hi - lo {
						some[r] = kernels.FMA(t.data[at], b[from], some[r])
						at += cs
						from += down
					}
				}
			}
			at := i*down + j*across
			for _, sum := range some {
				v := T(b[at] * keep)
				switch {
				case lo == hi:
				case elementBytes[T]() == 8:
					v = T(math.FMA(float64(scale), float64(sum), float64(v)))
				default:
					v = kernels.FMA(scale, sum, v)
				}
				switch {
				case divide:
					v /= d
				case p.solve:
					v = T(v * factor)
				}
				b[at] = v
				at += across
			}
		}
	}
}
