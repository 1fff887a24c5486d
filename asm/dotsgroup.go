package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// A dotsGenerator emits dot products of short rows several at a time, as many
// as a vector has lanes: the fold at the end of a row, which is most of the
// work for a few columns, is then shared. The rows are still read one after
// the other, and the order of additions is that of a row alone.
type dotsGenerator struct {
	*kernel
	dst, x, n, p, stride, shift, beta reg.Register
}

// groups computes whole groups of rows and jumps to rest with the others.
func (g *dotsGenerator) groups(label, rest string, centered bool) {
	g.CMPQ(g.n, imm(g.lanes()))
	g.JL(operand.LabelRef(rest))
	const most = ref.NarrowColumns / 8
	for octets := 1; octets <= most; octets++ {
		more := fmt.Sprintf("%s_more_than%d", label, octets)
		if octets < most {
			g.CMPQ(g.p, imm(8*octets))
			g.JG(operand.LabelRef(more))
		}
		g.octets(fmt.Sprintf("%s%d", label, octets), rest, octets, centered)
		if octets < most {
			g.Label(more)
		}
	}
}

// A piece is one vector of an octet of columns.
type piece struct {
	column int
	last   bool // of the last octet, which may be partial
	mask   tail
	beta   operand.Op // a register where there are enough
	shift  operand.Op
}

// pieces is the vectors of a row. Where registers are many, beta and shift stay
// in them.
func (g *dotsGenerator) pieces(octets int, centered bool) []piece {
	rem := g.GP64()
	g.MOVQ(g.p, rem)
	g.SUBQ(imm(8*(octets-1)), rem)
	masks := make([]tail, 8/g.lanes())
	for i := range masks {
		masks[i] = g.tail(rem, i*g.lanes())
	}
	var list []piece
	for octet := range octets {
		for i, mask := range masks {
			v := piece{column: 8*octet + i*g.lanes(), last: octet == octets-1, mask: mask}
			v.beta, v.shift = at(g.beta, 8*v.column), at(g.shift, g.size*v.column)
			if g.masks {
				beta := g.vec()
				g.load64(v, beta)
				v.beta = beta
			}
			if g.masks && centered {
				shift := g.vec()
				g.loadPiece(at(g.shift, g.size*v.column), v, shift)
				v.shift = g.raw(shift)
			}
			list = append(list, v)
		}
	}
	return list
}

// load64 loads a piece of beta.
func (g *dotsGenerator) load64(v piece, to reg.VecVirtual) {
	if m := at(g.beta, 8*v.column); v.last {
		g.load64Tail(m, v.mask, to)
	} else {
		g.VMOVUPD(m, to)
	}
}

// loadPiece loads a piece of a row or of shift, in the data's own type.
func (g *dotsGenerator) loadPiece(m operand.Mem, v piece, to reg.VecVirtual) {
	if v.last {
		g.loadRawTail(m, v.mask, to)
	} else {
		g.loadRaw(m, to)
	}
}

func (g *dotsGenerator) octets(label, rest string, octets int, centered bool) {
	pieces := g.pieces(octets, centered)
	g.Label(label)
	sums := make([][]reg.VecVirtual, g.lanes()) // of each row
	for i := range sums {
		sums[i] = g.octet()
		for _, sum := range sums[i] {
			g.zero(sum)
		}
		for j, v := range pieces {
			if j%len(sums[i]) == 0 {
				g.PREFETCHT0(at(g.x, fetchAhead+g.size*v.column))
			}
			g.product(v, sums[i][j%len(sums[i])], centered)
		}
		g.ADDQ(g.stride, g.x)
		if !g.masks { // fewer registers hold the sums of fewer lanes
			g.VADDPD(sums[i][1], sums[i][0], sums[i][0])
		}
	}
	g.VMOVUPD(g.foldRows(sums), at(g.dst, 0))
	g.ADDQ(imm(8*g.lanes()), g.dst)
	g.SUBQ(imm(g.lanes()), g.n)
	g.CMPQ(g.n, imm(g.lanes()))
	g.JGE(operand.LabelRef(label))
	g.TESTQ(g.n, g.n)
	g.JNZ(operand.LabelRef(rest))
	g.finish()
}

// product adds a piece of the row at x to its sum.
func (g *dotsGenerator) product(v piece, sum reg.VecVirtual, centered bool) {
	m := at(g.x, g.size*v.column)
	if g.masks && g.size == 8 && !v.last && !centered {
		g.VFMADD231PD(m, v.beta, sum)
		return
	}
	t := g.vec()
	switch {
	case centered && !g.masks && v.last:
		shift := g.vec()
		g.loadRawTail(m, v.mask, t)
		g.loadRawTail(at(g.shift, g.size*v.column), v.mask, shift)
		g.center(g.raw(shift), t)
	case centered:
		g.loadPiece(m, v, t)
		g.center(v.shift, t)
	case v.last:
		g.loadTail(m, v.mask, t)
	default:
		g.load(m, t)
	}
	if !g.masks && v.last {
		beta := g.vec()
		g.load64Tail(at(g.beta, 8*v.column), v.mask, beta)
		g.VFMADD231PD(beta, t, sum)
		return
	}
	g.VFMADD231PD(v.beta, t, sum)
}

// foldRows adds the lanes of each row's sum and returns the sums of all rows in
// their order: lane j with j+4 (AVX2 has done that), j with j+2, j with j+1.
func (g *kernel) foldRows(sums [][]reg.VecVirtual) reg.VecVirtual {
	halves := func(a, b reg.VecVirtual, low, high uint8) reg.VecVirtual {
		u, v := g.vec(), g.vec()
		if g.vector == 64 {
			g.VSHUFF64X2(operand.Imm(uint64(low)), b, a, u)
			g.VSHUFF64X2(operand.Imm(uint64(high)), b, a, v)
		} else {
			g.VPERM2F128(operand.Imm(uint64(low)), b, a, u)
			g.VPERM2F128(operand.Imm(uint64(high)), b, a, v)
		}
		g.VADDPD(u, v, u)
		return u
	}
	pairs := func(a, b reg.VecVirtual) reg.VecVirtual {
		u, v := g.vec(), g.vec()
		g.VUNPCKLPD(b, a, u)
		g.VUNPCKHPD(b, a, v)
		g.VADDPD(u, v, u)
		return u
	}
	row := func(i int) reg.VecVirtual { return sums[i][0] }
	if g.vector == 64 {
		// Rows are paired such that the last step has them in their order.
		quarters := func(a, b, c, d int) reg.VecVirtual {
			return halves(halves(row(a), row(b), 0x44, 0xee), halves(row(c), row(d), 0x44, 0xee), 0x88, 0xdd)
		}
		return pairs(quarters(0, 2, 4, 6), quarters(1, 3, 5, 7))
	}
	return pairs(halves(row(0), row(2), 0x20, 0x31), halves(row(1), row(3), 0x20, 0x31))
}
