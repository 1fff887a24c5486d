package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowAxpys emits dst[i,j] = fma(alpha·w[i], x[i,j], dst[i,j]), row by row.
func rowAxpys(k *kernel) {
	k.Function("RowAxpys" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *%[1]s, ldd int, x *%[1]s, ldx int, alpha %[1]s, w *%[1]s, n, p, step int)"))
	k.Doc("RowAxpys"+k.name+" adds multiples of n rows of x to those of dst.", "A row has step columns more than the one before.")
	k.Attributes(noSplit)
	dst, ldd, x, ldx := k.argument("dst"), k.argument("ldd"), k.argument("x"), k.argument("ldx")
	w, n, p, step := k.argument("w"), k.argument("n"), k.argument("p"), k.argument("step")
	k.bytes(ldd, k.size)
	k.bytes(ldx, k.size)
	short := outer{k, dst, ldd, x, w, n, p}
	short.loops("row")
	to, from, left := k.GP64(), k.GP64(), k.GP64()
	k.Label("row")
	weight := k.weight(w)
	k.MOVQ(dst, to)
	k.MOVQ(x, from)
	k.MOVQ(p, left)
	k.addMultiple(to, from, left, weight)
	k.ADDQ(imm(k.size), w)
	k.ADDQ(ldd, dst)
	k.ADDQ(ldx, x)
	k.ADDQ(step, p)
	k.DECQ(n)
	k.JNZ(operand.LabelRef("row"))
	k.finish()
}

// weight is alpha times the number at w in all lanes.
func (k *kernel) weight(w reg.Register) reg.VecVirtual {
	v := k.vec()
	if k.size == 8 {
		k.VMOVSD(at(w, 0), v.AsX())
		k.VMULSD(k.parameter("alpha"), v.AsX(), v.AsX())
		k.VBROADCASTSD(v.AsX(), v)
	} else {
		k.VMOVSS(at(w, 0), v.AsX())
		k.VMULSS(k.parameter("alpha"), v.AsX(), v.AsX())
		k.VBROADCASTSS(v.AsX(), v)
	}
	return v
}
