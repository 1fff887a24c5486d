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
	const panels = ref.PanelsAbreast
	part := trianglePart{extent{0, columns}, extent{0, 1}}
	g.Label(label)
	g.CMPQ(g.rows, imm(panels*ref.PanelRows))
	g.JL(operand.LabelRef(label + "_few"))
	sums := make([][]accumulator, panels)
	for k := range sums {
		sums[k] = g.sums(columns, part)
	}
	x, left := make([]reg.Register, panels), g.GP64()
	x[0] = g.x
	g.MOVQ(g.stride, left)
	g.IMUL3Q(imm(ref.PanelRows), left, left)
	for k := 1; k < panels; k++ {
		x[k] = g.GP64()
		g.LEAQ(operand.Mem{Base: x[k-1], Index: left, Scale: 1}, x[k])
	}
	g.MOVQ(imm(ref.PanelRows), left)
	bits := g.prepareRows(columns)
	g.Label(label + "_rows")
	for k := range sums {
		g.takeRow(columns, part, sums[k], x[k], operand.Mem{}, bits)
		g.ADDQ(g.stride, x[k])
	}
	g.PREFETCHT0(at(g.ahead, 0))
	g.LEAQ(operand.Mem{Base: g.ahead, Index: g.step, Scale: panels}, g.ahead)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label + "_rows"))
	for _, accumulators := range sums {
		g.merge(columns, accumulators)
	}
	g.MOVQ(x[panels-1], g.x)
	g.SUBQ(imm(panels*ref.PanelRows), g.rows)
	g.JG(operand.LabelRef(label))
	g.finish()
	g.Label(label + "_few")
}
