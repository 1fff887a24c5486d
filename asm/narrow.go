package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// narrow emits the triangle of a Gram matrix, weighted or not, of a panel that
// is so narrow that a few sweeps over the rows will do: a sweep holds some rows
// of the triangle in registers, and nothing below the diagonal is computed but
// what shares a vector with it. The chains are those of tile.
func narrow(k *kernel) {
	narrowFunction(k, false)
	narrowFunction(k, true)
}

func narrowFunction(k *kernel, weighted bool) {
	limit := k.narrowColumns()
	name, weights, doc := "Narrow", "", "adds the upper triangle of xᵀx to c."
	if weighted {
		name, weights, doc = "NarrowWeighted", "d *float64, ", "adds the upper triangle of xᵀdiag(d)x to c."
	}
	k.Function(name + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(c *float64, ldc int, x *%[1]s, stride int, " + weights + "n, p int, ahead *%[1]s, step int)"))
	k.Doc(name+k.name+" "+doc,
		fmt.Sprintf("x has n rows of p columns: up to %d, even above %d, or %d. From ahead on, step bytes of memory a row are fetched.", limit, narrowEvery, k.tileColumns()))
	g := &narrowGenerator{kernel: k, width: k.vector / k.size, c: k.argument("c"), ldc: k.argument("ldc"),
		x: k.argument("x"), stride: k.argument("stride"), n: k.argument("n"), ahead: k.argument("ahead"), step: k.argument("step")}
	if weighted {
		g.d = k.argument("d")
	}
	tailed := 0
	for columns := range limit + 1 {
		tailed = max(tailed, g.tail(columns)*(columns-g.tail(columns)))
	}
	g.frame = k.AllocLocal(8 * tailed)
	p := k.argument("p")
	k.bytes(g.ldc, 8)
	k.bytes(g.stride, k.size)
	var widths []int
	for columns := 1; columns <= limit; columns++ {
		if columns <= narrowEvery || columns%2 == 0 {
			widths = append(widths, columns)
		}
	}
	if stripe := k.tileColumns(); stripe > limit {
		widths = append(widths, stripe)
	}
	g.choose(p, widths)
}

// choose branches to the code for p columns, which is one of widths.
func (g *narrowGenerator) choose(p reg.Register, widths []int) {
	if len(widths) == 1 {
		g.panel(widths[0])
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

// panel is the code for one number of columns.
func (g *narrowGenerator) panel(columns int) {
	sweeps := g.sweeps(columns)
	if len(sweeps) > 1 { // each fetches its part
		g.IMUL3Q(operand.U32(1<<16/len(sweeps)+1), g.step, g.step)
		g.SHRQ(imm(16), g.step)
	}
	for _, rows := range sweeps {
		g.sweep(columns, rows, 64*len(sweeps) < columns*g.size)
	}
	g.finish()
}

// fetchedRowBytes is how long rows may be for the panel that comes next to have room
// in the first-level cache beside the one at hand; else it goes to the second.
const fetchedRowBytes = 128

// narrowEvery is up to where narrow takes every number of columns. Above, it
// takes even ones: code for all of them would be twice as long.
const narrowEvery = 16

// narrowColumns is up to where narrow takes every even number: four vectors of
// float64 a row, or two of float32. Beyond, it takes the columns of a tile alone,
// for the diagonal of wider triangles.
func (k *kernel) narrowColumns() int { return 4 * k.lanes() }

type narrowGenerator struct {
	*kernel
	width                                int // columns of a vector of data
	c, ldc, x, stride, n, ahead, step, d reg.Register
	recent                               []laneBits  // AVX-512: masks that are in registers
	frame                                operand.Mem // room for the columns of a tail, in float64
}

// A rowSpan is rows from … to−1 of a triangle.
type rowSpan struct{ from, to int }

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

// vectors is how many vectors row i of a triangle has: from the diagonal to the
// tail, or, in the tail, all before it and the tail itself.
func (g *narrowGenerator) vectors(i, columns int) int {
	if whole := g.whole(columns); i < columns-g.tail(columns) {
		return whole - i/g.width
	} else {
		return whole + 1
	}
}

// sweeps divides a triangle into as few sweeps as the registers allow, which
// have about as many accumulators each.
func (g *narrowGenerator) sweeps(columns int) []rowSpan {
	divide := func(most int) []rowSpan {
		list := []rowSpan{{}}
		held := 0
		for i := range columns {
			current := &list[len(list)-1]
			count := g.vectors(i, columns)
			room := g.registers() - g.operands(rowSpan{current.from, i + 1}, columns)
			if held+count > min(most, room) && held > 0 {
				list = append(list, rowSpan{from: i})
				current = &list[len(list)-1]
				held = 0
			}
			held += count
			current.to = i + 1
		}
		return list
	}
	fewest := len(divide(g.registers()))
	most := 1
	for len(divide(most)) > fewest {
		most++
	}
	return divide(most)
}

// operands is how many registers some rows need beside their accumulators: one
// for each vector of x that they load, one for a broadcast, and in the tail one
// for the weight.
func (g *narrowGenerator) operands(rows rowSpan, columns int) int {
	main := columns - g.tail(columns)
	count := 1
	if rows.from < main {
		count += g.whole(columns) - rows.from/g.width
	}
	if rows.to > main {
		count++
		if g.d != nil {
			count++
		}
	}
	return count
}

// An accumulator is one vector of a row of the triangle; one that is crossed is
// a row of the tail beside columns before it: a part of a column.
type accumulator struct {
	row, vector int
	crossed     bool
	sum         reg.VecVirtual
}

// sweep computes some rows of the triangle; far says that more than one line of
// memory is to be fetched with every row.
func (g *narrowGenerator) sweep(columns int, rows rowSpan, far bool) {
	var accumulators []accumulator
	tail, whole := g.tail(columns), g.whole(columns)
	main := columns - tail
	add := func(row, vector int, crossed bool) {
		sum := g.vec()
		g.zero(sum)
		accumulators = append(accumulators, accumulator{row, vector, crossed, sum})
	}
	for i := rows.from; i < rows.to; i++ {
		if i < main {
			for v := i / g.width; v < whole; v++ {
				add(i, v, false)
			}
			continue
		}
		for v := range whole {
			add(i, v, true)
		}
		add(i, whole, false)
	}
	x, left, d := g.GP64(), g.GP64(), g.GP64()
	g.MOVQ(g.x, x)
	g.MOVQ(g.n, left)
	if g.d != nil {
		g.MOVQ(g.d, d)
	}
	g.recent = nil
	label := fmt.Sprintf("columns%d_from%d", columns, rows.from)
	cut := laneRange{0, columns - main}
	end := whole + 1
	if tail == 0 {
		cut, end = laneRange{0, columns - (whole-1)*g.width}, whole
	}
	bits := g.bitsOf(cut)
	g.Label(label)
	right := map[int]reg.VecVirtual{}
	for v := range end {
		switch inTail := v == whole; {
		case inTail && rows.to <= main, !inTail && (rows.from >= main || v < rows.from/g.width):
			continue
		}
		right[v] = g.vec()
		if m := at(x, v*g.vector); v == end-1 && cut.partial(g.width) {
			g.loadPart(m, cut, bits, right[v])
		} else {
			g.loadData(m, right[v])
		}
	}
	var weight reg.VecVirtual
	if g.d != nil {
		weight = g.vec()
		g.broadcastScale(at(d, 0), weight)
		for v := range end {
			if right[v] != nil {
				g.weigh(weight, right[v])
			}
		}
		g.ADDQ(imm(8), d)
	}
	for i := 0; i < len(accumulators); {
		row := accumulators[i].row
		m, count := at(x, row*g.size), g.vectors(row, columns)
		if crossed := accumulators[i].crossed; crossed {
			g.cross(accumulators[i:i+count-1], m, x, right, weight)
			i, count = i+count-1, 1
		}
		if count == 1 && g.masks {
			g.multiplyBroadcast(m, right[accumulators[i].vector], accumulators[i].sum)
		} else {
			broadcast := g.vec()
			g.broadcast(m, broadcast)
			for _, acc := range accumulators[i : i+count] {
				g.multiply(right[acc.vector], broadcast, acc.sum)
			}
		}
		i += count
	}
	fetch := g.PREFETCHT0
	if columns*g.size > fetchedRowBytes {
		fetch = g.PREFETCHT1
	}
	fetch(at(g.ahead, 0))
	if far {
		fetch(at(g.ahead, 64))
	}
	g.ADDQ(g.step, g.ahead)
	g.ADDQ(g.stride, x)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label))
	g.merge(columns, accumulators)
}

// cross multiplies a column of the tail, times its weight, with the vectors
// before the tail, which may be in registers unless they are weighted there.
func (g *narrowGenerator) cross(crossed []accumulator, m operand.Mem, x reg.Register, right map[int]reg.VecVirtual, weight reg.VecVirtual) {
	broadcast := g.vec()
	g.broadcast(m, broadcast)
	if weight != nil {
		g.weigh(weight, broadcast)
	}
	for _, acc := range crossed {
		if v := right[acc.vector]; v != nil && weight == nil {
			g.multiply(v, broadcast, acc.sum)
		} else {
			g.multiply(at(x, acc.vector*g.vector), broadcast, acc.sum)
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

// A pendingStore is a sum that is not in memory yet.
type pendingStore struct {
	sum        reg.VecVirtual
	row, start int // the entry of its first lane
	lanes      laneRange
}

// merge adds the ends of the chains to c and moves on to the next row of it.
// The rows of a narrow c lie so close that a load would wait for the store of
// the row before it; so stores come last, or as late as registers allow.
func (g *narrowGenerator) merge(columns int, accumulators []accumulator) {
	g.recent = nil
	var pending []pendingStore
	main := columns - g.tail(columns)
	to := g.GP64()
	g.MOVQ(g.c, to)
	loaded := accumulators[0].row
	stored := loaded
	store := func() {
		p := pending[0]
		pending = pending[1:]
		for ; stored < p.row; stored++ {
			g.ADDQ(g.ldc, to)
		}
		g.storeLanes(p.sum, p.lanes, g.bitsOf(p.lanes), at(to, 8*p.start))
	}
	temporaries := g.width / g.lanes() // one to load or mask with, one for the upper half of float32
	crossed := 0
	for i, acc := range accumulators {
		for ; loaded < acc.row; loaded++ {
			g.ADDQ(g.ldc, g.c)
		}
		for len(accumulators)-i+len(pending)+temporaries > g.registers() && len(pending) > 0 {
			store()
		}
		for piece, wide := range g.widen(acc.sum) {
			start := acc.vector*g.width + piece*g.lanes()
			if acc.crossed {
				g.VMOVUPD(wide, g.frame.Offset(8*((acc.row-main)*main+start)))
				crossed = acc.row - main + 1
				continue
			}
			lanes := laneRange{max(acc.row-start, 0), min(columns-start, g.lanes())}
			if lanes.from < lanes.to {
				g.addLanes(at(g.c, 8*start), lanes, g.bitsOf(lanes), wide)
				pending = append(pending, pendingStore{wide, acc.row, start, lanes})
			}
		}
	}
	for len(pending) > 0 {
		store()
	}
	g.ADDQ(g.ldc, g.c)
	if crossed > 0 {
		first := crossed
		for _, acc := range accumulators {
			if acc.crossed {
				first = min(first, acc.row-main)
			}
		}
		g.turn(columns, main, first, crossed)
	}
}

// turn adds the rows of the tail from first to last−1, which are in the frame,
// to the columns of c that they are a part of.
func (g *narrowGenerator) turn(columns, main, first, last int) {
	label := fmt.Sprintf("columns%d_turn%d", columns, first)
	to, from, left := g.argument("c"), g.GP64(), g.GP64()
	g.LEAQ(g.frame, from)
	g.MOVQ(operand.I32(int32(main)), left)
	g.Label(label)
	for j := first; j < last; j++ {
		v := g.XMM()
		g.VMOVSD(at(from, 8*j*main), v)
		g.VADDSD(at(to, 8*(main+j)), v, v)
		g.VMOVSD(v, at(to, 8*(main+j)))
	}
	g.ADDQ(imm(8), from)
	g.ADDQ(g.ldc, to)
	g.DECQ(left)
	g.JNZ(operand.LabelRef(label))
}

// laneBits is a mask register that holds a range of lanes.
type laneBits struct {
	lanes laneRange
	bits  reg.Register
}

// bitsOf is a mask register with a range of lanes, one that is at hand if it
// can be; nil if the instruction set has none or none is needed.
func (g *narrowGenerator) bitsOf(l laneRange) reg.Register {
	const most = 6 // of the seven that can mask
	if !g.masks || !l.partial(g.lanes()) && !l.partial(g.width) {
		return nil
	}
	for _, m := range g.recent {
		if m.lanes == l {
			return m.bits
		}
	}
	if len(g.recent) == most {
		g.recent = g.recent[1:]
	}
	m := laneBits{l, g.maskRegister(l)}
	g.recent = append(g.recent, m)
	return m.bits
}
