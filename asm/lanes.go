package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
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

// dotLanes is fresh registers for the lanes of ref.RowDots: four groups of two
// AVX2 registers or one of AVX-512.
func (k *kernel) dotLanes() []reg.VecVirtual {
	acc := make([]reg.VecVirtual, ref.DotGroups*64/k.vector)
	for i := range acc {
		acc[i] = k.vec()
	}
	return acc
}

// cutsOf is the masks of what is left of n elements by groups of lanes.
func (k *kernel) cutsOf(n reg.Register) []*lastVector {
	lanes := 64 / k.size
	rem := k.GP64()
	k.MOVQ(n, rem)
	k.ANDQ(imm(lanes-1), rem)
	return k.cutsOfGroup(rem)
}

// cutsOfGroup is the masks of the first rem lanes of a group.
func (k *kernel) cutsOfGroup(rem reg.Register) []*lastVector {
	lanes := 64 / k.size
	if k.masks {
		return []*lastVector{{bits: k.bitmask(rem)}}
	}
	low, high, zero, width := k.GP64(), k.GP64(), k.GP64(), k.GP64()
	k.MOVQ(operand.I32(int32(lanes/2)), width)
	k.XORQ(zero, zero)
	k.MOVQ(rem, low)
	k.CMPQ(low, width)
	k.CMOVQGT(width, low)
	k.MOVQ(rem, high)
	k.SUBQ(width, high)
	k.CMOVQLT(zero, high)
	return []*lastVector{{window: k.window(low, k.size, 0)}, {window: k.window(high, k.size, 0)}}
}

// inLanes emits a loop over elements that the pointers advance through, in the
// lanes of dotLanes: body takes what belongs to register i of them.
func (k *kernel) inLanes(left reg.Register, pointers []reg.Register, cuts []*lastVector, body func(i int, cut *lastVector)) {
	const groups = ref.DotGroups
	lanes, pieces := 64/k.size, 64/k.vector
	k.SUBQ(imm(groups*lanes), left)
	k.JL(operand.LabelRef("rest"))
	k.Label("groups")
	for i := range groups * pieces {
		body(i, nil)
	}
	for _, p := range pointers {
		k.ADDQ(imm(groups*64), p)
	}
	k.SUBQ(imm(groups*lanes), left)
	k.JGE(operand.LabelRef("groups"))
	k.Label("rest")
	k.ADDQ(imm(groups*lanes), left)
	k.JZ(operand.LabelRef("fold"))
	for g := range groups {
		part := fmt.Sprintf("part%d", g)
		k.CMPQ(left, operand.Imm(uint64(lanes)))
		k.JL(operand.LabelRef(part))
		for i := range pieces {
			body(g*pieces+i, nil)
		}
		k.SUBQ(imm(lanes), left)
		k.JMP(operand.LabelRef(fmt.Sprintf("whole%d", g)))
		k.Label(part)
		k.TESTQ(left, left)
		k.JZ(operand.LabelRef("fold"))
		for i := range pieces {
			body(g*pieces+i, cuts[i])
		}
		k.JMP(operand.LabelRef("fold"))
		k.Label(fmt.Sprintf("whole%d", g))
	}
	k.Label("fold")
}

// foldLanes adds l with l + half, halves upon halves. The sum is the lowest lane
// of what is returned. Nil stands for zeros.
func (k *kernel) foldLanes(acc []reg.VecVirtual) reg.Register {
	add, last := k.VADDPD, k.VADDSD
	if k.size == 4 {
		add, last = k.VADDPS, k.VADDSS
	}
	for half := len(acc) / 2; half >= 1; half /= 2 {
		for i := range half {
			if acc[i+half] != nil {
				add(acc[i+half], acc[i], acc[i])
			}
		}
	}
	return k.foldRegister(acc[0], add, last)
}

// foldRegister joins the lanes of v, the upper half with the lower; last is the
// operation on single lanes.
func (k *kernel) foldRegister(v reg.VecVirtual, join, last func(...operand.Op)) reg.Register {
	other := k.YMM()
	if k.vector == 64 {
		k.VEXTRACTF64X4(operand.Imm(1), v, other)
		join(other, v.AsY(), v.AsY())
	}
	k.VEXTRACTF128(operand.Imm(1), v.AsY(), other.AsX())
	join(other.AsX(), v.AsX(), v.AsX())
	k.VPERMILPD(operand.Imm(1), v.AsX(), other.AsX())
	if k.size == 4 {
		join(other.AsX(), v.AsX(), v.AsX())
		k.VMOVSHDUP(v.AsX(), other.AsX())
	}
	last(other.AsX(), v.AsX(), v.AsX())
	return v.AsX()
}

// positive is what a logical and with leaves the absolute value.
func (k *kernel) positive() reg.VecVirtual {
	bits := uint64(1)<<63 - 1
	if k.size == 4 {
		bits &^= 1 << 31
	}
	v := k.vec()
	k.VBROADCASTSD(k.constant(bits), v)
	return v
}
