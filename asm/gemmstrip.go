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

// stripUnrolled is how many rows of b a turn of the loop takes. What moves on from row to
// row wants units that multiply, and a line of memory that is fetched needs to be asked for
// once, not with every eight bytes. Of fewer than 120 columns of a some lines are left out:
// asked for with every second row, products with 80 and 100 were no faster.
const stripUnrolled = 4

// A stripSource is how a strip goes through b.
type stripSource struct {
	at   func(b reg.Register, row int) operand.Mem             // a row of a turn
	row  func(b reg.Register, row int, right []reg.VecVirtual) // what is done with it besides
	turn func(b reg.Register, rows int)                        // and after some rows
	end  func(b reg.Register)                                  // and after a panel, which b is at the end of
}

// copying is a strip whose b is in rows.
func (g *gemmGenerator) copying(ldb reg.Register) {
	panels, far := g.argument("panels"), g.GP64()
	g.bytes(ldb, g.size)
	g.IMUL3Q(imm(rowsAhead), ldb, far)
	g.panel("rows", stripSource{
		at: func(b reg.Register, _ int) operand.Mem { return at(b, 0) },
		row: func(b reg.Register, row int, right []reg.VecVirtual) {
			for j := range right {
				g.PREFETCHT0(operand.Mem{Base: b, Index: far, Scale: 1, Disp: j * g.vector})
				g.storeCut(right[j], at(panels, (row*tileVectors+j)*g.vector), nil)
			}
			g.ADDQ(ldb, b)
		},
		turn: func(_ reg.Register, rows int) { g.ADDQ(imm(rows*tileVectors*g.vector), panels) },
		end:  func(reg.Register) { g.ADDQ(imm(tileVectors*g.vector), g.b) },
	})
}

// fetching is a strip whose b is in panels, where the next begins as one ends.
func (g *gemmGenerator) fetching() {
	ahead, stride, advance := g.argument("ahead"), g.argument("stride"), g.argument("advance")
	g.panel("panels", stripSource{
		at: func(b reg.Register, row int) operand.Mem { return at(b, row*tileVectors*g.vector) },
		row: func(b reg.Register, row int, right []reg.VecVirtual) {
			for j := range right {
				g.PREFETCHT0(at(b, ((rowsAhead+row)*tileVectors+j)*g.vector))
			}
		},
		turn: func(b reg.Register, rows int) {
			g.PREFETCHT1(at(ahead, 0))
			for i := 1; i < ref.GemmFetchedRows; i++ {
				g.PREFETCHT1(operand.Mem{Base: ahead, Index: stride, Scale: uint8(i)})
			}
			g.LEAQ(operand.Mem{Base: ahead, Index: advance, Scale: uint8(rows)}, ahead)
			g.ADDQ(imm(rows*tileVectors*g.vector), b)
		},
		end: func(b reg.Register) {
			g.ADDQ(g.parameter("back"), ahead)
			g.MOVQ(b, g.b)
		},
	})
}

// panel goes from panel to panel.
func (g *gemmGenerator) panel(label string, b stripSource) {
	g.Label(label)
	acc := g.accumulators(g.tileRows, tileVectors)
	g.fetchTile()
	from, at, left := g.GP64(), g.GP64(), g.argument("n")
	g.MOVQ(g.a, from)
	g.MOVQ(g.b, at)
	g.Label(label + "_row")
	g.TESTQ(operand.U32(stripUnrolled-1), left)
	g.JZ(operand.LabelRef(label + "_rows"))
	g.turn(from, at, b, 1, acc)
	g.DECQ(left)
	g.JMP(operand.LabelRef(label + "_row"))
	g.Label(label + "_rows")
	g.TESTQ(left, left)
	g.JZ(operand.LabelRef(label + "_end"))
	g.Label(label + "_turn")
	g.turn(from, at, b, stripUnrolled, acc)
	g.SUBQ(imm(stripUnrolled), left)
	g.JNZ(operand.LabelRef(label + "_turn"))
	g.Label(label + "_end")
	b.end(at)
	g.merge(label, acc, nil)
	g.ADDQ(imm(tileVectors*g.vector), g.c)
	g.SUBQ(imm(tileVectors*g.width), g.columns)
	g.JNZ(operand.LabelRef(label))
	g.finish()
}

// fetchTile asks for the tile of c that the chains are added to: they would wait for memory at
// their ends, where nothing is left to be done meanwhile.
func (g *gemmGenerator) fetchTile() {
	ldc, row := g.argument("ldc"), g.GP64()
	g.bytes(ldc, g.size)
	g.MOVQ(g.c, row)
	last := tileVectors*g.vector - 1
	for range g.tileRows {
		for place := 0; place < last; place += 64 {
			g.PREFETCHT0(at(row, place))
		}
		g.PREFETCHT0(at(row, last))
		g.ADDQ(ldc, row)
	}
}

// turn multiplies some columns of a with as many rows of b.
func (g *gemmGenerator) turn(a, b reg.Register, source stripSource, rows int, acc [][]reg.VecVirtual) {
	for r := range rows {
		right := make([]reg.VecVirtual, tileVectors)
		for j := range right {
			right[j] = g.vec()
			g.loadCut(source.at(b, r).Offset(j*g.vector), right[j], nil)
		}
		for i := range acc {
			value := g.vec()
			g.broadcast(g.row(a, i), value)
			for j := range right {
				g.multiply(right[j], value, acc[i][j])
			}
		}
		source.row(b, r, right)
		g.ADDQ(g.acs, a)
	}
	source.turn(b, rows)
}
