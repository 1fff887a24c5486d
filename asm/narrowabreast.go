package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// abreast takes some whole panels of very few columns at a time, as long as there are
// as many: a chain takes four cycles for a row, and one panel has too few chains to
// keep memory busy. Their ends are added to c one after the other. With weights that is
// slower from memory: there are too many places to be read for its prefetchers.
func (g *narrowGenerator) abreast(columns int, label string) {
	if columns > ref.AbreastColumns || g.d != nil {
		return
	}
	panels := ref.PanelsAbreast[float64](columns)
	if g.size == 4 {
		panels = ref.PanelsAbreast[float32](columns)
	}
	part := trianglePart{extent{0, columns}, extent{0, 1}}
	g.Label(label)
	g.CMPQ(g.rows, imm(panels*ref.PanelRows))
	g.JL(operand.LabelRef(label + "_few"))
	sums := make([][]accumulator, panels)
	first := 0
	for k := range sums {
		sums[k] = g.sums(columns, part, first)
		first += len(sums[k])
	}
	// Four panels share a register for where they are.
	panel, three, left := g.GP64(), g.GP64(), g.GP64()
	g.MOVQ(g.stride, panel)
	g.IMUL3Q(imm(ref.PanelRows), panel, panel)
	g.LEAQ(operand.Mem{Base: panel, Index: panel, Scale: 2}, three)
	x := []reg.Register{g.x}
	for len(x) < panels/4 {
		next := g.GP64()
		g.LEAQ(operand.Mem{Base: x[len(x)-1], Index: panel, Scale: 4}, next)
		x = append(x, next)
	}
	g.MOVQ(imm(ref.PanelRows), left)
	g.Label(label + "_rows")
	for k := range sums {
		m := operand.Mem{Base: x[k/4], Index: panel, Scale: uint8(k % 4)}
		switch k % 4 {
		case 0:
			m = operand.Mem{Base: x[k/4]}
		case 3:
			m.Index, m.Scale = three, 1
		}
		g.takeShortRow(columns, sums[k], m)
	}
	for _, base := range x {
		g.ADDQ(g.stride, base)
	}
	g.PREFETCHT0(at(g.ahead, 0))
	g.LEAQ(operand.Mem{Base: g.ahead, Index: g.step, Scale: uint8(panels)}, g.ahead)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label + "_rows"))
	for _, accumulators := range sums {
		g.merge(columns, accumulators)
	}
	g.LEAQ(operand.Mem{Base: x[len(x)-1], Index: three, Scale: 1}, g.x) // at the end of the last one
	g.SUBQ(imm(panels*ref.PanelRows), g.rows)
	g.JG(operand.LabelRef(label))
	g.finish()
	g.Label(label + "_few")
}

// takeShortRow multiplies a row of one or two numbers, which the smallest vector holds:
// larger ones would lie in two cache lines more often than in one.
func (g *narrowGenerator) takeShortRow(columns int, accumulators []accumulator, x operand.Mem) {
	right := g.XMM()
	multiply, load, broadcast := g.VFMADD231PD, g.VMOVUPD, g.VMOVDDUP
	switch {
	case columns == 1 && g.size == 8:
		multiply, load = g.VFMADD231SD, g.VMOVSD
	case columns == 1:
		multiply, load = g.VFMADD231SS, g.VMOVSS
	case g.size == 4:
		multiply, load, broadcast = g.VFMADD231PS, g.VMOVSD, g.VBROADCASTSS
	}
	load(x, right)
	for _, acc := range accumulators {
		left := right
		if columns > 1 {
			left = g.XMM()
			broadcast(x.Offset(acc.row*g.size), left)
		}
		multiply(left, right, acc.sum.AsX())
	}
}
