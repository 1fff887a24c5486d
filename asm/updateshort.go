package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// shortVectors is up to how many vectors the result of an update stays in
// registers. In memory, each group of rows would wait for what the one before
// it has stored, and for long where the store was masked.
const shortVectors = 4

// A shortUpdate emits the groups of eight rows of update for a few columns.
type shortUpdate struct {
	*kernel
	dst, x, n, p, stride, shift, r reg.Register
}

// groups computes whole groups of rows and jumps to label + "_few" with the
// others; rows of more vectors are left alone.
func (g *shortUpdate) groups(label string, centered bool) {
	g.CMPQ(g.n, imm(ref.UpdateRows))
	g.JL(operand.LabelRef(label))
	for vectors := 1; vectors <= shortVectors; vectors++ {
		more := fmt.Sprintf("%s_more_than%d", label, vectors)
		g.CMPQ(g.p, imm(vectors*g.lanes()))
		g.JG(operand.LabelRef(more))
		g.rows(fmt.Sprintf("%s_short%d", label, vectors), vectors, centered)
		g.SUBQ(imm(ref.UpdateRows), g.n) // as label + "_few" expects it
		g.JMP(operand.LabelRef(label + "_few"))
		g.Label(more)
	}
}

func (g *shortUpdate) rows(label string, vectors int, centered bool) {
	rem := g.GP64()
	g.MOVQ(g.p, rem)
	g.SUBQ(imm((vectors-1)*g.lanes()), rem)
	last := g.tail(rem, 0)
	masked := func(v int) bool { return v == vectors-1 }
	to := func(v int) operand.Mem { return at(g.dst, v*g.vector) }
	from := func(base reg.Register, v int) operand.Mem { return at(base, v*g.lanes()*g.size) }

	results, shifts := make([]reg.VecVirtual, vectors), make([]reg.VecVirtual, vectors)
	for v := range results {
		results[v], shifts[v] = g.vec(), g.vec()
		if masked(v) {
			g.load64Tail(to(v), last, results[v])
		} else {
			g.VMOVUPD(to(v), results[v])
		}
		if centered && g.masks { // AVX2 has no registers left
			g.loadShift(from(g.shift, v), last, masked(v), shifts[v])
		}
	}
	g.Label(label)
	sums := make([]reg.VecVirtual, vectors)
	weight := g.vec()
	for i := range ref.UpdateRows {
		g.VBROADCASTSD(at(g.r, 8*i), weight)
		for v := range vectors {
			first := i == 0
			if first {
				sums[v] = g.vec()
			}
			m := from(g.x, v)
			if g.size == 8 && !masked(v) && !centered {
				if first {
					g.VMULPD(m, weight, sums[v])
				} else {
					g.VFMADD231PD(m, weight, sums[v])
				}
				continue
			}
			t := g.vec()
			switch {
			case centered:
				shift := shifts[v]
				if !g.masks {
					shift = g.vec()
					g.loadShift(from(g.shift, v), last, masked(v), shift)
				}
				g.loadShift(m, last, masked(v), t)
				g.center(g.raw(shift), t)
			case masked(v):
				g.loadTail(m, last, t)
			default:
				g.load(m, t)
			}
			if first {
				g.VMULPD(t, weight, sums[v])
			} else {
				g.VFMADD231PD(t, weight, sums[v])
			}
		}
		g.ADDQ(g.stride, g.x)
	}
	for v := range vectors {
		g.VADDPD(sums[v], results[v], results[v])
	}
	g.ADDQ(imm(8*ref.UpdateRows), g.r)
	g.SUBQ(imm(ref.UpdateRows), g.n)
	g.CMPQ(g.n, imm(ref.UpdateRows))
	g.JGE(operand.LabelRef(label))
	for v := range vectors {
		if masked(v) {
			g.store64Tail(results[v], last, to(v))
		} else {
			g.VMOVUPD(results[v], to(v))
		}
	}
}

// loadShift loads a vector of shift, or of a row that it is subtracted from.
func (g *shortUpdate) loadShift(m operand.Mem, last tail, masked bool, v reg.VecVirtual) {
	if masked {
		g.loadRawTail(m, last, v)
	} else {
		g.loadRaw(m, v)
	}
}
