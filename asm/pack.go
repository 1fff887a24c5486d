package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack emits dst[i,j] = d[i]·(x[i,j] − shift[j]), rounded to the data's type
// after the subtraction and after the product, d before. A nil shift or d is left out.
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
	g := packGenerator{kernel: k, last: last, scale: scale}

	// body packs rows of any length in a loop over their vectors, or those of few
	// vectors, whose shift stays in registers, without one.
	body := func(label string, centered, scaled bool) {
		begin := func() {
			if scaled {
				k.broadcastScale(at(d, 0), scale)
				k.ADDQ(imm(8), d)
			}
		}
		end := func(label string) {
			k.ADDQ(stride, x)
			k.ADDQ(ldd, dst)
			k.DECQ(n)
			k.JNZ(operand.LabelRef(label))
			k.finish()
		}
		width := lanes * k.size
		k.Label(label)
		for vectors := 1; vectors <= packedVectors; vectors++ {
			few, more := fmt.Sprintf("%s%d", label, vectors), fmt.Sprintf("%s_more_than%d", label, vectors)
			k.CMPQ(p, imm(vectors*lanes))
			k.JG(operand.LabelRef(more))
			// The last vector is whole if rem is zero; its mask must say so.
			k.MOVQ(p, rem)
			k.SUBQ(imm((vectors-1)*lanes), rem)
			g.last = k.tail(rem, 0)
			shifts := make([]reg.VecVirtual, vectors)
			for v := range shifts {
				if shifts[v] = k.vec(); centered && v == vectors-1 {
					k.loadRawTail(at(shift, v*width), g.last, shifts[v])
				} else if centered {
					k.loadRaw(at(shift, v*width), shifts[v])
				}
			}
			k.Label(few)
			begin()
			for v := range vectors {
				var c operand.Op
				if centered {
					c = k.raw(shifts[v])
				}
				g.vector(at(x, v*width), c, at(dst, v*width), v == vectors-1, scaled)
			}
			end(few)
			k.Label(more)
		}
		g.last = last
		many := label + "_many"
		k.Label(many)
		begin()
		from, to, c, left := k.GP64(), k.GP64(), k.GP64(), k.GP64()
		k.MOVQ(x, from)
		k.MOVQ(dst, to)
		if centered {
			k.MOVQ(shift, c)
		}
		k.MOVQ(p, left)
		k.SUBQ(imm(lanes), left) // p is more than packedVectors vectors
		k.Label(many + "_vector")
		var shifts operand.Op
		if centered {
			shifts = at(c, 0)
		}
		g.vector(at(from, 0), shifts, at(to, 0), false, scaled)
		k.ADDQ(imm(width), from)
		k.ADDQ(imm(width), to)
		if centered {
			k.ADDQ(imm(width), c)
		}
		k.SUBQ(imm(lanes), left)
		k.JGE(operand.LabelRef(many + "_vector"))
		k.TESTQ(rem, rem)
		k.JZ(operand.LabelRef(many + "_next"))
		if centered {
			s := k.vec()
			k.loadRawTail(at(c, 0), last, s)
			shifts = k.raw(s)
		}
		g.vector(at(from, 0), shifts, at(to, 0), true, scaled)
		k.Label(many + "_next")
		end(many)
	}
	k.TESTQ(d, d)
	k.JZ(operand.LabelRef("unscaled"))
	k.TESTQ(shift, shift)
	k.JZ(operand.LabelRef("scaled"))
	body("both", true, true)
	body("scaled", false, true)
	k.Label("unscaled")
	k.TESTQ(shift, shift)
	k.JZ(operand.LabelRef("copied"))
	body("centered", true, false)
	body("copied", false, false)
}

// packedVectors is up to how many vectors a row is packed without a loop: as
// many as a stripe of tiles or a narrow panel has.
const packedVectors = 4

type packGenerator struct {
	*kernel
	last  tail
	scale reg.VecVirtual
}

// vector packs one vector; shift is nil if there is none.
func (g *packGenerator) vector(from operand.Mem, shift operand.Op, to operand.Mem, masked, scaled bool) {
	v := g.vec()
	if masked {
		g.loadRawTail(from, g.last, v)
	} else {
		g.loadRaw(from, v)
	}
	if shift != nil {
		g.subtractRaw(shift, v)
	}
	if scaled {
		g.multiplyRaw(g.scale, v)
	}
	g.storeRaw(v, to, masked, g.last)
}

func (k *kernel) subtractRaw(c operand.Op, v reg.VecVirtual) {
	if k.size == 8 {
		k.VSUBPD(c, v, v)
	} else {
		k.VSUBPS(c, k.half(v), k.half(v))
	}
}

// multiplyRaw multiplies by a weight from broadcastScale.
func (k *kernel) multiplyRaw(weight, v reg.VecVirtual) {
	if k.size == 8 {
		k.VMULPD(weight, v, v)
	} else {
		k.VMULPS(k.half(weight), k.half(v), k.half(v))
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
