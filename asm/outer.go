package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// outerColumns is up to how many columns a row that is added to many others stays
// in registers.
const outerColumns = 32

// An outer emits RowAxpys for one short row x that is added to all: x stays in
// registers, and every length has a loop of its own, without a branch inside a
// row. Branches that are taken cost more than such a row.
type outer struct {
	*kernel
	dst, ldd, x, w, n, p reg.Register
}

// loops emits all of them, and jumps to general where they do not apply.
func (o *outer) loops(general string) {
	other := o.argument("ldx")
	o.ORQ(o.parameter("step"), other)
	o.JNZ(operand.LabelRef(general))
	o.CMPQ(o.p, operand.Imm(outerColumns))
	o.JG(operand.LabelRef(general))
	width := o.vector / o.size
	for whole := outerColumns / width; whole > 0; whole-- {
		next := fmt.Sprintf("outer_below%d", whole*width)
		o.CMPQ(o.p, operand.Imm(uint64(whole*width)))
		o.JL(operand.LabelRef(next))
		o.rest(whole, o.vector/2, nil, general)
		o.Label(next)
	}
	o.rest(0, o.vector/2, nil, general)
}

// rest emits the loops of rows of so many whole vectors and parts of one, and
// perhaps more parts, of width bytes or less: bits of p say which.
func (o *outer) rest(whole, width int, parts []int, general string) {
	full := whole*o.vector/o.size == outerColumns
	switch {
	case width >= o.size && !full:
		without := fmt.Sprintf("outer%d_%d", whole*o.vector/o.size, width/o.size)
		for _, part := range parts {
			without += fmt.Sprintf("_%d", part/o.size)
		}
		o.TESTQ(operand.I32(int32(width/o.size)), o.p)
		o.JZ(operand.LabelRef(without))
		o.rest(whole, width/2, append(parts[:len(parts):len(parts)], width), general)
		o.Label(without)
		o.rest(whole, width/2, parts, general)
	case whole+len(parts) == 0:
		o.JMP(operand.LabelRef(general))
	default:
		o.loop(whole, parts)
	}
}

func (o *outer) loop(whole int, parts []int) {
	label := fmt.Sprintf("outer%d_row", whole*o.vector/o.size)
	for _, part := range parts {
		label += fmt.Sprintf("_%d", part/o.size)
	}
	var row []reg.VecVirtual
	for i := range whole {
		v := o.vec()
		o.loadData(at(o.x, i*o.vector), v)
		row = append(row, v)
	}
	place := whole * o.vector
	for _, part := range parts {
		row = append(row, o.loadPart(at(o.x, place), part))
		place += part
	}
	o.Label(label)
	weight := o.weight(o.w)
	for i, v := range row[:whole] {
		sum := o.vec()
		o.loadData(at(o.dst, i*o.vector), sum)
		o.multiply(v, weight, sum)
		o.storeCut(sum, at(o.dst, i*o.vector), nil)
	}
	place = whole * o.vector
	for i, v := range row[whole:] {
		sum := o.loadPart(at(o.dst, place), parts[i])
		o.multiplyPart(v, weight, sum, parts[i])
		o.storePart(sum, at(o.dst, place), parts[i])
		place += parts[i]
	}
	o.ADDQ(imm(o.size), o.w)
	o.ADDQ(o.ldd, o.dst)
	o.DECQ(o.n)
	o.JNZ(operand.LabelRef(label))
	o.finish()
}
