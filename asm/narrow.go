package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// narrow emits the triangle of a product of two panels that are so narrow that
// all of its accumulators fit the registers: a row is read once, and nothing
// below the diagonal is computed but what shares a vector with it. The chains
// are those of tile.
func narrow(k *kernel) {
	limit := k.narrowColumns()
	k.Function("Narrow" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(c *float64, ldc int, a *%[1]s, lda int, b *%[1]s, ldb int, n, p int, ahead *%[1]s)"))
	k.Doc("Narrow"+k.name+" adds the upper triangle of the product of n rows of two panels to c.",
		fmt.Sprintf("p is at most %d. Rows from ahead on, with b's stride, are fetched.", limit))
	k.Attributes(noSplit)
	c, ldc := k.argument("c"), k.argument("ldc")
	a, lda, b, ldb := k.argument("a"), k.argument("lda"), k.argument("b"), k.argument("ldb")
	n, p, ahead := k.argument("n"), k.argument("p"), k.argument("ahead")
	k.bytes(ldc, 8)
	k.bytes(lda, k.size)
	k.bytes(ldb, k.size)
	diagonal := k.GP64()
	k.MOVQ(operand.U32(1), diagonal)
	g := tileGenerator{kernel: k, c: c, ldc: ldc, a: a, lda: lda, b: b, ldb: ldb, n: n, diagonal: diagonal, ahead: ahead, width: k.vector / k.size}
	for columns := limit; columns >= 1; columns-- {
		next := fmt.Sprintf("fewer_than%d", columns)
		if columns > 1 {
			k.CMPQ(p, imm(columns))
			k.JNE(operand.LabelRef(next))
		}
		g.narrowVariant(columns, p)
		k.Label(next)
	}
}

// narrowColumns is the widest panel whose triangle fits the registers: two
// vectors of float64 a row, one where the first lies below the diagonal, or one
// of float32.
func (k *kernel) narrowColumns() int {
	if k.size == 8 {
		return 2 * k.lanes()
	}
	return k.vector / k.size
}

func (g *tileGenerator) narrowVariant(columns int, p reg.Register) {
	vectors := (columns + g.width - 1) / g.width
	acc := make([][]reg.VecVirtual, columns) // of row i those vectors that reach the diagonal
	for i := range acc {
		acc[i] = make([]reg.VecVirtual, vectors-i/g.width)
		for j := range acc[i] {
			acc[i][j] = g.vec()
			g.zero(acc[i][j])
		}
	}
	rem := g.GP64()
	g.MOVQ(p, rem)
	g.SUBQ(imm((vectors-1)*g.width), rem)
	var bits reg.Register
	var window operand.Mem
	if g.masks {
		bits = g.bitmask(rem)
	} else {
		window = g.window(rem, g.size, 0)
	}
	label := fmt.Sprintf("columns%d", columns)
	g.Label(label)
	right := make([]reg.VecVirtual, vectors)
	for j := range right {
		right[j] = g.vec()
		if m := at(g.b, j*g.vector); j == vectors-1 && columns%g.width != 0 {
			g.loadLast(m, bits, window, right[j])
		} else {
			g.loadData(m, right[j])
		}
	}
	for i := range acc {
		m := at(g.a, i*g.size)
		if len(acc[i]) == 1 && g.masks {
			g.multiplyBroadcast(m, right[vectors-1], acc[i][0])
			continue
		}
		left := g.vec()
		g.broadcast(m, left)
		for j, sum := range acc[i] {
			g.multiply(right[vectors-len(acc[i])+j], left, sum)
		}
	}
	for line := 0; line < columns*g.size; line += 64 {
		g.PREFETCHT0(at(g.ahead, line))
	}
	g.ADDQ(g.ldb, g.ahead)
	g.ADDQ(g.lda, g.a)
	g.ADDQ(g.ldb, g.b)
	g.DECQ(g.n)
	g.JNZ(operand.LabelRef(label))

	// The diagonal crosses one float64 vector after the other.
	pieces := g.width / g.lanes()
	for top := 0; top < columns; top += g.lanes() {
		if top > 0 && top%g.width == 0 {
			g.ADDQ(imm(8*g.width), g.c)
		}
		g.merge(acc[top:min(top+g.lanes(), columns)], rem, true, top/g.lanes()%pieces)
	}
	g.finish()
}
