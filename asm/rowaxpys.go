package main

import "github.com/mmcloughlin/avo/operand"

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
	to, from, left := k.GP64(), k.GP64(), k.GP64()
	weight := k.vec()
	k.Label("row")
	if k.size == 8 {
		k.VMOVSD(at(w, 0), weight.AsX())
		k.VMULSD(k.parameter("alpha"), weight.AsX(), weight.AsX())
		k.VBROADCASTSD(weight.AsX(), weight)
	} else {
		k.VMOVSS(at(w, 0), weight.AsX())
		k.VMULSS(k.parameter("alpha"), weight.AsX(), weight.AsX())
		k.VBROADCASTSS(weight.AsX(), weight)
	}
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
