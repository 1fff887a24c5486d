package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// A shortRows emits RowDots for rows of one length that meet one x and fill
// each group of lanes at most once: every number of groups has a loop of its own
// without a branch inside a row, so that the folds of many rows overlap.
type shortRows struct {
	*kernel
	dst, a, n, p, stride, x, betaBits reg.Register
}

// loops emits all of them, and jumps to general where they do not apply.
func (s *shortRows) loops(general string) {
	other := s.argument("shift")
	s.ORQ(s.parameter("step"), other)
	s.JNZ(operand.LabelRef(general))
	s.CMPQ(s.p, operand.Imm(0))
	s.JE(operand.LabelRef(general))
	lanes := 64 / s.size
	for groups := 1; groups <= ref.DotGroups; groups++ {
		next := fmt.Sprintf("groups%d", groups+1)
		if groups == ref.DotGroups {
			next = general
		}
		s.CMPQ(s.p, operand.Imm(uint64(groups*lanes)))
		s.JG(operand.LabelRef(next))
		s.loop(fmt.Sprintf("rows_of%d", groups), groups)
		if next != general {
			s.Label(next)
		}
	}
}

func (s *shortRows) loop(label string, groups int) {
	cut := s.lastGroup(s.p, groups)
	with := make([]reg.VecVirtual, groups*64/s.vector) // x, as far as there are registers
	for i := range with {
		if s.masks || cut(i) != nil {
			with[i] = s.vec()
			s.loadCut(at(s.x, i*s.vector), with[i], cut(i))
		}
	}
	s.Label(label)
	sum := s.shortProducts(s.a, groups, cut, with, s.x)
	s.mergeDot(s.dst, sum, s.betaBits, label+"_set")
	s.ADDQ(imm(s.size), s.dst)
	s.ADDQ(s.stride, s.a)
	s.DECQ(s.n)
	s.JNZ(operand.LabelRef(label))
	s.finish()
}

// lastGroup is the masks of n elements in so many groups: of register i, nil if it
// is full.
func (k *kernel) lastGroup(n reg.Register, groups int) func(i int) *lastVector {
	rem := k.GP64()
	k.MOVQ(n, rem)
	k.SUBQ(imm((groups-1)*64/k.size), rem)
	cuts := k.cutsOfGroup(rem)
	return func(i int) *lastVector {
		if i*k.vector/64 < groups-1 {
			return nil
		}
		return cuts[i%len(cuts)]
	}
}

// shortProducts is a dot product of so many groups of lanes, whose second operand
// is in registers as far as with has them, or at y.
func (k *kernel) shortProducts(x reg.Register, groups int, cut func(i int) *lastVector, with []reg.VecVirtual, y reg.Register) reg.Register {
	fma, add := k.VFMADD231PD, k.VADDSD
	if k.size == 4 {
		fma, add = k.VFMADD231PS, k.VADDSS
	}
	acc := make([]reg.VecVirtual, ref.DotGroups*64/k.vector)
	for i := range groups * 64 / k.vector {
		t := k.vec()
		k.loadCut(at(x, i*k.vector), t, cut(i))
		acc[i] = k.vec()
		k.zero(acc[i])
		switch {
		case with != nil && with[i] != nil:
			fma(with[i], t, acc[i])
		case cut(i) != nil:
			u := k.vec()
			k.loadCut(at(y, i*k.vector), u, cut(i))
			fma(u, t, acc[i])
		default:
			fma(at(y, i*k.vector), t, acc[i])
		}
	}
	sum := k.foldLanes(acc)
	if groups < ref.DotGroups { // lanes without elements are +0, beside which no sum is −0
		zero := k.vec()
		k.zero(zero)
		add(zero.AsX(), sum, sum)
	}
	return sum
}
