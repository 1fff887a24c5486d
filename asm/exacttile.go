package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// exactTile emits the product of two strips in pairs. An entry takes two
// multiply-adds and two additions a row, because its chain starts at a number
// so large that nothing a product loses is out of reach of a second one; a
// lo on the left or on both sides takes one or two multiply-adds more.
func exactTile(k *kernel) {
	k.Function("ExactTile")
	k.Pragma("noescape")
	k.SignatureExpr("func(chi, clo *float64, ldc int, a, b, top, left *float64, n, rows, pairs int)")
	k.Doc("ExactTile adds the product of n rows of two strips to a block of pairs.",
		"rows is even. pairs says which strips have low parts: 0 none, 1 a, 2 both.")
	k.Attributes(noSplit)
	g := exactTileGenerator{kernel: k, chi: k.argument("chi"), clo: k.argument("clo"), ldc: k.argument("ldc"),
		a: k.argument("a"), b: k.argument("b"), top: k.argument("top"), left: k.argument("left")}
	g.end = k.argument("n")
	rows, pairs := k.argument("rows"), k.argument("pairs")
	k.bytes(g.ldc, 8)
	k.SHLQ(operand.Imm(6), g.end) // eight columns of eight bytes
	g.row = k.GP64()

	k.CMPQ(pairs, imm(1))
	k.JE(operand.LabelRef("one"))
	k.JG(operand.LabelRef("both"))
	for p, name := range []string{"none", "one", "both"} {
		k.Label(name)
		heights := []int{2}
		if k.masks {
			heights = []int{8, 4, 2}
		}
		for _, height := range heights {
			next := fmt.Sprintf("%s_fewer_than%d", name, height)
			label := fmt.Sprintf("%s_rows%d", name, height)
			k.Label(label)
			k.CMPQ(rows, imm(height))
			k.JL(operand.LabelRef(next))
			g.rows(label+"_row", height, p)
			for range height {
				k.ADDQ(g.ldc, g.chi)
				k.ADDQ(g.ldc, g.clo)
			}
			k.ADDQ(imm(8*height), g.a)
			k.ADDQ(imm(8*height), g.top)
			k.SUBQ(imm(height), rows)
			k.JMP(operand.LabelRef(label))
			k.Label(next)
		}
		k.finish()
	}
}

type exactTileGenerator struct {
	*kernel
	chi, clo, ldc, a, b, top, left reg.Register
	row, end                       reg.Register // bytes from the first row on
}

// rows emits some rows of the block.
func (g *exactTileGenerator) rows(label string, rows, pairs int) {
	vectors := ref.ExactStrip / g.lanes()
	hi, lo := make([][]reg.VecVirtual, rows), make([][]reg.VecVirtual, rows)
	for i := range rows {
		hi[i], lo[i] = g.octet(), g.octet()
	}
	start := func(i, v int, to reg.VecVirtual) {
		g.VBROADCASTSD(at(g.top, 8*i), to)
		g.VMULPD(at(g.left, v*g.vector), to, to)
	}
	for i := range rows {
		for v := range vectors {
			start(i, v, hi[i][v])
			g.zero(lo[i][v])
		}
	}
	g.XORQ(g.row, g.row)
	g.Label(label)
	b := g.octet()
	for v := range vectors {
		g.VMOVUPD(operand.Mem{Base: g.b, Index: g.row, Scale: 1, Disp: v * g.vector}, b[v])
	}
	for i := range rows {
		a, alo := g.vec(), g.vec()
		g.VBROADCASTSD(operand.Mem{Base: g.a, Index: g.row, Scale: 1, Disp: 8 * i}, a)
		if pairs >= 1 {
			g.VBROADCASTSD(operand.Mem{Base: g.a, Index: g.row, Scale: 1, Disp: 8 * (ref.ExactLow + i)}, alo)
		}
		for v := range vectors {
			e := g.vec()
			g.VMOVAPD(hi[i][v], e)
			g.VFMADD231PD(b[v], a, hi[i][v])
			g.VSUBPD(hi[i][v], e, e)
			g.VFMADD231PD(b[v], a, e)
			if pairs >= 1 {
				g.VFMADD231PD(b[v], alo, e)
			}
			if pairs == 2 {
				g.VFMADD231PD(operand.Mem{Base: g.b, Index: g.row, Scale: 1, Disp: 8*ref.ExactLow + v*g.vector}, a, e)
			}
			g.VADDPD(e, lo[i][v], lo[i][v])
		}
	}
	g.ADDQ(imm(8*ref.ExactStrip), g.row)
	g.CMPQ(g.row, g.end)
	g.JL(operand.LabelRef(label))

	offset := g.row // no longer needed
	g.XORQ(offset, offset)
	for i := range rows {
		for v := range vectors {
			first := g.vec()
			start(i, v, first)
			g.VSUBPD(first, hi[i][v], hi[i][v])
			toHi := operand.Mem{Base: g.chi, Index: offset, Scale: 1, Disp: v * g.vector}
			toLo := operand.Mem{Base: g.clo, Index: offset, Scale: 1, Disp: v * g.vector}
			g.VMOVUPD(toHi, first)
			s, e := g.twoSum(first, hi[i][v])
			g.VADDPD(toLo, lo[i][v], lo[i][v])
			g.VADDPD(lo[i][v], e, e)
			s, e = g.twoSum(s, e)
			g.VMOVUPD(s, toHi)
			g.VMOVUPD(e, toLo)
		}
		g.ADDQ(g.ldc, offset)
	}
}
