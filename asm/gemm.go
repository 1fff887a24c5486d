package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm emits the micro-kernel of matrix products: a strip of up to tileRows
// rows of c, in the data's type, as wide as it may be,
//
//	c[i,j] = fma(alpha, Σ_l a[i,l]·b[l,j], beta·c[i,j])
//
// with one chain of fused multiply-adds an entry, from zero over the n columns
// of a. a is read one number at a time, with a stride for its rows and one for
// its columns, so neither a transposed a nor one that is not needs packing. b is
// read in panels of tileVectors vectors, row by row; step leads from panel to
// panel. With beta = 0, c is not read.
func gemm(k *kernel) {
	k.Function("Gemm" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(c *%[1]s, ldc int, a *%[1]s, ars, acs int, b *%[1]s, ldb, step int, n, rows, columns int, alpha, beta %[1]s)"))
	k.Doc("Gemm"+k.name+" computes a strip of a matrix product.",
		fmt.Sprintf("rows is 1 to %d, columns and n are at least 1; a panel has %d columns.", k.tileRows, tileVectors*k.vector/k.size))
	k.Attributes(noSplit)
	g := gemmGenerator{kernel: k, width: k.vector / k.size}
	g.c, g.a, g.ars, g.acs = k.argument("c"), k.argument("a"), k.argument("ars"), k.argument("acs")
	g.b, g.ldb, g.columns = k.argument("b"), k.argument("ldb"), k.argument("columns")
	rows := k.argument("rows")
	for _, stride := range []reg.Register{g.ars, g.acs, g.ldb} {
		k.bytes(stride, k.size)
	}
	g.multiplesOf(g.ars)
	k.CMPQ(rows, operand.Imm(1)) // the least work waits least
	k.JE(operand.LabelRef("rows1"))
	for r := k.tileRows; r > 1; r-- {
		k.CMPQ(rows, operand.Imm(uint64(r)))
		k.JE(operand.LabelRef(fmt.Sprintf("rows%d", r)))
	}
	for r := 1; r <= k.tileRows; r++ {
		k.Label(fmt.Sprintf("rows%d", r))
		for v := tileVectors; v >= 1; v-- {
			next := fmt.Sprintf("rows%d_vectors%d", r, v-1)
			if v > 1 {
				k.CMPQ(g.columns, operand.Imm(uint64((v-1)*g.width)))
				k.JLE(operand.LabelRef(next))
			}
			if !k.masks {
				edge := fmt.Sprintf("rows%d_vectors%d_edge", r, v)
				k.CMPQ(g.columns, operand.Imm(uint64(v*g.width)))
				k.JL(operand.LabelRef(edge))
				g.variant(fmt.Sprintf("rows%d_vectors%d_whole", r, v), r, v, false)
				k.Label(edge)
			}
			g.variant(fmt.Sprintf("rows%d_vectors%d_masked", r, v), r, v, true)
			k.Label(next)
		}
	}
}

type gemmGenerator struct {
	*kernel
	c, a, ars, acs, b, ldb, columns reg.Register
	multiples                       map[int]reg.Register // of ars
	width                           int                  // columns of a vector
}

// multiplesOf prepares the places of the rows of a strip.
func (g *gemmGenerator) multiplesOf(ars reg.Register) {
	g.multiples = map[int]reg.Register{1: ars}
	for _, m := range []int{3, 5, 7} {
		if m < g.tileRows {
			g.multiples[m] = g.GP64()
		}
	}
	g.LEAQ(operand.Mem{Base: ars, Index: ars, Scale: 2}, g.multiples[3])
	if g.tileRows > 5 {
		g.LEAQ(operand.Mem{Base: ars, Index: ars, Scale: 4}, g.multiples[5])
		g.LEAQ(operand.Mem{Base: g.multiples[3], Index: ars, Scale: 4}, g.multiples[7])
	}
}

// row is the place of row i of a strip of a.
func (g *gemmGenerator) row(from reg.Register, i int) operand.Mem {
	if i == 0 {
		return at(from, 0)
	}
	scale := 1
	for i%2 == 0 {
		i, scale = i/2, scale*2
	}
	return operand.Mem{Base: from, Index: g.multiples[i], Scale: uint8(scale)}
}

// panelAhead is how many bytes ahead of a panel of b a single row of a asks for memory: eight
// rows of b, as a product of a vector with them has, are more places than some
// prefetchers follow. On a Zen 5 2000 and 4000 columns from memory are 1.26 times as fast and more, and what
// lies in cache 0.87 to 1.05 times.
const panelAhead = 1024

func (g *gemmGenerator) variant(label string, rows, vectors int, masked bool) {
	acc := g.accumulators(rows, vectors)
	var last *lastVector
	if masked {
		last = g.newLastVector(vectors)
	}
	a, b, left := g.GP64(), g.GP64(), g.argument("n")
	g.MOVQ(g.a, a)
	g.MOVQ(g.b, b)
	g.Label(label)
	right := make([]reg.VecVirtual, vectors)
	for j := range right {
		right[j] = g.vec()
		g.loadCut(at(b, j*g.vector), right[j], last.of(j == vectors-1))
		if rows == 1 && vectors == tileVectors && j*g.vector%64 == 0 {
			g.PREFETCHT0(at(b, j*g.vector+panelAhead))
		}
	}
	for i := range acc {
		value := g.vec()
		g.broadcast(g.row(a, i), value)
		for j := range right {
			g.multiply(right[j], value, acc[i][j])
		}
	}
	g.ADDQ(g.acs, a)
	g.ADDQ(g.ldb, b)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label))
	g.merge(label, acc, last)
	if vectors == tileVectors {
		panel := g.argument("step")
		g.bytes(panel, g.size)
		g.ADDQ(panel, g.b)
		g.ADDQ(imm(vectors*g.vector), g.c)
		g.SUBQ(imm(vectors*g.width), g.columns)
		g.JG(operand.LabelRef(fmt.Sprintf("rows%d", rows)))
	}
	g.finish()
}

