package main

import (
	"math/bits"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// beforeTurns emits what comes before a loop that takes some rows a turn, a power of
// two above one: the rows that are no whole turn, one at a time. left is how many rows there are,
// and then how many turns, with the flags of that.
func (k *kernel) beforeTurns(label string, left reg.Register, turn int, row func()) {
	if turn == 2 {
		k.BTL(operand.Imm(0), left.(reg.GP).As32())
		k.JCC(operand.LabelRef(label + "_even"))
		row()
	} else {
		few := k.GP64()
		k.MOVQ(left, few)
		k.ANDQ(imm(turn-1), few)
		k.JZ(operand.LabelRef(label + "_even"))
		k.Label(label + "_few")
		row()
		k.DECQ(few)
		k.JNZ(operand.LabelRef(label + "_few"))
	}
	k.Label(label + "_even")
	k.SHRQ(operand.Imm(uint64(bits.TrailingZeros(uint(turn)))), left)
}

// offset is memory at a distance, and twice at twice of it.
func offset(base, by reg.Register) operand.Mem { return operand.Mem{Base: base, Index: by, Scale: 1} }
func twice(base, by reg.Register) operand.Mem  { return operand.Mem{Base: base, Index: by, Scale: 2} }
