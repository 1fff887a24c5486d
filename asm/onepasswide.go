package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// laggingColumns is up to how many columns the late part of a loss lags behind the early
// one: the dot products of longer groups take so long that nothing else waits, and between
// them and the update their rows would leave the first-level cache. From memory, 64 columns
// are 1.1 times as fast without, 100 columns 1.07 (AVX2) to 1.2 times, 40 columns 0.94.
const laggingColumns = 48

// wide takes more columns than fit registers: eight dot products as in Dots, then
// the update with their rows.
func (s *onePass) wide(label string, centered bool) {
	s.Label(label)
	for i, v := range []reg.Register{s.n, s.sums, s.y, s.w, s.d} {
		if v != nil {
			s.MOVQ(v, s.slot(slotN+i))
		}
	}
	s.prepareRelay()
	if s.early != nil {
		s.CMPQ(s.p, operand.Imm(laggingColumns))
		s.JLE(operand.LabelRef(label + "_lagging"))
		s.MOVQ(operand.I32(0), s.slot(slotLag))
		s.Label(label + "_lagging")
		s.MOVQ(s.early, s.slot(slotEarly))
		s.MOVQ(s.late, s.slot(slotLate))
	}
	s.MOVQ(s.x, s.slot(slotAgain))
	kinds := []string{"_long"}
	if s.oneReadColumns() < ref.NarrowColumns || s.troubles() {
		kinds = append(kinds, "_short")
		s.CMPQ(s.p, operand.Imm(ref.NarrowColumns))
		s.JLE(operand.LabelRef(label + "_short"))
	}
	for _, kind := range kinds {
		name := label + kind
		s.Label(name)
		to, rows := s.GP64(), s.GP64()
		r := rowByRow{kernel: s.kernel, dst: to, x: s.x, n: rows, p: s.p, stride: s.stride, beta: s.argument("beta"), unfolded: true}
		if centered {
			r.shift = s.argument("shift")
		}
		r.prepare()
		s.LEAQ(s.slot(slotRoom), to)
		s.MOVQ(operand.I32(ref.UpdateRows), rows)
		if kind == "_long" {
			r.wide(name+"_row", centered)
		} else {
			r.narrow(name+"_row", centered)
		}

		part := *s
		if s.loss.early == nil {
			part.loadLate()
		} else {
			part.early = s.load64(slotEarly)
		}
		for from := 0; from < ref.UpdateRows; from += s.lanes() {
			sums := make([][]reg.VecVirtual, s.lanes())
			for i := range sums {
				sums[i] = []reg.VecVirtual{s.vec()}
				s.VMOVUPD(at(s.frame, 8*slotRoom+(from+i)*s.vector), sums[i][0])
			}
			part.dotted(name, s.foldRows(sums), 8*from)
		}
		if s.loss.early != nil {
			s.endEarly(name, s.slot(slotEarly))
			part.loadLate()
			part.lateParts(name)
			s.XORQ(operand.U32(relayBytes), s.slot(slotLate))
		}
		part.storeLate()

		u := columnUpdate{kernel: s.kernel, dst: s.argument("dst"), p: s.p, stride: s.stride, r: s.GP64()}
		s.LEAQ(s.slot(slotFactors), u.r)
		if centered {
			u.shift = s.argument("shift")
		}
		u.prepare()
		s.MOVQ(s.slot(slotAgain), u.x0)
		eight := s.GP64()
		s.MOVQ(s.stride, eight)
		s.SHLQ(operand.Imm(3), eight)
		s.ADDQ(eight, s.slot(slotAgain))
		u.eight(name+"_eight", centered)

		s.SUBQ(imm(ref.UpdateRows), s.slot(slotN))
		s.JZ(operand.LabelRef(label + "_done"))
		s.DECQ(s.slot(slotGroups))
		s.JNZ(operand.LabelRef(name + "_more"))
		s.MOVQ(operand.I32(groupsOfPanel), s.slot(slotGroups))
		s.ADDQ(imm(8*s.loss.lanes), s.slot(slotSums))
		s.Label(name + "_more")
		s.continueRelay(name)
	}
	s.Label(label + "_done")
	s.finish()
}

// load64 is a fresh register with what a slot has.
func (s *onePass) load64(slot int) reg.Register {
	r := s.GP64()
	s.MOVQ(s.slot(slot), r)
	return r
}

// loadLate loads what the late part of the loss needs, and storeLate puts it back.
func (s *onePass) loadLate() {
	s.sums, s.y, s.w = s.load64(slotSums), s.load64(slotY), s.load64(slotW)
	if s.d != nil {
		s.d = s.load64(slotD)
	}
	if s.loss.early != nil {
		s.late = s.load64(slotLate)
	}
}

func (s *onePass) storeLate() {
	s.MOVQ(s.y, s.slot(slotY))
	s.MOVQ(s.w, s.slot(slotW))
	if s.d != nil {
		s.MOVQ(s.d, s.slot(slotD))
	}
}
