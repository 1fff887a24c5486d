package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// sweep computes a part of the triangle of a panel, and fetches with every row. The
// last sweep goes on to the next panel.
func (g *narrowGenerator) sweep(columns int, label string, part trianglePart, fetch func(row int, m operand.Mem), last bool) {
	accumulators := g.sums(columns, part, 0)
	g.operands = g.rowOperands(columns, part)
	x, d, left, most := g.x, g.d, g.GP64(), g.GP64()
	if !last {
		x = g.GP64()
		g.MOVQ(g.x, x)
	}
	if !last && g.d != nil {
		d = g.GP64()
		g.MOVQ(g.d, d)
	}
	g.MOVQ(g.rows, left)
	g.MOVQ(operand.I32(ref.PanelRows), most)
	g.CMPQ(left, most)
	g.CMOVQGT(most, left)
	bits := g.prepareRows(columns)
	take := func(row int, m operand.Mem) { g.takeRow(columns, part, accumulators, m, at(d, 8*row), bits) }

	one := func() {
		take(0, at(x, 0))
		if d != nil {
			g.ADDQ(imm(8), d)
		}
	}
	if turn := g.rowsATurn(columns); turn == 1 {
		g.Label(label)
		one()
		fetch(0, at(g.ahead, 0))
		g.ADDQ(g.step, g.ahead)
		g.ADDQ(g.stride, x)
	} else {
		g.beforeTurns(label, left, turn, func() {
			one()
			g.ADDQ(g.stride, x)
		})
		g.JZ(operand.LabelRef(label + "_end"))
		g.Label(label)
		for row := 0; row < turn; row += 2 {
			take(row, at(x, 0))
			fetch(row, at(g.ahead, 0))
			take(row+1, offset(x, g.stride))
			fetch(row+1, offset(g.ahead, g.step))
			g.LEAQ(twice(x, g.stride), x)
			g.LEAQ(twice(g.ahead, g.step), g.ahead)
		}
		if d != nil {
			g.ADDQ(imm(8*turn), d)
		}
	}
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label))
	g.Label(label + "_end")
	g.merge(columns, accumulators)
}

// rowsATurn is how many rows a turn of a sweep takes: what it takes beside multiply-adds
// is a quarter of the instructions of a short row.
func (g *narrowGenerator) rowsATurn(columns int) int {
	if columns > shortColumns {
		return min(g.narrowTurn, 2)
	}
	return g.narrowTurn
}

// shortColumns is up to how many columns a row counts as short.
const shortColumns = 16

// fetches says whether a row of a turn fetches anything: the first one does, and those
// without which a line of what lies between their neighbours could be left out.
func (g *narrowGenerator) fetches(row, share int) bool {
	last := 0
	for r := 1; r <= row; r++ {
		if (r+1)*share-last > 64 {
			last = r * share
		}
	}
	return last == row*share
}

// sums are the accumulators of a part, zero, in registers that all sweeps share, from the
// first on: avo's allocation takes time with how many there are, times the instructions
// that hold them.
func (g *narrowGenerator) sums(columns int, part trianglePart, first int) []accumulator {
	accumulators := g.accumulators(columns, part)
	for i := range accumulators {
		if first+i == len(g.shared) {
			g.shared = append(g.shared, g.vec())
		}
		accumulators[i].sum = g.shared[first+i]
		g.zero(accumulators[i].sum)
	}
	return accumulators
}

// rowOperands are the registers that every row of a sweep goes through.
type rowOperands struct {
	right             map[int]reg.VecVirtual // the vectors of the row, weighted if there are weights
	plain             map[int]reg.VecVirtual // those that are needed without too
	weight, broadcast reg.VecVirtual
	blended           reg.VecVirtual
}

func (g *narrowGenerator) rowOperands(columns int, part trianglePart) rowOperands {
	o := rowOperands{right: map[int]reg.VecVirtual{}, plain: map[int]reg.VecVirtual{}, broadcast: g.vec()}
	for v := range g.loaded(columns, part) {
		o.right[v] = g.vec()
	}
	if g.d != nil {
		o.weight = g.vec()
	}
	if list := g.plain(columns, part); len(list) > 0 {
		o.blended = g.vec()
		for _, v := range list {
			o.plain[v] = g.vec()
		}
	}
	return o
}