// accumulators are vectors that begin as zeros.
func (g *gemmGenerator) accumulators(rows, vectors int) [][]reg.VecVirtual {
	acc := make([][]reg.VecVirtual, rows)
	for i := range acc {
		acc[i] = make([]reg.VecVirtual, vectors)
		for j := range acc[i] {
			acc[i][j] = g.vec()
			g.zero(acc[i][j])
		}
	}
	return acc
}

// A lastVector is the mask of the last vector of a panel.
type lastVector struct {
	bits   reg.Register
	window operand.Mem // AVX2: in memory; registers are full
}

// of is the mask where it applies, and nil elsewhere.
func (l *lastVector) of(last bool) *lastVector {
	if last {
		return l
	}
	return nil
}

func (g *gemmGenerator) newLastVector(vectors int) *lastVector {
	most, rem := g.GP64(), g.GP64()
	g.MOVQ(operand.I32(int32(g.width)), most)
	g.MOVQ(g.columns, rem)
	g.SUBQ(imm((vectors-1)*g.width), rem)
	g.CMPQ(rem, most)
	g.CMOVQGT(most, rem)
	if g.masks {
		return &lastVector{bits: g.bitmask(rem)}
	}
	return &lastVector{window: g.window(rem, g.size, 0)}
}

// merge stores alpha times the ends of the chains, added to beta·c unless beta
// is zero.
func (g *gemmGenerator) merge(label string, acc [][]reg.VecVirtual, last *lastVector) {
	alpha := g.vec()
	g.broadcast(g.parameter("alpha"), alpha)
	fma, scale := g.VFMADD213PD, g.VMULPD
	if g.size == 4 {
		fma, scale = g.VFMADD213PS, g.VMULPS
	}
	ldc, row := g.argument("ldc"), g.GP64()
	g.bytes(ldc, g.size)
	g.MOVQ(g.c, row)
	g.bitsOf("beta") // the shift sets the flag
	g.JZ(operand.LabelRef(label + "_set"))
	beta := g.vec()
	g.broadcast(g.parameter("beta"), beta)
	for _, vs := range acc {
		for j, v := range vs {
			cut := last.of(j == len(vs)-1)
			old := g.vec()
			g.loadCut(at(row, j*g.vector), old, cut)
			scale(old, beta, old)
			fma(old, alpha, v)
			g.storeCut(v, at(row, j*g.vector), cut)
		}
		g.ADDQ(ldc, row)
	}
	g.JMP(operand.LabelRef(label + "_merged"))
	g.Label(label + "_set")
	zero := g.vec()
	g.zero(zero)
	for _, vs := range acc {
		for j, v := range vs {
			fma(zero, alpha, v)
			g.storeCut(v, at(row, j*g.vector), last.of(j == len(vs)-1))
		}
		g.ADDQ(ldc, row)
	}
	g.Label(label + "_merged")
}

// parameter is an argument where it lies in memory.
func (k *kernel) parameter(name string) operand.Mem {
	component, err := k.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return component.Addr
}
