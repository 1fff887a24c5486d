package blas

import (
	"math"
	"slices"

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

// How long a part takes, in multiply-adds of a column of A: to copy a block of B is as much as
// to multiply it with so many rows, and to copy an A that does not lie as it is read as to multiply it with
// so many columns. Where one goroutine ends after the others, they wait for some of a part.
const (
	packingRows    = 16
	turningColumns = 12
	idlePart       = 0.1
)

// cost is how long one of so many columns and rows takes.
func (p *product[T]) cost(columns, rows int) float64 {
	if !p.a.asItLies() {
		columns += turningColumns
	}
	return float64(columns * (rows + packingRows))
}

// divided is how many columns and rows of C are done at a time: columns, so that each
// block of B is packed by one goroutine, and rows too where the parts would not be alike.
func (p *product[T]) divided(threads int) (columns, rows int) {
	height, width, _ := kernels.GemmShape[T]()
	block := blockColumns * 8 / elementBytes[T]()
	fewest := (p.n + block - 1) / block
	if !p.a.asItLies() { // a part of several blocks copies its A once
		fewest = 1
	}
	least := math.Inf(1)
	if p.region != whole {
		for across := fewest; across <= max(fewest+threads, claims*threads); across++ {
			wide := divide(p.n, across, width)
			if cost := p.triangleParts(wide, threads); cost < least {
				least, columns = cost, wide
			}
		}
		return columns, p.m
	}
	const fewRows = 64 // of a part, if there is a choice
	for down := 1; down <= claims*threads; down++ {
		high := divide(p.m, down, height)
		if down > 1 && high < fewRows {
			break
		}
		for across := fewest; across <= max(fewest+threads, claims*threads/down); across++ {
			wide := divide(p.n, across, width)
			parts := ((p.n + wide - 1) / wide) * ((p.m + high - 1) / high)
			turns := float64((parts + threads - 1) / threads)
			if cost := (turns + idlePart) * p.cost(wide, high); cost < least {
				least, columns, rows = cost, wide, high
			}
		}
	}
	return columns, rows
}

// triangleParts is about how long a triangle takes in parts of so many columns, of
// which the longest is done first: each goes to the goroutine that is done with its own. Of
// many goroutines the mean is taken, which costs less to know.
func (p *product[T]) triangleParts(wide, threads int) float64 {
	var room [16]float64
	busy, share := room[:1], 1/float64(threads)
	if threads <= len(room) {
		busy, share = room[:threads], 1
	}
	longest := 0.0
	across := (p.n + wide - 1) / wide
	for part := range across {
		lo := part * wide
		if p.region == upper {
			lo = (across - 1 - part) * wide
		}
		hi := min(lo+wide, p.n)
		high := (lo + hi) / 2
		if p.region == below {
			high = p.m - high
		}
		cost := p.cost(hi-lo, high)
		longest = max(longest, cost)
		first := 0
		for i := range busy {
			if busy[i] < busy[first] {
				first = i
			}
		}
		busy[first] += cost
	}
	return max(longest, share*slices.Max(busy)) + idlePart*longest
}

// divide is how large each of about so many parts of n is: a multiple of unit.
func divide(n, parts, unit int) int {
	size := (n + parts - 1) / parts
	return (size + unit - 1) / unit * unit
}
