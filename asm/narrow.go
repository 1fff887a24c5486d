package main

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// narrow emits the triangle of a Gram matrix, weighted or not, of panels that
// are so narrow that a few sweeps over their rows will do: a sweep holds some rows
// of the triangle in registers, and nothing below the diagonal is computed but
// what shares a vector with it. The chains are those of tile.
func narrow(k *kernel) {
	limit, stripe := k.narrowColumns(), k.tileColumns()
	widths := k.narrowWidths(limit, stripe)
	narrowFunction(k, "Narrow", narrowForm{}, widths)
	narrowFunction(k, "NarrowWeighted", narrowForm{weighted: true}, widths)
}

// narrowHalves emits the same in vectors of half the size, with all registers: a
// processor that takes AVX-512 in halves does no more work for twice as many
// vectors, and those at the diagonal and at the end of a row hold less that is not
// wanted.
func narrowHalves(k *kernel) {
	limit, stripe := min(k.narrowColumns(), narrowHalvesBytes/k.size), k.tileColumns()
	halved := *k
	halved.vector /= 2
	widths := halved.narrowWidths(limit, stripe)
	unweighted := slices.DeleteFunc(slices.Clone(widths), k.rotatesShort)
	narrowFunction(&halved, "NarrowHalves", narrowForm{}, unweighted)
	narrowFunction(&halved, "NarrowHalvesWeighted", narrowForm{weighted: true}, widths)
}

// narrowHalvesBytes is how far apart rows may be for that to pay: more sweeps want the
// panel in the first-level cache.
const narrowHalvesBytes = 224

// narrowWidths are how many columns there may be: up to a limit, or a tile's.
func (k *kernel) narrowWidths(limit, stripe int) (widths []int) {
	for columns := 1; columns <= limit; columns++ {
		widths = append(widths, columns)
	}
	if stripe > limit {
		widths = append(widths, stripe)
	}
	return widths
}

// A narrowForm is what functions differ in: whether there are weights, and whether vectors on
// the diagonal are rotated.
type narrowForm struct{ weighted, rotated bool }

