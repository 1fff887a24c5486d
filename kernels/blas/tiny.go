package blas

// Problems so small that a call of a kernel costs more than their arithmetic
// are done here, number by number, with the bits that kernels give.

// Up to how many multiply-adds a product is done number by number: one whose B
// lies ready, one whose B would have to be packed, one of a triangle, and the
// base of a triangular problem. None has more terms than a chain.
const (
	tinyWork     = 16
	tinyPacked   = 48
	tinyTriangle = 128
	tinySolve    = 100
)

func (p *product[T]) tiny() bool {
	work := p.m * p.n * p.k
	switch {
	case p.region != whole:
		return work <= tinyTriangle
	case p.b.cs != 1:
		return work <= tinyPacked
	}
	return work <= tinyWork
}

func (p *product[T]) numbers() {
	for i := range p.m {
		lo, hi := p.columnsOf(i)
		row := p.c[i*p.ldc:]
		a := p.a.from(i, 0)
		for j := lo; j < hi; j++ {
			b := p.b.from(0, j)
			row[j] = merge(p.alpha, chain(a, p.a.cs, b, p.b.rs, p.k), p.beta, row[j])
		}
	}
}

// tinyBase is up to how many lines a base of so many rows is done number by
// number.
func tinyBase(n, lines int) bool { return n*n*lines <= tinySolve }

// numbers does a base: see solveRows and multiplyRows for what it does.
func (p triangular[T]) numbers(t *triangle[T], n int, alpha T, b []T, lines int) {
	down, across := p.ldb, 1
	if !p.left {
		down, across = 1, p.ldb
		turned := t.transpose()
		t = &turned
	}
	backward := t.lower != p.solve
	for step := range n {
		i := step
		if backward {
			i = n - 1 - step
		}
		lo, hi := 0, i
		if !t.lower {
			lo, hi = i+1, n
		}
		d := T(1)
		if !t.unit {
			d = t.at(i, i)
		}
		scale, keep := alpha, T(alpha*d)
		inverse := 1 / d
		finite := inverse-inverse == 0
		if p.solve {
			scale, keep = -1, alpha
		}
		var row []T
		if lo < hi {
			row = t.from(i, lo)
		}
		for j := range lines {
			at := b[i*down+j*across:]
			v := T(at[0] * keep)
			if lo < hi {
				v = merge(scale, chain(row, t.cs, b[lo*down+j*across:], down, hi-lo), 1, v)
			}
			switch {
			case !p.solve || t.unit:
			case finite:
				v = T(v * inverse)
			default:
				v /= d
			}
			at[0] = v
		}
	}
}
