package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileVectors is the greatest width of a tile in vectors: with isa.tileRows
// rows it fills the registers and reads 11 operands for 24 multiply-adds
// (AVX-512), 7 for 12 (AVX2).
const tileVectors = 3

// tile emits the micro-kernel of every product of two panels of rows:
//
//	c[i,j] += Σ_r a[r,i]·b[r,j]
//
// One chain of fused multiply-adds an entry, in the data's type, starts at
// zero and runs over the n rows; its end is added to c in float64. a and b
// are read row by row with a stride each, b in vectors that are gap elements
// apart, so that a panel may be packed or a part of X itself. With diagonal = 1
// only entries with j ≥ i are touched. step bytes of memory from ahead on are
// fetched with every row: tiles that find their panel in cache leave the
// memory idle, and the prefetchers of the machine do not see what comes next.
func tile(k *kernel) {
	k.Function("Tile" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(c *float64, ldc int, a *%[1]s, lda int, b *%[1]s, ldb, gap int, n, rows, columns, diagonal int, ahead *%[1]s, step int)"))
	k.Doc("Tile"+k.name+" adds the product of n rows of two panels to a tile of c.",
		fmt.Sprintf("rows is a power of two up to %d, columns 1 to %d.", k.tileRows, tileVectors*k.vector/k.size))
	k.Attributes(noSplit)
	c, ldc := k.argument("c"), k.argument("ldc")
	a, lda, b, ldb := k.argument("a"), k.argument("lda"), k.argument("b"), k.argument("ldb")
	n, rows, columns, diagonal := k.argument("n"), k.argument("rows"), k.argument("columns"), k.argument("diagonal")
	gap, ahead, step := k.argument("gap"), k.argument("ahead"), k.argument("step")
	k.bytes(ldc, 8)
	k.bytes(lda, k.size)
	k.bytes(ldb, k.size)
	k.bytes(gap, k.size)

	g := tileGenerator{kernel: k, c: c, ldc: ldc, a: a, lda: lda, b: b, ldb: ldb, gap: gap, n: n, diagonal: diagonal, ahead: ahead, step: step, width: k.vector / k.size}
	for r := k.tileRows; r >= 1; r /= 2 {
		if r > 1 {
			k.CMPQ(rows, operand.Imm(uint64(r)))
			k.JE(operand.LabelRef(fmt.Sprintf("rows%d", r)))
		} else {
			k.JMP(operand.LabelRef("rows1"))
		}
	}
	for r := k.tileRows; r >= 1; r /= 2 {
		k.Label(fmt.Sprintf("rows%d", r))
		for v := tileVectors; v >= 1; v-- {
			next := fmt.Sprintf("rows%d_vectors%d", r, v-1)
			if v > 1 {
				k.CMPQ(columns, operand.Imm(uint64((v-1)*g.width)))
				k.JLE(operand.LabelRef(next))
			}
			if !k.masks {
				// Most tiles are whole; AVX2 pays for masks, so those go without.
				edge := fmt.Sprintf("rows%d_vectors%d_edge", r, v)
				k.CMPQ(columns, operand.Imm(uint64(v*g.width)))
				k.JNE(operand.LabelRef(edge))
				k.TESTQ(diagonal, diagonal)
				k.JNZ(operand.LabelRef(edge))
				g.variant(fmt.Sprintf("rows%d_vectors%d_whole", r, v), r, v, columns, false)
				k.Label(edge)
			}
			g.variant(fmt.Sprintf("rows%d_vectors%d_masked", r, v), r, v, columns, true)
			k.Label(next)
		}
	}
}

type tileGenerator struct {
	*kernel
	c, ldc, a, lda, b, ldb, gap, n, diagonal, ahead, step reg.Register
	width                                                 int // columns of a vector of data
}

func (g *tileGenerator) variant(label string, rows, vectors int, columns reg.Register, masked bool) {
	acc := make([][]reg.VecVirtual, rows)
	for i := range acc {
		acc[i] = make([]reg.VecVirtual, vectors)
		for j := range acc[i] {
			acc[i][j] = g.vec()
			g.zero(acc[i][j])
		}
	}
	rem := g.GP64()
	var bits reg.Register
	var window operand.Mem
	if masked {
		g.MOVQ(columns, rem)
		g.SUBQ(imm((vectors-1)*g.width), rem)
		if g.masks {
			bits = g.bitmask(rem)
		} else {
			window = g.window(rem, g.size, 0)
		}
	}
	g.fetchResult(rows, vectors)
	g.Label(label)
	right := make([]reg.VecVirtual, vectors)
	for j := range right {
		right[j] = g.vec()
		m := at(g.b, 0)
		if j > 0 {
			m.Index, m.Scale = g.gap, uint8(j)
		}
		if masked && j == vectors-1 {
			g.loadLast(m, bits, window, right[j])
		} else {
			g.loadData(m, right[j])
		}
	}
	for i := range acc {
		m := at(g.a, i*g.size)
		if vectors == 1 && g.masks {
			g.multiplyBroadcast(m, right[0], acc[i][0])
			continue
		}
		left := g.vec()
		g.broadcast(m, left)
		for j := range right {
			g.multiply(right[j], left, acc[i][j])
		}
	}
	g.PREFETCHT0(at(g.ahead, 0))
	g.ADDQ(g.step, g.ahead)
	g.ADDQ(g.lda, g.a)
	g.ADDQ(g.ldb, g.b)
	g.DECQ(g.n)
	g.JNZ(operand.LabelRef(label))
	g.merge(acc, rem, masked)
	g.finish()
}

// fetchResult fetches the tile of c, which is read once the chains have ended.
func (g *tileGenerator) fetchResult(rows, vectors int) {
	row := g.GP64()
	g.MOVQ(g.c, row)
	for i := range rows {
		if i > 0 {
			g.ADDQ(g.ldc, row)
		}
		for line := 0; line < vectors*g.width*8; line += 64 {
			g.PREFETCHT0(at(row, line))
		}
	}
}

// loadLast loads a vector that may be partial. AVX2 reads its mask anew into
// the destination: a full tile leaves no register to keep it in.
func (g *tileGenerator) loadLast(m operand.Mem, bits reg.Register, window operand.Mem, v reg.VecVirtual) {
	switch {
	case g.masks && g.size == 8:
		g.VMOVUPD_Z(m, bits, v)
	case g.masks:
		g.VMOVUPS_Z(m, bits, v)
	case g.size == 8:
		g.VMOVUPD(window, v)
		g.VMASKMOVPD(m, v, v)
	default:
		g.VMOVUPS(window, v)
		g.VMASKMOVPS(m, v, v)
	}
}

// merge adds the ends of the chains to c.
func (g *tileGenerator) merge(acc [][]reg.VecVirtual, rem reg.Register, masked bool) {
	pieces := g.width / g.lanes() // float64 vectors that one data vector widens to
	m := g.newMergeMasks(rem, pieces, masked)
	for _, row := range acc {
		m.row(func() {
			for j, v := range row {
				for piece, wide := range g.widen(v) {
					to := at(g.c, (j*pieces+piece)*g.vector)
					g.mergePiece(wide, to, m, j == 0 && piece == 0, j == len(row)-1, piece)
				}
			}
		})
		g.ADDQ(g.ldc, g.c)
	}
}

func (g *tileGenerator) mergePiece(v reg.VecVirtual, to operand.Mem, m *mergeMasks, first, last bool, piece int) {
	if !m.masked || !first && !last {
		g.VADDPD(to, v, v)
		g.VMOVUPD(v, to)
		return
	}
	t := m.piece(first, last, piece)
	old := g.vec()
	g.load64Tail(to, t, old)
	g.VADDPD(old, v, v)
	g.store64Tail(v, t, to)
}

// mergeMasks says which entries of a row of the tile are touched: those not
// left of the diagonal, which cuts the first vector of the row, and those
// within the columns, which end in the last.
type mergeMasks struct {
	*tileGenerator
	masked   bool
	step     reg.GPVirtual // one lane to the right, or zero
	cut      reg.GPVirtual // AVX-512: bits; AVX2: where in the table of masks
	diagonal reg.Register  // AVX-512: cut, as a mask
	last     []reg.Register
	windows  []operand.Mem // AVX2: last, in memory; registers are full
}

func (g *tileGenerator) newMergeMasks(rem reg.Register, pieces int, masked bool) *mergeMasks {
	m := &mergeMasks{tileGenerator: g, masked: masked}
	if !masked {
		return m
	}
	m.step, m.cut = g.GP64(), g.GP64()
	g.MOVQ(g.diagonal, m.step)
	if g.masks {
		g.MOVQ(operand.U32(0xff), m.cut)
		m.diagonal = g.K()
		m.last = []reg.Register{g.bitmask(rem)}
		if pieces == 2 {
			m.last = append(m.last, g.K())
			g.KSHIFTRW(operand.Imm(8), m.last[0], m.last[1])
		}
		return m
	}
	g.LEAQ(operand.Mem{Base: g.maskTable(8), Disp: 8 * 8}, m.cut)
	g.SHLQ(operand.Imm(3), m.step)
	for piece := range pieces {
		m.windows = append(m.windows, g.window(rem, 8, piece*g.lanes()))
	}
	return m
}

// row merges one row, then moves the cut of the diagonal one lane to the
// right.
func (m *mergeMasks) row(merge func()) {
	switch {
	case !m.masked:
		merge()
	case m.masks:
		m.KMOVW(m.cut.As32(), m.diagonal)
		merge()
		m.SHLXQ(m.step, m.cut, m.cut)
	default:
		merge()
		m.SUBQ(m.step, m.cut)
	}
}

// piece is the mask of one float64 vector of a row.
func (m *mergeMasks) piece(first, last bool, piece int) tail {
	if m.masks {
		switch {
		case first && last:
			both := m.K()
			m.KANDW(m.diagonal, m.last[piece], both)
			return tail{bits: both}
		case first:
			return tail{bits: m.diagonal}
		}
		return tail{bits: m.last[piece]}
	}
	t := tail{mask: m.vec()}
	switch {
	case first && last:
		m.VMOVUPD(at(m.cut, 0), t.mask)
		m.VANDPD(m.windows[piece], t.mask, t.mask)
	case first:
		m.VMOVUPD(at(m.cut, 0), t.mask)
	default:
		m.VMOVUPD(m.windows[piece], t.mask)
	}
	return t
}
