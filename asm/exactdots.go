package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// exactDots emits dot products of rows of a panel of pairs with beta.
func exactDots(k *kernel) {
	k.Function("ExactDots")
	k.Pragma("noescape")
	k.SignatureExpr("func(hi, lo, panel *float64, n, strips, pairs int, betaHi, betaLo *float64)")
	k.Doc("ExactDots sets hi and lo to the dot products of n rows of some strips with beta.",
		"pairs says whether the panel has low parts.")
	k.Attributes(noSplit)
	hi, lo, panel, n := k.argument("hi"), k.argument("lo"), k.argument("panel"), k.argument("n")
	strips, pairs := k.argument("strips"), k.argument("pairs")
	betaHi, betaLo := k.argument("betaHi"), k.argument("betaLo")
	from, beta, left := k.GP64(), k.GP64(), k.GP64()

	body := func(label string, paired bool) {
		k.Label(label)
		h, l := k.octet(), k.octet()
		for v := range h {
			k.zero(h[v])
			k.zero(l[v])
		}
		k.MOVQ(panel, from)
		k.XORQ(beta, beta)
		k.MOVQ(strips, left)
		k.Label(label + "_strip")
		for v := range h {
			x, b, product, low := k.vec(), k.vec(), k.vec(), k.vec()
			k.VMOVUPD(at(from, v*k.vector), x)
			k.VMOVUPD(operand.Mem{Base: betaHi, Index: beta, Scale: 1, Disp: v * k.vector}, b)
			k.VMULPD(b, x, product)
			k.VMOVAPD(product, low)
			k.VFMSUB231PD(b, x, low)
			k.VFMADD231PD(operand.Mem{Base: betaLo, Index: beta, Scale: 1, Disp: v * k.vector}, x, low)
			if paired {
				k.VFMADD231PD(at(from, 8*ref.ExactLow+v*k.vector), b, low)
			}
			s, e := k.twoSum(h[v], product)
			k.VMOVAPD(s, h[v])
			k.VADDPD(low, e, e)
			k.VADDPD(e, l[v], l[v])
		}
		k.ADDQ(imm(8*ref.ExactGap), from)
		k.ADDQ(imm(8*ref.ExactStrip), beta)
		k.DECQ(left)
		k.JNZ(operand.LabelRef(label + "_strip"))
		s, e := k.reducePairs(h, l)
		k.VMOVSD(s, at(hi, 0))
		k.VMOVSD(e, at(lo, 0))
		k.ADDQ(imm(8), hi)
		k.ADDQ(imm(8), lo)
		k.ADDQ(imm(8*ref.ExactStrip), panel)
		k.DECQ(n)
		k.JNZ(operand.LabelRef(label))
		k.finish()
	}
	k.TESTQ(pairs, pairs)
	k.JNZ(operand.LabelRef("pairs"))
	body("plain", false)
	body("pairs", true)
}

// reducePairs adds the eight lanes of an octet of pairs as reduce does, the hi
// without error. The pair is in the lowest lanes; the octets are consumed.
func (k *kernel) reducePairs(h, l []reg.VecVirtual) (hi, lo reg.Register) {
	upper := func(v reg.VecVirtual) reg.VecVirtual {
		u := k.vec()
		k.VEXTRACTF64X4(operand.Imm(1), v, u.AsY())
		return u
	}
	var hu, lu reg.VecVirtual
	if k.vector == 64 {
		hu, lu = upper(h[0]), upper(l[0])
	} else {
		hu, lu = h[1], l[1]
	}
	s, t := h[0], l[0]
	add := func() {
		sum, e := k.twoSumY(s, hu)
		k.VADDPD(lu.AsY(), t.AsY(), t.AsY())
		k.VADDPD(t.AsY(), e.AsY(), t.AsY())
		s = sum
	}
	add()
	for _, step := range []func(from, to reg.VecVirtual){
		func(from, to reg.VecVirtual) { k.VEXTRACTF128(operand.Imm(1), from.AsY(), to.AsX()) },
		func(from, to reg.VecVirtual) { k.VPERMILPD(operand.Imm(1), from.AsX(), to.AsX()) },
	} {
		hu, lu = k.YMM(), k.YMM()
		step(s, hu)
		step(t, lu)
		add()
	}
	sum, e := k.twoSumY(s, t)
	return sum.AsX(), e.AsX()
}

// twoSumY is twoSum of the lower four lanes.
func (k *kernel) twoSumY(a, b reg.VecVirtual) (s, e reg.VecVirtual) {
	s, e = k.YMM(), k.YMM()
	v := k.YMM()
	k.VADDPD(b.AsY(), a.AsY(), s)
	k.VSUBPD(a.AsY(), s, v)
	k.VSUBPD(v, s, e)
	k.VSUBPD(e, a.AsY(), e)
	k.VSUBPD(v, b.AsY(), v)
	k.VADDPD(v, e, e)
	return s, e
}
