package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// triangle emits the solution with a small triangle, and the product with one:
// rows of b stay in registers, a vector of columns at a time. Vectors do not know
// of each other, so the machine has several in flight.
func triangle(k *kernel) {
	smallTriangle(k, "Solve", "SolveTriangle"+k.name+" takes b to what alpha·b is the product of, with a lower triangle t.", true)
	smallTriangle(k, "Multiply", "MultiplyTriangle"+k.name+" takes b to alpha times its product with an upper triangle t.", false)
}

func smallTriangle(k *kernel, name, doc string, solve bool) {
	k.Function(name + "Triangle" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(b *%[1]s, ldb int, t *%[1]s, n, columns int, alpha %[1]s)"))
	k.Doc(doc, fmt.Sprintf("n is 1 to %d, which is also the stride of t; that of b may be negative.", ref.TriangleRows))
	k.Attributes(noSplit)
	g := triangleGenerator{kernel: k, b: k.argument("b"), t: k.argument("t"), alpha: k.vec(), solve: solve}
	ldb, n, columns := k.argument("ldb"), k.argument("n"), k.argument("columns")
	k.bytes(ldb, k.size)
	g.multiples = map[int]reg.Register{1: ldb, 3: k.GP64(), 5: k.GP64(), 7: k.GP64()}
	k.LEAQ(operand.Mem{Base: ldb, Index: ldb, Scale: 2}, g.multiples[3])
	k.LEAQ(operand.Mem{Base: ldb, Index: ldb, Scale: 4}, g.multiples[5])
	k.LEAQ(operand.Mem{Base: g.multiples[3], Index: ldb, Scale: 4}, g.multiples[7])
	k.broadcast(k.parameter("alpha"), g.alpha)
	for r := ref.TriangleRows; r > 1; r-- {
		k.CMPQ(n, operand.Imm(uint64(r)))
		k.JE(operand.LabelRef(fmt.Sprintf("rows%d", r)))
	}
	width := k.vector / k.size
	for r := 1; r <= ref.TriangleRows; r++ {
		label := fmt.Sprintf("rows%d", r)
		k.Label(label)
		k.CMPQ(columns, operand.Imm(uint64(width)))
		k.JL(operand.LabelRef(label + "_rest"))
		g.body(r, nil)
		k.ADDQ(imm(k.vector), g.b)
		k.SUBQ(imm(width), columns)
		k.JMP(operand.LabelRef(label))
		k.Label(label + "_rest")
		k.TESTQ(columns, columns)
		k.JZ(operand.LabelRef(label + "_done"))
		g.body(r, k.cut(columns))
		k.Label(label + "_done")
		k.finish()
	}
}

type triangleGenerator struct {
	*kernel
	b, t      reg.Register
	multiples map[int]reg.Register // of the stride of b
	alpha     reg.VecVirtual
	solve     bool
}

// body does a vector of columns of n rows.
func (g *triangleGenerator) body(n int, cut *lastVector) {
	x := make([]reg.VecVirtual, n)
	for i := range x {
		x[i] = g.vec()
		g.loadCut(g.row(i), x[i], cut)
	}
	scale, subtract := g.VMULPD, g.VSUBPD
	if g.size == 4 {
		scale, subtract = g.VMULPS, g.VSUBPS
	}
	own := func(i int) reg.VecVirtual {
		v := g.vec()
		g.broadcast(g.entry(i, i), v)
		return v
	}
	for i := range x {
		first, last := 0, i
		if !g.solve {
			first, last = i+1, n
		}
		var sum reg.VecVirtual
		if first < last {
			sum = g.vec()
			g.zero(sum)
		}
		for l := first; l < last; l++ {
			if g.masks {
				g.multiplyBroadcast(g.entry(i, l), x[l], sum)
				continue
			}
			v := g.vec()
			g.broadcast(g.entry(i, l), v)
			g.multiply(v, x[l], sum)
		}
		if g.solve {
			scale(g.alpha, x[i], x[i])
			if sum != nil {
				subtract(sum, x[i], x[i])
			}
			scale(own(i), x[i], x[i])
		} else {
			scale(own(i), x[i], x[i])
			if sum != nil {
				g.multiply(g.alpha, sum, x[i])
			}
		}
		g.storeCut(x[i], g.row(i), cut)
	}
}

// entry is where t[i,j] is.
func (g *triangleGenerator) entry(i, j int) operand.Mem {
	return at(g.t, (i*ref.TriangleRows+j)*g.size)
}

// row is where row i of a vector of b is.
func (g *triangleGenerator) row(i int) operand.Mem {
	if i == 0 {
		return at(g.b, 0)
	}
	scale := 1
	for i%2 == 0 {
		i, scale = i/2, scale*2
	}
	return operand.Mem{Base: g.b, Index: g.multiples[i], Scale: uint8(scale)}
}
