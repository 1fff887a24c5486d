package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// narrowRotated emits Narrow for more columns than a few, with fewer multiply-adds: the
// block on the diagonal of a vector and itself is symmetric, so its products are those of the
// vector with itself turned by 0 to half as many lanes as it has, five for eight lanes
// instead of eight, and a shuffle for each but the first. That pays on processors that take 512
// bits in halves, and on those that shuffle beside two units that multiply; where one of
// two units would shuffle instead, it does not. Weights belong to the greater column, which may
// be either: a blend more for most turns, which pays on the second kind alone. float32 would
// need more masks for that than there are registers. Vectors of four lanes, of which a shuffle
// saves one of four, gained nothing.
func narrowRotated(k *kernel) {
	var widths []int
	for _, columns := range k.narrowWidths(k.narrowColumns(), k.tileColumns()) {
		if columns >= rotatedColumns[k.size] {
			widths = append(widths, columns)
		}
	}
	narrowFunction(k, "NarrowRotated", narrowForm{rotated: true}, widths)
	if k.size == 8 {
		narrowFunction(k, "NarrowRotatedWeighted", narrowForm{rotated: true, weighted: true}, widths)
	}
}

// rotatedColumns is the fewest columns that gain, by the size of their numbers: two whole vectors,
// or all but a lane of them, and of float32 more than one.
var rotatedColumns = map[int]int{8: 15, 4: 17}

// rotatesShort says whether that is faster than NarrowHalves where rows are short enough for
// it: in float64 1.03 to 1.13 times at 15 and 16 columns, two vectors, and from those of a
// tile on; in float32 up to 1.2 times, but for 24 columns, three vectors in halves. From
// memory, 18 columns of float64 were 1.5 times as fast in halves. Even numbers of columns were
// measured, odd ones above 15 are taken to be like them.
func (k *kernel) rotatesShort(columns int) bool {
	if k.size == 8 {
		return columns == 15 || columns == 16 || columns >= 24
	}
	return columns >= rotatedColumns[k.size] && columns != 24
}

// rotations is by how many lanes, from none on, a vector is turned.
func (g *narrowGenerator) rotations() int { return g.width/2 + 1 }

// rotate multiplies a vector with itself turned.
func (g *narrowGenerator) rotate(acc accumulator) {
	v, turned, by := g.operands.right[acc.vector], g.operands.broadcast, acc.row%g.width
	if g.d != nil {
		g.rotateWeighted(acc.sum, g.operands.plain[acc.vector], v, by)
		return
	}
	if by == 0 {
		g.multiply(v, v, acc.sum)
		return
	}
	if g.size == 8 {
		g.VALIGNQ(operand.Imm(uint64(by)), v, v, turned)
	} else {
		g.VALIGND(operand.Imm(uint64(by)), v, v, turned)
	}
	g.multiply(turned, v, acc.sum)
}

// rotateWeighted multiplies a vector with itself turned, where the greater column of each product
// is weighted: the one that is turned, but in lanes which it goes through the end to.
func (g *narrowGenerator) rotateWeighted(sum, plain, weighted reg.VecVirtual, by int) {
	turned, lesser := g.operands.broadcast, plain
	switch {
	case by == 0:
		g.multiply(plain, weighted, sum)
		return
	case 2*by < g.width: // of half a turn those lanes are not wanted
		lesser = g.operands.blended
		g.VBLENDMPD(weighted, plain, g.wrapped[by-1], lesser)
	}
	g.VALIGNQ(operand.Imm(uint64(by)), weighted, plain, turned)
	g.multiply(turned, lesser, sum)
}

// prepareWrapped sets the masks of the lanes that turns by fewer than half of them go through
// the end to.
func (g *narrowGenerator) prepareWrapped() {
	for by := 1; 2*by < g.width; by++ {
		g.wrapped = append(g.wrapped, g.maskRegister(laneRange{g.width - by, g.width}))
	}
}

// rotatedPlace is where the sums of a rotated vector go in their room.
func (g *narrowGenerator) rotatedPlace(acc accumulator) int {
	return (acc.vector*g.rotations() + acc.row%g.width) * g.width
}

// mergeRotated adds sums of rotated vectors to c, number by number: lane i of those that were
// turned by s lanes is the entry of columns i and i+s, or i+s less the lanes of a vector.
func (g *narrowGenerator) mergeRotated(columns int, accumulators []accumulator) {
	type entry struct{ column, place int }
	rows := map[int][]entry{}
	first, last := columns, 0
	for _, acc := range accumulators {
		if !acc.rotated {
			continue
		}
		by, left := acc.row%g.width, acc.vector*g.width
		for i := range g.width {
			j := (i + by) % g.width
			if max(i, j) >= columns-left || 2*by == g.width && i > j {
				continue
			}
			row := left + min(i, j)
			rows[row] = append(rows[row], entry{left + max(i, j), g.rotatedPlace(acc) + i})
			first, last = min(first, row), max(last, row)
		}
	}
	if len(rows) == 0 {
		return
	}
	to := g.GP64()
	g.MOVQ(g.argument("c"), to)
	if first > 0 {
		below := g.GP64()
		g.IMUL3Q(operand.U32(first), g.ldc, below)
		g.ADDQ(below, to)
	}
	sums := []reg.VecVirtual{g.XMM(), g.XMM(), g.XMM(), g.XMM()} // avo's time again
	next := 0
	for row := first; row <= last; row++ {
		if row > first {
			g.ADDQ(g.ldc, to)
		}
		for _, e := range rows[row] {
			sum := sums[next%len(sums)]
			next++
			g.VMOVSD(g.turned.Offset(8*e.place), sum)
			g.VADDSD(at(to, 8*e.column), sum, sum)
			g.VMOVSD(sum, at(to, 8*e.column))
		}
	}
}
