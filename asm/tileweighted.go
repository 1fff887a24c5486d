package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileWeighted emits a tile of full height whose columns of b are multiplied by a
// weight of each row on the way, and kept for the tiles that follow:
//
//	scaled[r,j] = d[r]·b[r,j]     c[i,j] += Σ_r a[r,i]·scaled[r,j]
//
// To copy them before takes as long as the tile itself: the first-level cache does
// little else then than to get lines from the second one and to send others back.
// Here that happens beside the multiply-adds.
func tileWeighted(k *kernel) {
	k.Function("TileWeighted" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(c *float64, ldc int, a *%[1]s, lda int, b *%[1]s, ldb int, d *float64, scaled *%[1]s, n, columns int, ahead *%[1]s, step int)"))
	k.Doc("TileWeighted"+k.name+fmt.Sprintf(" adds the product of n rows of two panels to a tile of c of %d rows and 1 to %d columns,", k.tileRows, k.tileColumns()),
		fmt.Sprintf("those of b times a weight of their row. It leaves them in scaled, %d apart: whole vectors, zero behind the last column.", k.tileColumns()))
	k.Attributes(noSplit)
	g := weightedTileGenerator{tileGenerator: tileGenerator{kernel: k, c: k.argument("c"), ldc: k.argument("ldc"),
		a: k.argument("a"), lda: k.argument("lda"), ldb: k.argument("ldb"), ahead: k.argument("ahead"), step: k.argument("step"),
		width: k.vector / k.size}, d: k.argument("d"), scaled: k.argument("scaled")}
	columns := k.argument("columns")
	k.bytes(g.ldc, 8)
	k.bytes(g.lda, k.size)
	k.bytes(g.ldb, k.size)
	for v := tileVectors; v >= 1; v-- {
		next := fmt.Sprintf("vectors%d", v-1)
		if v > 1 {
			k.CMPQ(columns, operand.Imm(uint64((v-1)*g.width)))
			k.JLE(operand.LabelRef(next))
		}
		edge := fmt.Sprintf("vectors%d_edge", v)
		k.CMPQ(columns, operand.Imm(uint64(v*g.width)))
		k.JNE(operand.LabelRef(edge))
		g.variant(fmt.Sprintf("vectors%d_whole", v), v, nil)
		k.Label(edge)
		g.variant(fmt.Sprintf("vectors%d_masked", v), v, columns)
		k.Label(next)
	}
}

type weightedTileGenerator struct {
	tileGenerator
	d, scaled reg.Register
}

// variant is the tile of so many vectors; the last one is partial if it depends on
// the number of columns.
func (g *weightedTileGenerator) variant(label string, vectors int, columns reg.Register) {
	last := partialVector{masked: columns != nil}
	if last.masked {
		rem := g.GP64()
		g.MOVQ(columns, rem)
		g.SUBQ(imm((vectors-1)*g.width), rem)
		last.prepare(g.kernel, rem)
	}
	acc := g.chains(g.tileRows, vectors)
	rowBytes := g.tileColumns() * g.size
	b, left := g.argument("b"), g.argument("n") // as late as that: registers are few
	g.beforeTurns(label, left, 2, func() {
		g.row(at(g.a, 0), at(b, 0), 0, acc, last)
		g.ADDQ(g.lda, g.a)
		g.ADDQ(g.ldb, b)
		g.ADDQ(imm(8), g.d)
		g.ADDQ(imm(rowBytes), g.scaled)
	})
	g.JZ(operand.LabelRef(label + "_end"))
	g.Label(label)
	g.row(at(g.a, 0), at(b, 0), 0, acc, last)
	g.row(offset(g.a, g.lda), offset(b, g.ldb), 1, acc, last)
	g.PREFETCHT1(at(g.ahead, 0))
	g.PREFETCHT1(offset(g.ahead, g.step))
	g.LEAQ(twice(g.ahead, g.step), g.ahead)
	g.LEAQ(twice(g.a, g.lda), g.a)
	g.LEAQ(twice(b, g.ldb), b)
	g.ADDQ(imm(2*8), g.d)
	g.ADDQ(imm(2*rowBytes), g.scaled)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label))
	g.Label(label + "_end")
	g.merge(acc, last)
	g.finish()
}

// row takes the row so many behind the one that d and scaled are at.
func (g *weightedTileGenerator) row(a, b operand.Mem, behind int, acc [][]reg.VecVirtual, last partialVector) {
	right, weight := g.right(b, len(acc[0]), last), g.vec()
	g.broadcastScale(at(g.d, 8*behind), weight)
	for j, v := range right {
		g.weigh(weight, v)
		g.storeData(v, at(g.scaled, behind*g.tileColumns()*g.size+j*g.vector))
	}
	g.PREFETCHT0(a.Offset(len(acc) * g.size))
	g.products(a, right, acc)
}
