package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// relativeGram emits what is left of rows and targets without the first of them, a
// row in an octet, and the Gram matrix of these octets.
func relativeGram(k *kernel) {
	k.Function("RelativeGram")
	k.Pragma("noescape")
	k.SignatureExpr("func(dst, shift, gram, x, y *float64, n, p, stride int, ahead *float64, step int)")
	k.Doc("RelativeGram sets n octets to 1, a row of p columns and y, less the first row, shift to that row,",
		"and p + 1 octets to rows of the upper triangle of the Gram matrix. From ahead on, step bytes of memory a row are fetched.")
	k.Attributes(noSplit)
	x, y, n, stride := k.argument("x"), k.argument("y"), k.argument("n"), k.argument("stride")
	k.bytes(stride, 8)
	g := &centerGenerator{kernel: k, x: x, y: y, n: n, stride: stride}
	columns := k.argument("p")
	masked := k.GP64()
	k.MOVQ(columns, masked)
	g.prepare(masked)
	g.shift = g.row(x, y)
	g.first(g.shift[0])
	shift := k.argument("shift")
	for v := range g.shift {
		k.VMOVUPD(g.shift[v], at(shift, v*k.vector))
	}
	g.dst = k.argument("dst")
	gram, ahead, step := k.argument("gram"), k.argument("ahead"), k.argument("step")
	for p := range ref.CenterColumns + 1 {
		more := fmt.Sprintf("more%d", p)
		if p < ref.CenterColumns {
			g.CMPQ(columns, imm(p))
			g.JG(operand.LabelRef(more))
		}
		g.gram(1+p, gram, ahead, step)
		if p < ref.CenterColumns {
			g.Label(more)
		}
	}
}

// gram is rows of a Gram matrix in registers, those vectors of them that the
// upper triangle has. Where registers are few, rows are centred first and read
// again.
func (g *centerGenerator) gram(rows int, gram, ahead, step reg.Register) {
	label := fmt.Sprintf("rows%d", rows)
	sums := make([][]reg.VecVirtual, rows)
	clear := func() {
		for i := range sums {
			sums[i] = g.octet()
			for _, v := range sums[i][i/g.lanes():] {
				g.zero(v)
			}
		}
	}
	add := func(from reg.Register, row []reg.VecVirtual) {
		for v := range row { // times one
			g.VADDPD(row[v], sums[0][v], sums[0][v])
		}
		for i := 1; i < rows; i++ {
			m, first := at(from, 8*i), i/g.lanes()
			if g.masks {
				g.VFMADD231PD_BCST(m, row[0], sums[i][0])
				continue
			}
			left := g.vec()
			g.VBROADCASTSD(m, left)
			for v := first; v < len(row); v++ {
				g.VFMADD231PD(row[v], left, sums[i][v])
			}
		}
		g.PREFETCHT0(at(ahead, 0))
		g.ADDQ(step, ahead)
	}
	if g.masks {
		clear()
		g.loop(label, func(row []reg.VecVirtual) { add(g.dst, row) })
	} else {
		from, left := g.GP64(), g.GP64()
		g.MOVQ(g.dst, from)
		g.MOVQ(g.n, left)
		g.loop(label, func([]reg.VecVirtual) {})
		clear()
		again := label + "_again"
		g.Label(again)
		row := g.octet()
		for v := range row {
			g.VMOVUPD(at(from, v*g.vector), row[v])
		}
		add(from, row)
		g.ADDQ(imm(8*ref.CenterWidth), from)
		g.DECQ(left)
		g.JNZ(operand.LabelRef(again))
	}
	for i := range sums {
		for v := i / g.lanes(); v < len(sums[i]); v++ {
			g.VMOVUPD(sums[i][v], at(gram, 8*ref.CenterWidth*i+v*g.vector))
		}
	}
	g.finish()
}
