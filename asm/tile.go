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

// tileHeights are how many rows tiles have, the tallest first. Those of AVX2 are as tall
// as registers allow where columns are few: four rows of less than three vectors are
// chains that wait for their own links.
func (k isa) tileHeights() []int {
	if k.masks {
		return []int{8, 4, 2, 1}
	}
	return []int{12, 6, 4, 2, 1}
}

// tileColumns is how many columns a tile has.
func (k *kernel) tileColumns() int { return tileVectors * k.vector / k.size }

// tile emits the micro-kernel of every product of two panels of rows:
//
//	c[i,j] += Σ_r a[r,i]·b[r,j]
//
// One chain of fused multiply-adds an entry, in the data's type, starts at
// zero and runs over the n rows; its end is added to c in float64. a and b
// are read row by row with a stride each. A call does some tiles, one below the
// other, all from the same columns of b: they go on with the next columns of a
// and the next rows of c. step bytes of memory from ahead on are fetched with
// every row: tiles that find their panel in cache leave the memory idle, and
// the prefetchers of the machine do not see what comes next.
func tile(k *kernel) {
	k.Function("Tile" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(c *float64, ldc int, a *%[1]s, lda int, b *%[1]s, ldb int, n, rows, columns, tiles int, ahead *%[1]s, step int)"))
	k.Doc("Tile"+k.name+" adds the product of n rows of two panels to some tiles of c.",
		fmt.Sprintf("rows of a tile is one of TileHeights, columns 1 to %d, and times as many vectors no more than %d.", k.tileColumns(), k.tileRows*tileVectors))
	k.Attributes(noSplit)
	c, ldc := k.argument("c"), k.argument("ldc")
	a, lda, ldb := k.argument("a"), k.argument("lda"), k.argument("ldb")
	rows, columns, tiles := k.argument("rows"), k.argument("columns"), k.argument("tiles")
	ahead, step := k.argument("ahead"), k.argument("step")
	k.bytes(ldc, 8)
	k.bytes(lda, k.size)
	k.bytes(ldb, k.size)

	g := tileGenerator{kernel: k, c: c, ldc: ldc, a: a, lda: lda, ldb: ldb, tiles: tiles, ahead: ahead, step: step, width: k.vector / k.size}
	for _, r := range k.tileHeights() {
		if r > 1 {
			k.CMPQ(rows, operand.Imm(uint64(r)))
			k.JE(operand.LabelRef(fmt.Sprintf("rows%d", r)))
		} else {
			k.JMP(operand.LabelRef("rows1"))
		}
	}
	for _, r := range k.tileHeights() {
		k.Label(fmt.Sprintf("rows%d", r))
		for v := min(tileVectors, k.tileRows*tileVectors/r); v >= 1; v-- {
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
	c, ldc, a, lda, ldb, tiles, ahead, step reg.Register
	width                                   int // columns of a vector of data
}

func (g *tileGenerator) variant(label string, rows, vectors int, columns reg.Register, masked bool) {
	last := partialVector{masked: masked}
	if masked {
		rem := g.GP64()
		g.MOVQ(columns, rem)
		g.SUBQ(imm((vectors-1)*g.width), rem)
		last.prepare(g.kernel, rem)
	}
	g.Label(label + "_tile")
	acc := g.chains(rows, vectors)
	a := g.GP64()
	g.MOVQ(g.a, a)
	b, left := g.argument("b"), g.argument("n") // again: registers are few
	g.beforeTurns(label, left, g.tileTurn, func() {
		g.row(at(a, 0), at(b, 0), acc, last)
		g.ADDQ(g.lda, a)
		g.ADDQ(g.ldb, b)
	})
	g.JZ(operand.LabelRef(label + "_end"))
	g.Label(label)
	for range g.tileTurn / 2 {
		g.row(at(a, 0), at(b, 0), acc, last)
		g.row(offset(a, g.lda), offset(b, g.ldb), acc, last)
		g.PREFETCHT1(at(g.ahead, 0))
		g.PREFETCHT1(offset(g.ahead, g.step))
		g.LEAQ(twice(g.ahead, g.step), g.ahead)
		g.LEAQ(twice(a, g.lda), a)
		g.LEAQ(twice(b, g.ldb), b)
	}
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label))
	g.Label(label + "_end")
	g.merge(acc, last)
	g.ADDQ(imm(rows*g.size), g.a)
	g.DECQ(g.tiles)
	g.JNZ(operand.LabelRef(label + "_tile"))
	g.finish()
}

// chains are the accumulators of a tile, zero; what they will be added to is fetched.
func (g *tileGenerator) chains(rows, vectors int) [][]reg.VecVirtual {
	acc := make([][]reg.VecVirtual, rows)
	for i := range acc {
		acc[i] = make([]reg.VecVirtual, vectors)
		for j := range acc[i] {
			acc[i][j] = g.vec()
			g.zero(acc[i][j])
		}
	}
	g.fetchResult(rows, vectors)
	return acc
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

// row multiplies a row of a with one of b, and asks for that of a of the next tile.
func (g *tileGenerator) row(a, b operand.Mem, acc [][]reg.VecVirtual, last partialVector) {
	right := g.right(b, len(acc[0]), last)
	g.PREFETCHT0(a.Offset(len(acc) * g.size))
	g.products(a, right, acc)
}

// right is the vectors of a row of b.
func (g *tileGenerator) right(b operand.Mem, vectors int, last partialVector) []reg.VecVirtual {
	right := make([]reg.VecVirtual, vectors)
	for j := range right {
		right[j] = g.vec()
		if m := b.Offset(j * g.vector); last.masked && j == vectors-1 {
			last.load(g.kernel, m, right[j])
		} else {
			g.loadData(m, right[j])
		}
	}
	return right
}

// products multiplies numbers of a row of a with vectors.
func (g *tileGenerator) products(a operand.Mem, right []reg.VecVirtual, acc [][]reg.VecVirtual) {
	for i := range acc {
		m := a.Offset(i * g.size)
		if len(right) == 1 && g.masks {
			g.multiplyBroadcast(m, right[0], acc[i][0])
			continue
		}
		broadcast := g.vec()
		g.broadcast(m, broadcast)
		for j := range right {
			g.multiply(right[j], broadcast, acc[i][j])
		}
	}
}

// merge adds the ends of the chains to c, which moves on to the rows below.
func (g *tileGenerator) merge(acc [][]reg.VecVirtual, last partialVector) {
	pieces := g.width / g.lanes() // float64 vectors that one data vector widens to
	for _, row := range acc {
		for j, v := range row {
			for piece, wide := range g.widen(v) {
				to := at(g.c, (j*pieces+piece)*g.vector)
				if last.masked && j == len(row)-1 {
					t, old := last.piece(g.kernel, piece), g.vec()
					g.load64Tail(to, t, old)
					g.VADDPD(old, wide, wide)
					g.store64Tail(wide, t, to)
				} else {
					g.VADDPD(to, wide, wide)
					g.VMOVUPD(wide, to)
				}
			}
		}
		g.ADDQ(g.ldc, g.c)
	}
}

// A partialVector is the last vector of the columns of a tile.
type partialVector struct {
	masked  bool
	bits    []reg.Register // AVX-512: of the data, then of the upper half of float32
	window  operand.Mem    // AVX2: the mask in memory, since registers are full
	windows []operand.Mem  // AVX2: those of float64
}

// prepare makes masks of the lowest rem elements.
func (l *partialVector) prepare(k *kernel, rem reg.Register) {
	pieces := 8 / k.size
	if k.masks {
		l.bits = []reg.Register{k.bitmask(rem)}
		if pieces == 2 {
			l.bits = append(l.bits, k.K())
			k.KSHIFTRW(operand.Imm(8), l.bits[0], l.bits[1])
		}
		return
	}
	l.window = k.window(rem, k.size, 0)
	wide := l.window
	if k.size == 4 {
		wide.Base, wide.Scale, wide.Disp = k.maskTable(8), 8, 2*wide.Disp
	}
	for range pieces {
		l.windows = append(l.windows, wide)
		wide.Disp += k.lanes() * 8
	}
}

// load loads the data. AVX2 reads the mask anew into the destination.
func (l *partialVector) load(k *kernel, m operand.Mem, v reg.VecVirtual) {
	switch {
	case k.masks && k.size == 8:
		k.VMOVUPD_Z(m, l.bits[0], v)
	case k.masks:
		k.VMOVUPS_Z(m, l.bits[0], v)
	case k.size == 8:
		k.VMOVUPD(l.window, v)
		k.VMASKMOVPD(m, v, v)
	default:
		k.VMOVUPS(l.window, v)
		k.VMASKMOVPS(m, v, v)
	}
}

// piece is the mask of one float64 vector of it.
func (l *partialVector) piece(k *kernel, piece int) tail {
	if k.masks {
		return tail{bits: l.bits[piece]}
	}
	t := tail{mask: k.vec()}
	k.VMOVUPD(l.windows[piece], t.mask)
	return t
}
