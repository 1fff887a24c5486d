package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// Where the frame of a wide one keeps what has no register, in words.
const (
	slotN = ref.UpdateRows + iota
	slotGroups
	slotSums
	slotY
	slotW
	slotDots = 2 * ref.UpdateRows // vectors of each row
)

// wide takes more columns than fit registers: eight dot products as in Dots, then
// the update with their rows.
func (s *squares) wide(label string, centered bool) {
	const ofPanel = ref.PanelRows / ref.UpdateRows
	slot := func(i int) operand.Mem { return at(s.frame, 8*i) }
	groups := s.GP64()
	s.MOVQ(operand.I32(ofPanel), groups)
	for i, v := range []reg.Register{s.n, groups, s.sums, s.y, s.w} {
		s.MOVQ(v, slot(slotN+i))
	}
	kinds := []string{"_long"}
	if s.leastSquaresColumns() < ref.NarrowColumns {
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
		s.LEAQ(slot(slotDots), to)
		s.MOVQ(operand.I32(ref.UpdateRows), rows)
		if kind == "_long" {
			r.wide(name+"_row", centered)
		} else {
			r.narrow(name+"_row", centered)
		}

		part := *s
		part.sums, part.y, part.w = s.GP64(), s.GP64(), s.GP64()
		s.MOVQ(slot(slotSums), part.sums)
		s.MOVQ(slot(slotY), part.y)
		s.MOVQ(slot(slotW), part.w)
		for from := 0; from < ref.UpdateRows; from += s.lanes() {
			sums := make([][]reg.VecVirtual, s.lanes())
			for i := range sums {
				sums[i] = []reg.VecVirtual{s.vec()}
				s.VMOVUPD(at(s.frame, 8*slotDots+(from+i)*s.vector), sums[i][0])
			}
			part.residuals(name+string(rune('0'+from)), s.foldRows(sums), 8*from)
		}
		s.MOVQ(part.y, slot(slotY))
		s.MOVQ(part.w, slot(slotW))

		u := columnUpdate{kernel: s.kernel, dst: s.argument("dst"), p: s.p, stride: s.stride, r: s.frame}
		if centered {
			u.shift = s.argument("shift")
		}
		u.prepare()
		eight := s.GP64()
		s.MOVQ(s.stride, eight)
		s.SHLQ(operand.Imm(3), eight)
		s.MOVQ(s.x, u.x0)
		s.SUBQ(eight, u.x0)
		u.eight(name+"_eight", centered)

		s.SUBQ(imm(ref.UpdateRows), slot(slotN))
		s.JZ(operand.LabelRef(label + "_done"))
		s.DECQ(slot(slotGroups))
		s.JNZ(operand.LabelRef(name))
		s.MOVQ(operand.I32(ofPanel), slot(slotGroups))
		s.ADDQ(imm(2*8*ref.UpdateRows), slot(slotSums))
		s.JMP(operand.LabelRef(name))
	}
	s.Label(label + "_done")
	s.finish()
}
