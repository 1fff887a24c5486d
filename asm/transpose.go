package main

import "github.com/mmcloughlin/avo/operand"

// transpose emits dst[l,j] = src[j,l] for whole groups of rows of src, 32 bytes
// of a row of dst each, and whole steps of its columns, 16 bytes each. A step
// loads two rows of src into the halves of a register, so that the shuffles
// that remain stay within halves.
func transpose(k *kernel) {
	k.Function("Transpose" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *%[1]s, ldd int, src *%[1]s, lds, steps, groups int)"))
	rows, columns := 32/k.size, 16/k.size
	k.Doc("Transpose" + k.name + " transposes 32 bytes of rows and 16 bytes of columns at a time.")
	k.Attributes(noSplit)
	dst, ldd, src, lds := k.argument("dst"), k.argument("ldd"), k.argument("src"), k.argument("lds")
	steps, groups := k.argument("steps"), k.argument("groups")
	k.bytes(ldd, k.size)
	k.bytes(lds, k.size)
	lds3 := k.GP64()
	k.LEAQ(operand.Mem{Base: lds, Index: lds, Scale: 2}, lds3)
	ldd3 := k.GP64()
	k.LEAQ(operand.Mem{Base: ldd, Index: ldd, Scale: 2}, ldd3)
	low, high, to, left := k.GP64(), k.GP64(), k.GP64(), k.GP64()
	k.Label("group")
	k.MOVQ(src, low)
	k.LEAQ(operand.Mem{Base: src, Index: lds, Scale: uint8(rows / 2)}, high)
	k.MOVQ(dst, to)
	k.MOVQ(steps, left)
	k.Label("step")
	offsets := func(base operand.Mem, i int) operand.Mem {
		switch i {
		case 1:
			base.Index, base.Scale = lds, 1
		case 2:
			base.Index, base.Scale = lds, 2
		case 3:
			base.Index, base.Scale = lds3, 1
		}
		return base
	}
	var v []operand.Op
	for i := range rows / 2 {
		x := k.YMM()
		k.VMOVUPD(offsets(at(low, 0), i), x.AsX())
		k.VINSERTF128(operand.Imm(1), offsets(at(high, 0), i), x, x)
		v = append(v, x)
	}
	pairs := func(a, b operand.Op, single bool) (operand.Op, operand.Op) {
		first, second := k.YMM(), k.YMM()
		if single {
			k.VUNPCKLPS(b, a, first)
			k.VUNPCKHPS(b, a, second)
		} else {
			k.VUNPCKLPD(b, a, first)
			k.VUNPCKHPD(b, a, second)
		}
		return first, second
	}
	var out []operand.Op
	if k.size == 8 {
		a, b := pairs(v[0], v[1], false)
		out = []operand.Op{a, b}
	} else {
		a, b := pairs(v[0], v[1], true)
		c, d := pairs(v[2], v[3], true)
		e, f := pairs(a, c, false)
		g, h := pairs(b, d, false)
		out = []operand.Op{e, f, g, h}
	}
	places := []operand.Mem{{Base: to}, {Base: to, Index: ldd, Scale: 1}, {Base: to, Index: ldd, Scale: 2}, {Base: to, Index: ldd3, Scale: 1}}
	for l := range columns {
		k.VMOVUPD(out[l], places[l])
	}
	k.ADDQ(imm(16), low)
	k.ADDQ(imm(16), high)
	k.LEAQ(operand.Mem{Base: to, Index: ldd, Scale: uint8(columns)}, to)
	k.DECQ(left)
	k.JNZ(operand.LabelRef("step"))
	k.LEAQ(operand.Mem{Base: src, Index: lds, Scale: uint8(rows / 2)}, src)
	k.LEAQ(operand.Mem{Base: src, Index: lds, Scale: uint8(rows / 2)}, src)
	k.ADDQ(imm(32), dst)
	k.DECQ(groups)
	k.JNZ(operand.LabelRef("group"))
	k.finish()
}
