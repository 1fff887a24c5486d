package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A pendingStore is a sum that is not in memory yet.
type pendingStore struct {
	sum        reg.VecVirtual
	row, start int // the entry of its first lane
	lanes      laneRange
}

// merge adds the ends of the chains to c and moves on to the next row of it.
// The rows of a narrow c lie so close that a load would wait for the store of
// the row before it; so stores come last, or as late as registers allow.
func (g *narrowGenerator) merge(columns int, accumulators []accumulator) {
	g.recent = nil
	var pending []pendingStore
	main := columns - g.tail(columns)
	loaded := accumulators[0].row
	g.MOVQ(g.argument("c"), g.c)
	to := g.GP64()
	if loaded > 0 {
		g.IMUL3Q(operand.U32(loaded), g.ldc, to)
		g.ADDQ(to, g.c)
	}
	g.MOVQ(g.c, to)
	stored := loaded
	store := func() {
		p := pending[0]
		pending = pending[1:]
		for ; stored < p.row; stored++ {
			g.ADDQ(g.ldc, to)
		}
		g.storeLanes(p.sum, p.lanes, g.bitsOf(p.lanes), at(to, 8*p.start))
	}
	temporaries := g.width / g.lanes() // one to load or mask with, one for the upper half of float32
	crossed := 0
	for i, acc := range accumulators {
		for ; loaded < acc.row; loaded++ {
			g.ADDQ(g.ldc, g.c)
		}
		for len(accumulators)-i+len(pending)+temporaries > g.registers() && len(pending) > 0 {
			store()
		}
		for piece, wide := range g.widen(acc.sum) {
			start := acc.vector*g.width + piece*g.lanes()
			if acc.rotated {
				g.VMOVUPD(wide, g.turned.Offset(8*(g.rotatedPlace(acc)+piece*g.lanes())))
				continue
			}
			if acc.crossed {
				g.VMOVUPD(wide, g.frame.Offset(8*((acc.row-main)*main+start)))
				crossed = acc.row - main + 1
				continue
			}
			lanes := laneRange{max(acc.row-start, 0), min(columns-start, g.lanes())}
			if lanes.from < lanes.to {
				g.addLanes(at(g.c, 8*start), lanes, g.bitsOf(lanes), wide)
				pending = append(pending, pendingStore{wide, acc.row, start, lanes})
			}
		}
	}
	for len(pending) > 0 {
		store()
	}
	g.mergeRotated(columns, accumulators)
	if crossed > 0 {
		first := crossed
		for _, acc := range accumulators {
			if acc.crossed {
				first = min(first, acc.row-main)
			}
		}
		g.turn(columns, main, first, crossed)
	}
}

// turn adds the rows of the tail from first to last−1, which are in the frame,
// to the columns of c that they are a part of.
func (g *narrowGenerator) turn(columns, main, first, last int) {
	label := fmt.Sprintf("columns%d_turn%d", columns, first)
	to, from, left := g.argument("c"), g.GP64(), g.GP64()
	g.LEAQ(g.frame, from)
	g.MOVQ(operand.I32(int32(main)), left)
	g.Label(label)
	for j := first; j < last; j++ {
		v := g.XMM()
		g.VMOVSD(at(from, 8*j*main), v)
		g.VADDSD(at(to, 8*(main+j)), v, v)
		g.VMOVSD(v, at(to, 8*(main+j)))
	}
	g.ADDQ(imm(8), from)
	g.ADDQ(g.ldc, to)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label))
}

// laneBits is a mask register that holds a range of lanes.
type laneBits struct {
	lanes laneRange
	bits  reg.Register
}

// bitsOf is a mask register with a range of lanes, one that is at hand if it
// can be; nil if the instruction set has none or none is needed.
func (g *narrowGenerator) bitsOf(l laneRange) reg.Register {
	most := 6 - len(g.wrapped) // of the seven that can mask
	if !g.masks || !l.partial(g.lanes()) && !l.partial(g.width) {
		return nil
	}
	for _, m := range g.recent {
		if m.lanes == l {
			return m.bits
		}
	}
	if len(g.recent) == most {
		g.recent = g.recent[1:]
	}
	m := laneBits{l, g.maskRegister(l)}
	g.recent = append(g.recent, m)
	return m.bits
}
