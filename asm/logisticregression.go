package main

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// logisticRegression emits ref.LogisticRegression for whole groups of rows. The
// chain from a dot product to the gradient is long, and the machine overlaps it
// with the products of the next group.
func logisticRegression(k *kernel) {
	k.Function("LogisticRegression" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst, sums *float64, x *%[1]s, n, p, stride int, shift *%[1]s, beta *float64, alpha float64, y *%[1]s, w, d *float64, ahead *%[1]s, step int)"))
	k.Doc("LogisticRegression"+k.name+" adds the gradient of a logistic regression to dst, and its sums to 40 lanes for every panel of rows; n is a multiple of 8 above 0.",
		"From ahead on, step bytes of memory a row are fetched; without it, those of later rows.")
	s := onePass{kernel: k, loss: rowLoss{lanes: ref.LogisticSums * ref.UpdateRows, vectors: 4, early: (*onePass).exponentials, late: (*onePass).logistic}}
	if !k.masks { // its registers are needed for the loss
		s.loss.vectors = 0
	}
	s.begin()
	s.d = k.argument("d")
	s.emit()
}

// exponentials is exp(−|eta|) of a vector of rows.
func (s *onePass) exponentials(eta reg.VecVirtual, from int) {
	s.streams = 1
	alpha := s.vec()
	s.VBROADCASTSD(s.alpha, alpha)
	s.VADDPD(alpha, eta, eta)
	s.VMOVUPD(eta, at(s.early, from))
	s.VMOVUPD(s.expOfMinusAbs(vecs{eta})[0], at(s.early, 64+from))
}

// logistic is the rest of the loss, as kernel.logistic.
func (s *onePass) logistic(label string, _ reg.VecVirtual, from int) {
	s.streams = 1
	k := s.kernel
	eta, e := k.vecs(), k.vecs()
	s.VMOVUPD(at(s.late, from), eta[0])
	s.VMOVUPD(at(s.late, 64+from), e[0])
	target, sign := k.vecs(), k.own(1)
	s.load(at(s.y, 0), target[0])
	s.ADDQ(imm(s.lanes()*s.size), s.y)
	k.subProduct(sign, target, k.all(2))
	signed := k.mul(sign, eta)
	negative := k.negative(signed)
	q, small := k.sigmoids(e)
	high, low := k.logOfOnePlus(e)
	k.addProduct(low, signed, k.choose(negative, k.all(0), k.all(1)))
	value := k.add(high, low)
	r := k.mul(sign, k.choose(negative, small, q))
	d := k.mul(small, q)
	s.TESTQ(s.w, s.w)
	s.JZ(operand.LabelRef(label + "_unweighted"))
	weight := k.vecs()
	s.VMOVUPD(at(s.w, 0), weight[0])
	s.ADDQ(imm(s.vector), s.w)
	for _, v := range []vecs{value, r, d} {
		s.VMULPD(weight[0], v[0], v[0])
	}
	counted := k.choose(k.compare(weight, notGreater, k.all(0)), k.all(math.NaN()), signed)
	s.VMOVAPD(counted[0], signed[0])
	s.Label(label + "_unweighted")
	s.VMOVUPD(r[0], at(s.frame, 8*slotFactors+from))
	s.TESTQ(s.d, s.d)
	s.JZ(operand.LabelRef(label + "_alone"))
	s.VMOVUPD(d[0], at(s.d, 0))
	s.ADDQ(imm(s.vector), s.d)
	s.Label(label + "_alone")
	least, greatest := k.clone(signed), k.clone(signed)
	for i, sum := range []struct {
		v    reg.VecVirtual
		join func(...operand.Op)
	}{{r[0], s.VADDPD}, {value[0], s.VADDPD}, {d[0], s.VADDPD}, {least[0], s.VMINPD}, {greatest[0], s.VMAXPD}} { // NaN leaves what there is
		m := at(s.sums, 8*ref.UpdateRows*i+from)
		sum.join(m, sum.v, sum.v)
		s.VMOVUPD(sum.v, m)
	}
}
