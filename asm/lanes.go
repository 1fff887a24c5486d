package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A laneRange is lanes from … to−1 of a vector, known when code is generated.
type laneRange struct{ from, to int }

// partial says that not all lanes of a vector are in the range.
func (l laneRange) partial(lanes int) bool { return l.from > 0 || l.to < lanes }

// maskRegister is a mask register with the lanes of a range.
func (k *kernel) maskRegister(l laneRange) reg.Register {
	bits, m := k.GP32(), k.K()
	k.MOVL(operand.U32(1<<l.to-1<<l.from), bits)
	k.KMOVW(bits, m)
	return m
}

// laneMask is a vector in memory whose lanes of the given size are ones in the
// range, zeros elsewhere.
func (k *kernel) laneMask(l laneRange, size int) operand.Mem {
	name := fmt.Sprintf("lanes%d_%d_%d", size, l.from, l.to)
	m, ok := k.masksOf[name]
	if !ok {
		m = k.StaticGlobal(name)
		k.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range k.vector / size {
			ones := uint64(0)
			if l.from <= i && i < l.to {
				ones = ^uint64(0)
			}
			if size == 8 {
				k.AppendDatum(operand.U64(ones))
			} else {
				k.AppendDatum(operand.U32(ones))
			}
		}
		k.masksOf[name] = m
	}
	return m
}

// addLanes adds float64 in memory to some lanes of v. Where the instruction set
// has mask registers, bits holds the lanes.
func (k *kernel) addLanes(m operand.Mem, l laneRange, bits reg.Register, v reg.VecVirtual) {
	if !l.partial(k.lanes()) {
		k.VADDPD(m, v, v)
		return
	}
	old := k.vec()
	if k.masks {
		k.VMOVUPD_Z(m, bits, old)
	} else {
		k.VMOVUPD(k.laneMask(l, 8), old)
		k.VMASKMOVPD(m, old, old)
	}
	k.VADDPD(old, v, v)
}

// storeLanes stores some lanes of v; bits is as in addLanes.
func (k *kernel) storeLanes(v reg.VecVirtual, l laneRange, bits reg.Register, m operand.Mem) {
	switch {
	case !l.partial(k.lanes()):
		k.VMOVUPD(v, m)
	case k.masks:
		k.VMOVUPD(v, bits, m)
	default:
		mask := k.vec()
		k.VMOVUPD(k.laneMask(l, 8), mask)
		k.VMASKMOVPD(v, mask, m)
	}
}
