package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// leastSquares emits ref.LeastSquares for whole groups of rows.
func leastSquares(k *kernel) {
	k.Function("LeastSquares" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst, sums *float64, x *%[1]s, n, p, stride int, shift *%[1]s, beta *float64, alpha float64, y *%[1]s, w *float64, ahead *%[1]s, step int)"))
	k.Doc("LeastSquares"+k.name+" adds the gradient of a sum of squares to dst, and its sums to 16 lanes for every panel of rows; n is a multiple of 8 above 0.",
		"From ahead on, step bytes of memory a row are fetched; without it, those of later rows.")
	s := onePass{kernel: k, loss: rowLoss{lanes: 2 * ref.UpdateRows, vectors: 4, kept: 2, late: (*onePass).residuals}}
	s.begin()
	s.emit()
}

// residuals makes residuals of a vector of dot products, adds them up, and puts
// them into the frame, weighted.
func (s *onePass) residuals(label string, e reg.VecVirtual, from int) {
	lanes, half, weight := s.lanes(), s.vec(), s.vec()
	s.VBROADCASTSD(s.alpha, half)
	s.VADDPD(half, e, e)
	s.TESTQ(s.y, s.y)
	s.JZ(operand.LabelRef(label + "_untargeted"))
	s.load(at(s.y, 0), half)
	s.VSUBPD(half, e, e)
	s.ADDQ(imm(lanes*s.size), s.y)
	s.Label(label + "_untargeted")
	s.VBROADCASTSD(s.constant(0x3fe0000000000000), half)
	s.VMULPD(e, e, weight)
	s.VMULPD(weight, half, half)
	s.TESTQ(s.w, s.w)
	s.JZ(operand.LabelRef(label + "_unweighted"))
	s.VMOVUPD(at(s.w, 0), weight)
	s.ADDQ(imm(s.vector), s.w)
	s.VMULPD(weight, e, e)
	s.VMULPD(weight, half, half)
	s.Label(label + "_unweighted")
	s.VMOVUPD(e, at(s.frame, 8*slotFactors+from))
	for i, v := range []reg.VecVirtual{e, half} {
		m := at(s.sums, 8*ref.UpdateRows*i+from)
		s.VADDPD(m, v, v)
		s.VMOVUPD(v, m)
	}
}
