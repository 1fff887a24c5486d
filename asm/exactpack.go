package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// exactPack emits the panel of pairs w[i]·(x[i,j] − shift[j]), strip by strip:
// the squares of a strip stay in registers while its rows pass by.
func exactPack(k *kernel) {
	k.Function("ExactPack" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(panel, squares, rest *float64, x *%[1]s, n, p, stride int, shift, w *float64)"))
	k.Doc("ExactPack"+k.name+" fills a panel of pairs with n rows of p columns, less shift and times w where they are not nil.",
		"Squares and rest are set; without shift and w, low parts and rest are not touched.")
	k.Attributes(noSplit)
	panel, squares, rest := k.argument("panel"), k.argument("squares"), k.argument("rest")
	x, n, p, stride := k.argument("x"), k.argument("n"), k.argument("p"), k.argument("stride")
	shift, w := k.argument("shift"), k.argument("w")
	k.bytes(stride, k.size)
	from, weight, to, count := k.GP64(), k.GP64(), k.GP64(), k.GP64()
	vectors := ref.ExactStrip / k.lanes()

	// strip packs up to eight columns; with masked, tails says which of them
	// there are.
	strip := func(label string, shifted, weighted, masked bool, tails []tail) {
		sum, or, c := k.octet(), k.octet(), k.octet()
		for v := range vectors {
			k.zero(sum[v])
			if shifted || weighted {
				k.zero(or[v])
			}
			if shifted {
				k.VMOVUPD(at(shift, v*k.vector), c[v])
			}
		}
		k.MOVQ(x, from)
		k.MOVQ(panel, to)
		k.MOVQ(n, count)
		if weighted {
			k.MOVQ(w, weight)
		}
		k.Label(label)
		var scale reg.VecVirtual
		if weighted {
			scale = k.vec()
			k.VBROADCASTSD(at(weight, 0), scale)
			k.ADDQ(imm(8), weight)
		}
		for v := range vectors {
			hi, lo := k.vec(), k.vec()
			if m := at(from, v*k.lanes()*k.size); masked {
				k.loadTail(m, tails[v], hi)
			} else {
				k.load(m, hi)
			}
			if shifted {
				hi, lo = k.twoDifference(hi, c[v])
			}
			if weighted {
				product, low := k.vec(), k.vec()
				k.VMULPD(scale, hi, product)
				k.VMOVAPD(product, low)
				k.VFMSUB231PD(scale, hi, low)
				if shifted {
					k.VFMADD231PD(scale, lo, low)
				}
				hi, lo = product, low
			}
			k.VMOVUPD(hi, at(to, v*k.vector))
			k.VFMADD231PD(hi, hi, sum[v])
			if shifted || weighted {
				k.VMOVUPD(lo, at(to, 8*ref.ExactLow+v*k.vector))
				k.VORPD(lo, or[v], or[v])
			}
		}
		k.ADDQ(stride, from)
		k.ADDQ(imm(8*ref.ExactStrip), to)
		k.DECQ(count)
		k.JNZ(operand.LabelRef(label))
		for v := range vectors {
			k.VMOVUPD(sum[v], at(squares, v*k.vector))
			if shifted || weighted {
				k.VMOVUPD(or[v], at(rest, v*k.vector))
			}
		}
	}
	body := func(label string, shifted, weighted bool) {
		k.Label(label)
		k.SUBQ(imm(ref.ExactStrip), p)
		k.JL(operand.LabelRef(label + "_rest"))
		strip(label+"_row", shifted, weighted, false, nil)
		k.ADDQ(imm(ref.ExactStrip*k.size), x)
		k.ADDQ(imm(8*ref.ExactGap), panel)
		k.ADDQ(imm(8*ref.ExactStrip), squares)
		k.ADDQ(imm(8*ref.ExactStrip), rest)
		if shifted {
			k.ADDQ(imm(8*ref.ExactStrip), shift)
		}
		k.JMP(operand.LabelRef(label))
		k.Label(label + "_rest")
		k.ADDQ(imm(ref.ExactStrip), p)
		k.JZ(operand.LabelRef(label + "_done"))
		var tails []tail
		for v := range vectors {
			tails = append(tails, k.tail(p, v*k.lanes()))
		}
		strip(label+"_tail", shifted, weighted, true, tails)
		k.Label(label + "_done")
		k.finish()
	}
	for i, variant := range []struct{ shifted, weighted bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		next := fmt.Sprintf("variant%d", i+1)
		test := func(argument reg.Register, wanted bool) {
			k.TESTQ(argument, argument)
			if wanted {
				k.JZ(operand.LabelRef(next))
			} else {
				k.JNZ(operand.LabelRef(next))
			}
		}
		if i < 3 {
			test(shift, variant.shifted)
			test(w, variant.weighted)
		}
		body([]string{"copied", "shifted", "weighted", "both"}[i], variant.shifted, variant.weighted)
		if i < 3 {
			k.Label(next)
		}
	}
}

// twoSum is a + b and what its rounding has lost, six additions. a and b stay.
func (k *kernel) twoSum(a, b reg.VecVirtual) (s, e reg.VecVirtual) {
	s, e = k.vec(), k.vec()
	v := k.vec()
	k.VADDPD(b, a, s)
	k.VSUBPD(a, s, v)
	k.VSUBPD(v, s, e)
	k.VSUBPD(e, a, e)
	k.VSUBPD(v, b, v)
	k.VADDPD(v, e, e)
	return s, e
}

// twoDifference is a − b, likewise.
func (k *kernel) twoDifference(a, b reg.VecVirtual) (s, e reg.VecVirtual) {
	s, e = k.vec(), k.vec()
	v := k.vec()
	k.VSUBPD(b, a, s)
	k.VSUBPD(a, s, v)
	k.VSUBPD(v, s, e)
	k.VSUBPD(e, a, e)
	k.VADDPD(v, b, v)
	k.VSUBPD(v, e, e)
	return s, e
}
