package blas

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// parallel divides C among goroutines, if there are any to be had.
func (p *product[T]) parallel() bool {
	threads := crew(p.threads)
	if threads == 1 {
		return false
	}
	columns, rows := p.divided(threads)
	across := (p.n + columns - 1) / columns
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

// claims is how many parts of a product each goroutine does, or more, where that can be
// had, so that a slow one does less.
const claims = 3

// divided is how many columns and rows of C are done at a time: columns, so that each
// block of B is packed by one goroutine, and rows too where the parts would not be alike.
func (p *product[T]) divided(threads int) (columns, rows int) {
	height, width, _ := kernels.GemmShape[T]()
	block := blockColumns * 8 / elementBytes[T]()
	if p.region != whole { // its parts are never alike
		return min(divide(p.n, claims*threads, width), block), p.m
	}
	const (
		fewRows = 64 // of a part, if there is a choice
		packing = 16 // rows that a block of B takes as long to pack as to multiply with
	)
	fewest := (p.n + block - 1) / block
	least := math.Inf(1)
	for down := 1; down <= claims*threads; down++ {
		high := divide(p.m, down, height)
		if down > 1 && high < fewRows {
			break
		}
		for across := fewest; across <= max(fewest+threads, claims*threads/down); across++ {
			wide := divide(p.n, across, width)
			parts := ((p.n + wide - 1) / wide) * ((p.m + high - 1) / high)
			turns := float64((parts + threads - 1) / threads)
			const idle = 0.1 // of a part, where one goroutine ends after the others
			if cost := (turns + idle) * float64(wide*(high+packing)); cost < least {
				least, columns, rows = cost, wide, high
			}
		}
	}
	return columns, rows
}

// divide is how large each of about so many parts of n is: a multiple of unit.
func divide(n, parts, unit int) int {
	size := (n + parts - 1) / parts
	return (size + unit - 1) / unit * unit
}
