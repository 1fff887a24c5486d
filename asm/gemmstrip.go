package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// rowsAhead is how many rows before their use b is fetched into the first-level
// cache, whose prefetchers neither follow panels in the second fast enough nor
// rows that are far apart at all.
const rowsAhead = 8

// gemmStrip emits gemm for strips of tileRows rows and whole panels, with what
// can be had beside the arithmetic. b is in rows and copied into panels, by stores
// that nothing else needs; or it is in panels without gaps, and rows that come
// later are fetched.
func gemmStrip(k *kernel) {
	k.Function("GemmStrip" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(c *%[1]s, ldc int, a *%[1]s, ars, acs int, b *%[1]s, ldb int, panels *%[1]s, n, columns int, alpha, beta %[1]s, ahead *%[1]s, stride, advance, back int)"))
	k.Doc("GemmStrip"+k.name+" computes a strip of a matrix product. Unless ldb is zero, b is in rows, which it copies to panels.",
		fmt.Sprintf("columns is a multiple of %d. If ldb is zero, b is panels, and with every row of it advance bytes of %d rows from ahead on", tileVectors*k.vector/k.size, ref.GemmFetchedRows),
		"are fetched, stride bytes apart; from panel to panel ahead moves by back more.")
	k.Attributes(noSplit)
	g := gemmGenerator{kernel: k, width: k.vector / k.size}
	g.c, g.a, g.ars, g.acs, g.b, g.columns = k.argument("c"), k.argument("a"), k.argument("ars"), k.argument("acs"), k.argument("b"), k.argument("columns")
	k.bytes(g.ars, k.size)
	k.bytes(g.acs, k.size)
	g.multiplesOf(g.ars)
	ldb := k.argument("ldb")
	k.TESTQ(ldb, ldb)
	k.JZ(operand.LabelRef("packed"))
	g.copying(ldb)
	k.Label("packed")
	g.fetching()
}

// copying is a strip whose b is in rows.
func (g *gemmGenerator) copying(ldb reg.Register) {
	panels, far := g.argument("panels"), g.GP64()
	g.bytes(ldb, g.size)
	g.IMUL3Q(imm(rowsAhead), ldb, far)
	g.panel("rows", func(b reg.Register, right []reg.VecVirtual) {
		for j := range right {
			g.PREFETCHT0(operand.Mem{Base: b, Index: far, Scale: 1, Disp: j * g.vector})
			g.storeCut(right[j], at(panels, j*g.vector), nil)
		}
		g.ADDQ(imm(tileVectors*g.vector), panels)
		g.ADDQ(ldb, b)
	}, func(reg.Register) { g.ADDQ(imm(tileVectors*g.vector), g.b) })
}

// fetching is a strip whose b is in panels, where the next begins as one ends.
func (g *gemmGenerator) fetching() {
	ahead, stride, advance := g.argument("ahead"), g.argument("stride"), g.argument("advance")
	g.panel("panels", func(b reg.Register, right []reg.VecVirtual) {
		for j := range right {
			g.PREFETCHT0(at(b, rowsAhead*tileVectors*g.vector+j*g.vector))
		}
		g.PREFETCHT1(at(ahead, 0))
		for i := 1; i < ref.GemmFetchedRows; i++ {
			g.PREFETCHT1(operand.Mem{Base: ahead, Index: stride, Scale: uint8(i)})
		}
		g.ADDQ(advance, ahead)
		g.ADDQ(imm(tileVectors*g.vector), b)
	}, func(b reg.Register) {
		g.ADDQ(g.parameter("back"), ahead)
		g.MOVQ(b, g.b)
	})
}

// panel goes from panel to panel. beside is what else there is to do with a row,
// moving b to the next one included, and end what there is with a panel that b is at the end of.
func (g *gemmGenerator) panel(label string, beside func(b reg.Register, right []reg.VecVirtual), end func(b reg.Register)) {
	g.Label(label)
	acc := g.accumulators(g.tileRows, tileVectors)
	a, b, left := g.GP64(), g.GP64(), g.argument("n")
	g.MOVQ(g.a, a)
	g.MOVQ(g.b, b)
	g.Label(label + "_row")
	right := make([]reg.VecVirtual, tileVectors)
	for j := range right {
		right[j] = g.vec()
		g.loadCut(at(b, j*g.vector), right[j], nil)
	}
	for i := range acc {
		value := g.vec()
		g.broadcast(g.row(a, i), value)
		for j := range right {
			g.multiply(right[j], value, acc[i][j])
		}
	}
	beside(b, right)
	g.ADDQ(g.acs, a)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label + "_row"))
	end(b)
	g.merge(label, acc, nil)
	g.ADDQ(imm(tileVectors*g.vector), g.c)
	g.SUBQ(imm(tileVectors*g.width), g.columns)
	g.JNZ(operand.LabelRef(label))
	g.finish()
}