func narrowFunction(k *kernel, name string, form narrowForm, widths []int) {
	weights, doc := "", "adds the upper triangle of xᵀx to c."
	if form.weighted {
		weights, doc = "d *float64, ", "adds the upper triangle of xᵀdiag(d)x to c."
	}
	k.Function(name + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(c *float64, ldc int, x *%[1]s, stride int, " + weights + "n, p int, ahead *%[1]s, step int)"))
	k.Doc(name+k.name+" "+doc,
		fmt.Sprintf("x has n rows of p columns, one of %v. From ahead on, step bytes of memory a row are fetched.", widths))
	g := &narrowGenerator{kernel: k, rotated: form.rotated, width: k.vector / k.size, c: k.GP64(), ldc: k.argument("ldc"),
		x: k.argument("x"), stride: k.argument("stride"), ahead: k.argument("ahead"), step: k.argument("step")}
	if form.weighted {
		g.d = k.argument("d")
	}
	rows, err := k.Param("n").Resolve()
	if err != nil {
		panic(err)
	}
	g.rows = rows.Addr
	tailed, turned := 0, 0
	for _, columns := range widths {
		tailed = max(tailed, g.tail(columns)*(columns-g.tail(columns)))
		turned = max(turned, g.rotations()*g.width*g.whole(columns))
	}
	g.frame = k.AllocLocal(8 * tailed)
	if g.rotated {
		g.turned = k.AllocLocal(8 * turned)
	}
	if g.rotated && g.d != nil {
		g.prepareWrapped()
	}
	p := k.argument("p")
	k.bytes(g.ldc, 8)
	k.bytes(g.stride, k.size)
	g.choose(p, widths)
}

// choose branches to the code for p columns, which is one of widths.
func (g *narrowGenerator) choose(p reg.Register, widths []int) {
	if len(widths) == 1 {
		g.panels(widths[0])
		return
	}
	half := len(widths) / 2
	above := fmt.Sprintf("above%d", widths[half-1])
	g.CMPQ(p, imm(widths[half-1]))
	g.JG(operand.LabelRef(above))
	g.choose(p, widths[:half])
	g.Label(above)
	g.choose(p, widths[half:])
}

// panels is the code for one number of columns: one panel after the other.
func (g *narrowGenerator) panels(columns int) {
	sweeps := g.sweeps(columns)
	if len(sweeps) > 1 { // each fetches its part
		g.IMUL3Q(operand.U32(1<<16/len(sweeps)+1), g.step, g.step)
		g.SHRQ(imm(16), g.step)
	}
	label := fmt.Sprintf("columns%d", columns)
	g.abreast(columns, label+"_abreast")
	g.Label(label)
	fetch := g.PREFETCHT0
	if bytes := columns * g.size; bytes > g.fetchedRowBytes() || bytes > fetchedAgainBytes && len(sweeps) > 1 {
		fetch = g.PREFETCHT1
	}
	share := columns * g.size / len(sweeps) // bytes that are fetched beside a row
	for i, part := range sweeps {
		g.sweep(columns, fmt.Sprintf("%s_part%d", label, i), part, func(row int, m operand.Mem) {
			if !g.fetches(row, share) {
				return
			}
			fetch(m)
			if share > 64 {
				fetch(m.Offset(64))
			}
		}, i == len(sweeps)-1)
	}
	g.SUBQ(imm(ref.PanelRows), g.rows)
	g.JG(operand.LabelRef(label))
	g.finish()
}

// fetchedAgainBytes is how long rows may be for the panel that comes next to go to the
// first-level cache where the one at hand is read again and must stay there too.
const fetchedAgainBytes = 96

// fetchedRowBytes is the same where it is not; longer rows go to the second-level cache.
// That is 1.3 times as fast with 16 columns of float64, and 0.95 times with 32 of float32.
func (k *kernel) fetchedRowBytes() int {
	if k.size == 8 {
		return 120
	}
	return 128
}

// narrowColumns is up to where narrow takes every number of columns: four vectors of
// float64 a row, or two of float32. Beyond, it takes the columns of a tile alone,
// for the diagonal of wider triangles. AVX2 takes twice as many vectors, beside tiles
// that are half as wide; 32 columns of float64 would make a call of a panel too long.
func (k *kernel) narrowColumns() int {
	switch {
	case k.masks:
		return 4 * k.lanes()
	case k.size == 8:
		return 30
	}
	return 8 * k.lanes()
}

type narrowGenerator struct {
	*kernel
	rotated                           bool
	width                             int // columns of a vector of data
	c, ldc, x, stride, ahead, step, d reg.Register
	rows                              operand.Mem      // that are left, of this panel and those behind it
	operands                          rowOperands      // of the sweep at hand
	shared                            []reg.VecVirtual // accumulators
	recent                            []laneBits       // AVX-512: masks that are in registers
	wrapped                           []reg.Register   // masks for weighted rotations
	frame                             operand.Mem      // room for the columns of a tail, in float64
	turned                            operand.Mem      // and for sums of rotated vectors
}

// tail is how many columns at the end of a row are too few to be worth vectors
// of their own: half of one at most. They are multiplied the other way around,
// broadcast beside the vectors before them.
func (g *narrowGenerator) tail(columns int) int {
	if tail := columns % g.width; columns > g.width && tail <= g.width/2 {
		return tail
	}
	return 0
}

// whole is how many vectors the columns before the tail have.
func (g *narrowGenerator) whole(columns int) int {
	return (columns - g.tail(columns) + g.width - 1) / g.width
}

// An accumulator is one vector of a row of the triangle; one that is crossed is
// a row of the tail beside columns before it: a part of a column; one that is rotated is the
// products of a vector with itself, turned by as many lanes as its row is below the first of
// the vector.
type accumulator struct {
	row, vector      int
	crossed, rotated bool
	sum              reg.VecVirtual
}
