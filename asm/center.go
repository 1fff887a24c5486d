package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// center emits the means of columns and a target, and what is left without
// them, a row in an octet.
func center(k *kernel) {
	k.Function("Center")
	k.Pragma("noescape")
	k.SignatureExpr("func(dst, mean, x, y *float64, n, p, stride int)")
	k.Doc("Center sets n octets to 1, a row of p columns and y, less their means.")
	k.Attributes(noSplit)
	x, y, n, stride := k.argument("x"), k.argument("y"), k.argument("n"), k.argument("stride")
	k.bytes(stride, 8)
	g := &centerGenerator{kernel: k, x: x, y: y, n: n, stride: stride}
	g.prepare(k.argument("p"))
	const chains = 4
	var sums [chains][]reg.VecVirtual
	for c := range sums {
		sums[c] = k.octet()
		for _, v := range sums[c] {
			k.zero(v)
		}
	}
	from, target, left := k.GP64(), k.GP64(), k.GP64()
	add := func(chain int) {
		row := g.row(from, target)
		for v := range row {
			k.VADDPD(row[v], sums[chain][v], sums[chain][v])
		}
		k.ADDQ(stride, from)
		k.ADDQ(imm(8), target)
	}
	k.MOVQ(x, from)
	k.MOVQ(y, target)
	k.MOVQ(n, left)
	k.SUBQ(imm(chains), left)
	k.JL(operand.LabelRef("few"))
	k.Label("sum")
	for c := range chains {
		add(c)
	}
	k.SUBQ(imm(chains), left)
	k.JGE(operand.LabelRef("sum"))
	k.Label("few")
	k.ADDQ(imm(chains), left)
	for c := range chains - 1 {
		k.JZ(operand.LabelRef("summed"))
		add(c)
		k.DECQ(left)
	}
	k.Label("summed")
	count := k.vec()
	k.VXORPD(count.AsX(), count.AsX(), count.AsX())
	k.VCVTSI2SDQ(n, count.AsX(), count.AsX())
	k.VBROADCASTSD(count.AsX(), count)
	result := k.argument("mean")
	mean := sums[0]
	for v := range mean {
		k.VADDPD(sums[1][v], mean[v], mean[v])
		k.VADDPD(sums[3][v], sums[2][v], sums[2][v])
		k.VADDPD(sums[2][v], mean[v], mean[v])
		k.VDIVPD(count, mean[v], mean[v])
	}
	g.first(mean[0])
	for v := range mean {
		k.VMOVUPD(mean[v], at(result, v*k.vector))
	}
	g.shift, g.dst = mean, k.argument("dst")
	g.loop("row", func([]reg.VecVirtual) {})
	k.finish()
}

// loop emits rows less the shift, and what is done with them.
func (g *centerGenerator) loop(label string, with func(row []reg.VecVirtual)) {
	g.Label(label)
	row := g.row(g.x, g.y)
	for v := range row {
		g.VSUBPD(g.shift[v], row[v], row[v])
		g.VMOVUPD(row[v], at(g.dst, v*g.vector))
	}
	with(row)
	g.ADDQ(g.stride, g.x)
	g.ADDQ(imm(8), g.y)
	g.ADDQ(imm(8*ref.CenterWidth), g.dst)
	g.DECQ(g.n)
	g.JNZ(operand.LabelRef(label))
}

// A centerGenerator has the masks of columns, which begin at the second lane of
// an octet, and of the target, which follows them.
type centerGenerator struct {
	*kernel
	dst, x, y, n, stride reg.Register
	shift                []reg.VecVirtual // of the octets

	columns, target          reg.Register     // AVX-512
	columnLanes, targetLanes []reg.VecVirtual // AVX2
}

func (g *centerGenerator) prepare(p reg.Register) {
	if g.masks {
		ones, columns, target := g.GP64(), g.K(), g.K()
		g.MOVQ(operand.I32(-1), ones)
		g.BZHIQ(p, ones, ones)
		g.ADDQ(ones, ones)
		g.KMOVW(ones.As32(), columns)
		g.ADDQ(imm(2), ones)
		g.KMOVW(ones.As32(), target)
		g.columns, g.target = columns, target
		return
	}
	// Lanes up to the last column, and to the target; then less those before.
	g.columnLanes, g.targetLanes = g.octet(), g.octet()
	g.INCQ(p)
	table := g.maskTable(8)
	for v := range g.columnLanes {
		g.VMOVUPD(g.window(p, 8, v*g.lanes()), g.columnLanes[v])
	}
	g.INCQ(p)
	for v := range g.targetLanes {
		g.VMOVUPD(g.window(p, 8, v*g.lanes()), g.targetLanes[v])
		g.VANDNPD(g.targetLanes[v], g.columnLanes[v], g.targetLanes[v])
	}
	g.VANDPD(at(table, 7*8), g.columnLanes[0], g.columnLanes[0])
}

// row is an octet of 0, a row of X, its target and zeros. It loads from before
// the row, where no lane is read.
func (g *centerGenerator) row(x, y reg.Register) []reg.VecVirtual {
	row := g.octet()
	if g.masks {
		g.VMOVUPD_Z(at(x, -8), g.columns, row[0])
		g.VBROADCASTSD(at(y, 0), g.target, row[0])
		return row
	}
	target := g.vec()
	g.VBROADCASTSD(at(y, 0), target)
	for v := range row {
		g.VMASKMOVPD(at(x, v*g.vector-8), g.columnLanes[v], row[v])
		g.VBLENDVPD(g.targetLanes[v], target, row[v], row[v])
	}
	return row
}

// first sets the first lane to −1, which becomes the one of every row.
func (g *centerGenerator) first(v reg.VecVirtual) {
	minus := g.constant(math.Float64bits(-1))
	if g.masks {
		one, bit := g.GP64(), g.K()
		g.MOVQ(operand.I32(1), one)
		g.KMOVW(one.As32(), bit)
		g.VBROADCASTSD(minus, bit, v)
		return
	}
	all := g.vec()
	g.VBROADCASTSD(minus, all)
	g.VBLENDPD(operand.Imm(1), all, v, v)
}
