package main

import (
	"fmt"

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
	narrowFunction(k, "Narrow", false, limit, stripe)
	narrowFunction(k, "NarrowWeighted", true, limit, stripe)
}

// narrowHalves emits the same in vectors of half the size, with all registers: a
// processor that takes AVX-512 in halves does no more work for twice as many
// vectors, and those at the diagonal and at the end of a row hold less that is not
// wanted.
func narrowHalves(k *kernel) {
	limit, stripe := min(k.narrowColumns(), narrowHalvesBytes/k.size), k.tileColumns()
	halved := *k
	halved.vector /= 2
	narrowFunction(&halved, "NarrowHalves", false, limit, stripe)
	narrowFunction(&halved, "NarrowHalvesWeighted", true, limit, stripe)
}

// narrowHalvesBytes is how far apart rows may be for that to pay: more sweeps want the
// panel in the first-level cache.
const narrowHalvesBytes = 224

func narrowFunction(k *kernel, name string, weighted bool, limit, stripe int) {
	weights, doc := "", "adds the upper triangle of xᵀx to c."
	if weighted {
		weights, doc = "d *float64, ", "adds the upper triangle of xᵀdiag(d)x to c."
	}
	k.Function(name + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(c *float64, ldc int, x *%[1]s, stride int, " + weights + "n, p int, ahead *%[1]s, step int)"))
	k.Doc(name+k.name+" "+doc,
		fmt.Sprintf("x has n rows of p columns: up to %d, even above %d, or %d. From ahead on, step bytes of memory a row are fetched.", limit, narrowEvery, stripe))
	g := &narrowGenerator{kernel: k, width: k.vector / k.size, c: k.GP64(), ldc: k.argument("ldc"),
		x: k.argument("x"), stride: k.argument("stride"), ahead: k.argument("ahead"), step: k.argument("step")}
	if weighted {
		g.d = k.argument("d")
	}
	rows, err := k.Param("n").Resolve()
	if err != nil {
		panic(err)
	}
	g.rows = rows.Addr
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
	if stripe > limit {
		widths = append(widths, stripe)
	}
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

// narrowEvery is up to where narrow takes every number of columns. Above, it
// takes even ones: code for all of them would be twice as long.
const narrowEvery = 16

// narrowColumns is up to where narrow takes every even number: four vectors of
// float64 a row, or two of float32. Beyond, it takes the columns of a tile alone,
// for the diagonal of wider triangles. AVX2 takes twice as many vectors: beside tiles
// that are half as wide, sweeps are ahead as long as a panel fits the first-level cache.
func (k *kernel) narrowColumns() int {
	if k.masks {
		return 4 * k.lanes()
	}
	return 8 * k.lanes()
}

type narrowGenerator struct {
	*kernel
	width                             int // columns of a vector of data
	c, ldc, x, stride, ahead, step, d reg.Register
	rows                              operand.Mem // that are left, of this panel and those behind it
	recent                            []laneBits  // AVX-512: masks that are in registers
	frame                             operand.Mem // room for the columns of a tail, in float64
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
// a row of the tail beside columns before it: a part of a column.
type accumulator struct {
	row, vector int
	crossed     bool
	sum         reg.VecVirtual
}

// sweep computes a part of the triangle of a panel, and fetches with every row. The
// last sweep goes on to the next panel.
func (g *narrowGenerator) sweep(columns int, label string, part trianglePart, fetch func(row int, m operand.Mem), last bool) {
	accumulators := g.sums(columns, part)
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

	turn := g.rowsATurn(columns)
	one := func() {
		take(0, at(x, 0))
		if d != nil {
			g.ADDQ(imm(8), d)
		}
	}
	if turn > 1 {
		g.beforeTurns(label, left, turn, func() {
			one()
			g.ADDQ(g.stride, x)
		})
		g.JZ(operand.LabelRef(label + "_end"))
	}
	g.Label(label)
	if turn == 1 {
		one()
		fetch(0, at(g.ahead, 0))
		g.ADDQ(g.step, g.ahead)
		g.ADDQ(g.stride, x)
	} else {
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
	if columns > narrowEvery {
		return min(g.narrowTurn, 2)
	}
	return g.narrowTurn
}

// sums are the accumulators of a part, zero.
func (g *narrowGenerator) sums(columns int, part trianglePart) []accumulator {
	accumulators := g.accumulators(columns, part)
	for i := range accumulators {
		accumulators[i].sum = g.vec()
		g.zero(accumulators[i].sum)
	}
	return accumulators
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
	right := map[int]reg.VecVirtual{}
	cut, end := g.lastVector(columns)
	for v := range g.loaded(columns, part) {
		right[v] = g.vec()
		if m := x.Offset(v * g.vector); v == end-1 && cut.partial(g.width) {
			g.loadPart(m, cut, bits, right[v])
		} else {
			g.loadData(m, right[v])
		}
	}
	var weight reg.VecVirtual
	if g.d != nil {
		weight = g.vec()
		g.broadcastScale(d, weight)
		for v := range end {
			if right[v] != nil {
				g.weigh(weight, right[v])
			}
		}
	}
	for i := 0; i < len(accumulators); {
		beside := i + 1 // accumulators of one row, of one kind
		for beside < len(accumulators) && accumulators[beside].row == accumulators[i].row && accumulators[beside].crossed == accumulators[i].crossed {
			beside++
		}
		g.row(accumulators[i:beside], x, right, weight)
		i = beside
	}
}

// row multiplies a number of a row of x with vectors beside it. A column of the
// tail is taken times its weight, with the vectors before the tail, which may be in
// registers unless they are weighted there.
func (g *narrowGenerator) row(accumulators []accumulator, x operand.Mem, right map[int]reg.VecVirtual, weight reg.VecVirtual) {
	first := accumulators[0]
	m := x.Offset(first.row * g.size)
	if len(accumulators) == 1 && g.masks && !first.crossed {
		g.multiplyBroadcast(m, right[first.vector], first.sum)
		return
	}
	broadcast := g.vec()
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
	for _, acc := range accumulators {
		if v := right[acc.vector]; v != nil && weight == nil {
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
	loaded := accumulators[0].row
	g.MOVQ(g.argument("c"), g.c)
	to := g.GP64()
	if loaded > 0 {
		g.IMUL3Q(operand.U32(loaded), g.ldc, to)
		g.ADDQ(to, g.c)
	}
	g.MOVQ(g.c, to)
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
