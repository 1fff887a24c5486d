package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack emits dst[i,j] = d[i]·(x[i,j] − shift[j]), rounded to the data's type
// after the subtraction and after the product. A nil shift or d is left out.
func pack(k *kernel) {
	k.Function("Pack" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *%[1]s, ldd int, x *%[1]s, n, p, stride int, shift *%[1]s, d *float64)"))
	k.Doc("Pack" + k.name + " copies n rows of p columns, less shift and times d where they are not nil.")
	k.Attributes(noSplit)
	dst, ldd := k.argument("dst"), k.argument("ldd")
	x, n, p, stride := k.argument("x"), k.argument("n"), k.argument("p"), k.argument("stride")
	shift, d := k.argument("shift"), k.argument("d")
	k.bytes(ldd, k.size)
	k.bytes(stride, k.size)
	lanes := k.lanes()
	scale := k.vec()
	rem := k.GP64()
	k.MOVQ(p, rem)
	k.ANDQ(imm(lanes-1), rem)
	last := k.tail(rem, 0)

	k.TESTQ(d, d)
	k.JZ(operand.LabelRef("unscaled"))
	k.TESTQ(shift, shift)
	k.JZ(operand.LabelRef("scaled"))

	body := func(label string, centered, scaled bool) {
		k.Label(label)
		if scaled {
			k.VBROADCASTSD(at(d, 0), scale)
			k.ADDQ(imm(8), d)
		}
		from, to, c, left := k.GP64(), k.GP64(), k.GP64(), k.GP64()
		k.MOVQ(x, from)
		k.MOVQ(dst, to)
		if centered {
			k.MOVQ(shift, c)
		}
		k.MOVQ(p, left)
		width := lanes * k.size
		one := func(masked bool) {
			v := k.vec()
			if masked {
				k.loadRawTail(at(from, 0), last, v)
			} else {
				k.loadRaw(at(from, 0), v)
			}
			if centered {
				if masked {
					s := k.vec()
					k.loadRawTail(at(c, 0), last, s)
					k.subtractRaw(k.raw(s), v)
				} else {
					k.subtractRaw(at(c, 0), v)
				}
			}
			if scaled {
				k.multiplyRaw(scale, v)
			}
			k.storeRaw(v, at(to, 0), masked, last)
		}
		k.SUBQ(imm(lanes), left)
		k.JL(operand.LabelRef(label + "_rest"))
		k.Label(label + "_vector")
		one(false)
		k.ADDQ(imm(width), from)
		k.ADDQ(imm(width), to)
		if centered {
			k.ADDQ(imm(width), c)
		}
		k.SUBQ(imm(lanes), left)
		k.JGE(operand.LabelRef(label + "_vector"))
		k.Label(label + "_rest")
		k.TESTQ(rem, rem)
		k.JZ(operand.LabelRef(label + "_next"))
		one(true)
		k.Label(label + "_next")
		k.ADDQ(stride, x)
		k.ADDQ(ldd, dst)
		k.DECQ(n)
		k.JNZ(operand.LabelRef(label))
		k.finish()
	}
	body("both", true, true)
	body("scaled", false, true)
	k.Label("unscaled")
	k.TESTQ(shift, shift)
	k.JZ(operand.LabelRef("copied"))
	body("centered", true, false)
	body("copied", false, false)
}

func (k *kernel) subtractRaw(c operand.Op, v reg.VecVirtual) {
	if k.size == 8 {
		k.VSUBPD(c, v, v)
	} else {
		k.VSUBPS(c, k.half(v), k.half(v))
	}
}

// multiplyRaw multiplies by a float64 scale and rounds to the data's type.
func (k *kernel) multiplyRaw(scale, v reg.VecVirtual) {
	if k.size == 8 {
		k.VMULPD(scale, v, v)
		return
	}
	k.VCVTPS2PD(k.half(v), v)
	k.VMULPD(scale, v, v)
	if k.vector == 64 {
		k.VCVTPD2PS(v, k.half(v))
	} else {
		k.VCVTPD2PSY(v, k.half(v))
	}
}

func (k *kernel) storeRaw(v reg.VecVirtual, m operand.Mem, masked bool, t tail) {
	switch {
	case !masked && k.size == 8:
		k.VMOVUPD(v, m)
	case !masked:
		k.VMOVUPS(k.half(v), m)
	case k.size == 8:
		k.store64Tail(v, t, m)
	case k.masks:
		k.VMOVUPS(k.half(v), t.bits, m)
	default:
		k.VMASKMOVPS(k.half(v), t.narrow, m)
	}
}
