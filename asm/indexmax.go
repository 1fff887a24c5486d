package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// indexMax emits the first index of the largest |x[i]| above a number that is not
// negative, or -1: the maximum of all, in as many chains as hide its latency,
// then a search for it.
func indexMax(k *kernel) {
	k.Function("IndexMax" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(x *%[1]s, n int, above %[1]s) int"))
	k.Doc("IndexMax"+k.name+" is the first index of the largest |x[i]| > above ≥ 0, or -1.", "NaN is not above it.")
	k.Attributes(noSplit)
	x, n, from, left := k.argument("x"), k.argument("n"), k.GP64(), k.GP64()
	result, err := k.ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	largest, compare, above := k.VMAXPD, k.VCMPPD, k.VUCOMISD
	if k.size == 4 {
		largest, compare, above = k.VMAXPS, k.VCMPPS, k.VUCOMISS
	}
	positive := k.positive()
	const chains = 4
	acc := make([]reg.VecVirtual, chains)
	for i := range acc {
		acc[i] = k.vec()
		k.broadcast(k.parameter("above"), acc[i])
	}
	absolute := func(base reg.Register, i int, cut *lastVector) reg.VecVirtual {
		v := k.vec()
		k.loadCut(at(base, i*k.vector), v, cut)
		k.VANDPD(positive, v, v)
		return v
	}
	k.MOVQ(x, from)
	k.MOVQ(n, left)
	k.vectors(left, []reg.Register{from}, chains, func(i int, cut *lastVector) {
		v := absolute(from, i, cut)
		largest(acc[i], v, acc[i]) // the first is what remains beside NaN
	})
	for half := chains / 2; half >= 1; half /= 2 {
		for i := range half {
			largest(acc[i+half], acc[i], acc[i])
		}
	}
	most := acc[0]
	k.foldRegister(most, largest, largest)
	if k.size == 8 {
		k.VBROADCASTSD(most.AsX(), most)
	} else {
		k.VBROADCASTSS(most.AsX(), most)
	}
	k.MOVQ(operand.I32(-1), left)
	k.MOVQ(left, result.Addr)
	limit := k.vec()
	k.broadcast(k.parameter("above"), limit)
	above(limit.AsX(), most.AsX())
	k.JBE(operand.LabelRef("none"))

	// There is one, so the search ends before the last vector, or in it.
	index, found := k.GP64(), k.GP64()
	k.XORQ(index, index)
	search := func(cut *lastVector) {
		v := absolute(x, 0, cut)
		if k.masks {
			same := k.K()
			compare(operand.Imm(equal), most, v, same)
			k.KMOVW(same, found.As32())
		} else {
			same := k.vec()
			compare(operand.Imm(equal), most, v, same)
			if k.size == 8 {
				k.VMOVMSKPD(same, found.As32())
			} else {
				k.VMOVMSKPS(same, found.As32())
			}
		}
	}
	width := k.vector / k.size
	k.Label("search")
	k.CMPQ(n, operand.Imm(uint64(width)))
	k.JL(operand.LabelRef("last"))
	search(nil)
	k.TESTL(found.As32(), found.As32())
	k.JNZ(operand.LabelRef("found"))
	k.ADDQ(imm(k.vector), x)
	k.ADDQ(imm(width), index)
	k.SUBQ(imm(width), n)
	k.JMP(operand.LabelRef("search"))
	k.Label("last")
	search(k.cut(n))
	k.Label("found")
	k.BSFL(found.As32(), found.As32())
	k.ADDQ(found, index)
	k.MOVQ(index, result.Addr)
	k.Label("none")
	k.finish()
}