// lastVector is the lanes of the last vector of a row, which end before it.
func (g *narrowGenerator) lastVector(columns int) (cut laneRange, end int) {
	whole, tail := g.whole(columns), g.tail(columns)
	if tail == 0 {
		return laneRange{0, columns - (whole-1)*g.width}, whole
	}
	return laneRange{0, tail}, whole + 1
}

// prepareRows is the mask that takeRow needs.
func (g *narrowGenerator) prepareRows(columns int) reg.Register {
	g.recent = nil
	cut, _ := g.lastVector(columns)
	return g.bitsOf(cut)
}

// takeRow multiplies a row of x, and adds; d is where its weight is, if it has one.
func (g *narrowGenerator) takeRow(columns int, part trianglePart, accumulators []accumulator, x, d operand.Mem, bits reg.Register) {
	right, weight := g.operands.right, g.operands.weight
	cut, end := g.lastVector(columns)
	for v := range g.loaded(columns, part) {
		to := right[v]
		if plain, needed := g.operands.plain[v]; needed {
			to = plain
		}
		if m := x.Offset(v * g.vector); v == end-1 && cut.partial(g.width) {
			g.loadPart(m, cut, bits, to)
		} else {
			g.loadData(m, to)
		}
	}
	if g.d != nil {
		g.broadcastScale(d, weight)
		for v := range end {
			if plain, needed := g.operands.plain[v]; needed {
				g.VMULPD(plain, weight, right[v])
			} else if right[v] != nil {
				g.weigh(weight, right[v])
			}
		}
	}
	for i := 0; i < len(accumulators); {
		beside := i + 1 // accumulators of one row, of one kind
		for beside < len(accumulators) && accumulators[beside].beside(accumulators[i]) {
			beside++
		}
		if accumulators[i].rotated {
			g.rotate(accumulators[i])
			i++
			continue
		}
		g.row(accumulators[i:beside], x)
		i = beside
	}
}

// beside says that accumulators take the same number of a row, in the same way.
func (a accumulator) beside(b accumulator) bool {
	return a.row == b.row && a.crossed == b.crossed && a.rotated == b.rotated
}

// row multiplies a number of a row of x with vectors beside it. A column of the
// tail is taken times its weight, with the vectors before the tail, which may be in
// registers unless they are weighted there.
func (g *narrowGenerator) row(accumulators []accumulator, x operand.Mem) {
	first, right, weight, broadcast := accumulators[0], g.operands.right, g.operands.weight, g.operands.broadcast
	m := x.Offset(first.row * g.size)
	if len(accumulators) == 1 && g.masks && !first.crossed {
		g.multiplyBroadcast(m, right[first.vector], first.sum)
		return
	}
	g.broadcast(m, broadcast)
	if !first.crossed {
		for _, acc := range accumulators {
			g.multiply(right[acc.vector], broadcast, acc.sum)
		}
		return
	}
	if weight != nil {
		g.weigh(weight, broadcast)
	}
	before := right
	if weight != nil {
		before = g.operands.plain
	}
	for _, acc := range accumulators {
		if v := before[acc.vector]; v != nil {
			g.multiply(v, broadcast, acc.sum)
		} else {
			g.multiply(x.Offset(acc.vector*g.vector), broadcast, acc.sum)
		}
	}
}

// loadPart loads the last vector of a row. AVX2 reads its mask into the
// destination: a full sweep leaves no register to keep it in.
func (g *narrowGenerator) loadPart(m operand.Mem, lanes laneRange, bits reg.Register, v reg.VecVirtual) {
	switch {
	case g.masks && g.size == 8:
		g.VMOVUPD_Z(m, bits, v)
	case g.masks:
		g.VMOVUPS_Z(m, bits, v)
	case g.size == 8:
		g.VMOVUPD(g.laneMask(lanes, 8), v)
		g.VMASKMOVPD(m, v, v)
	default:
		g.VMOVUPS(g.laneMask(lanes, 4), v)
		g.VMASKMOVPS(m, v, v)
	}
}
