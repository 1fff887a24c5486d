package blas

import "github.com/seed-0327bdf7/hesse/kernels"

// parallel divides C among goroutines, if there are any to be had: into
// columns, so that each block of B is packed by one of them, and where there
// are few columns into rows too.
func (p *product[T]) parallel() bool {
	threads := crew(p.threads)
	if threads == 1 {
		return false
	}
	_, width, _ := kernels.GemmShape[T]()
	const claims = 3 // of each goroutine, so that a slow one does less
	columns := min(divide(p.n, claims*threads, 4*width), blockColumns*8/elementBytes[T]())
	across := (p.n + columns - 1) / columns
	rows := p.m
	if across < claims*threads {
		rows = divide(p.m, (claims*threads+across-1)/across, 64)
	}
	down := (p.m + rows - 1) / rows
	if across*down == 1 {
		return false
	}
	q := *p // so that a product that stays in one goroutine does not escape
	share(threads, across*down, func(task int) {
		// The last columns of an upper triangle are the longest: they come first.
		j, i := task/down, task%down
		if q.region == upper {
			j = across - 1 - j
		}
		lo, hi := j*columns, min((j+1)*columns, q.n)
		top, bottom := i*rows, min((i+1)*rows, q.m)
		if q.region != whole {
			first, last := q.rowsOf(lo, hi)
			top, bottom = max(top, first), min(bottom, last)
		}
		if top < bottom {
			q.block(top, bottom, lo, hi)
		}
	})
	return true
}

// divide is how large each of about so many parts of n is: a multiple of unit.
func divide(n, parts, unit int) int {
	size := (n + parts - 1) / parts
	return (size + unit - 1) / unit * unit
}
