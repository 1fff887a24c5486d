package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scal emits x[i] = a·x[i].
func scal(k *kernel) {
	k.Function("Scal" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(x *%[1]s, a %[1]s, n int)"))
	k.Doc("Scal" + k.name + " multiplies x by a.")
	k.Attributes(noSplit)
	x, n := k.argument("x"), k.argument("n")
	a := k.vec()
	k.broadcast(k.parameter("a"), a)
	product := k.VMULPD
	if k.size == 4 {
		product = k.VMULPS
	}
	k.vectors(n, []reg.Register{x}, 4, func(i int, cut *lastVector) {
		v := k.vec()
		k.loadCut(at(x, i*k.vector), v, cut)
		product(a, v, v)
		k.storeCut(v, at(x, i*k.vector), cut)
	})
	k.finish()
}

// vectors emits a loop over the n elements that the pointers advance through,
// in the data's own type: so many vectors a turn, a power of two, then halves of
// that, then one that is cut to what is left. body does vector i of a turn.
func (k *kernel) vectors(n reg.Register, pointers []reg.Register, streams int, body func(i int, cut *lastVector)) {
	k.wholeVectors(n, pointers, streams, func(i int) { body(i, nil) })
	k.TESTQ(n, n)
	k.JZ(operand.LabelRef("done"))
	body(0, k.cut(n))
	k.Label("done")
}

// wholeVectors is vectors without what is left at the end.
func (k *kernel) wholeVectors(n reg.Register, pointers []reg.Register, streams int, body func(i int)) {
	width := k.vector / k.size
	turn := func(streams int) {
		for i := range streams {
			body(i)
		}
		for _, p := range pointers {
			k.ADDQ(imm(streams*k.vector), p)
		}
	}
	k.SUBQ(imm(streams*width), n)
	k.JL(operand.LabelRef("streams_end"))
	k.Label("streams")
	turn(streams)
	k.SUBQ(imm(streams*width), n)
	k.JGE(operand.LabelRef("streams"))
	k.Label("streams_end")
	// What is left is negative by as much as a turn takes: its low bits count.
	for some := streams / 2; some > 0; some /= 2 {
		skip := fmt.Sprintf("below%dvectors", some)
		k.TESTQ(operand.I32(int32(some*width)), n)
		k.JZ(operand.LabelRef(skip))
		turn(some)
		k.Label(skip)
	}
	k.ANDQ(imm(width-1), n)
}

// cut is the mask of the first n lanes.
func (k *kernel) cut(n reg.Register) *lastVector {
	if k.masks {
		return &lastVector{bits: k.bitmask(n)}
	}
	return &lastVector{window: k.window(n, k.size, 0)}
}

func (k *kernel) loadCut(m operand.Mem, v reg.VecVirtual, cut *lastVector) {
	switch {
	case cut == nil:
		k.loadData(m, v)
	case k.masks && k.size == 8:
		k.VMOVUPD_Z(m, cut.bits, v)
	case k.masks:
		k.VMOVUPS_Z(m, cut.bits, v)
	case k.size == 8:
		k.VMOVUPD(cut.window, v)
		k.VMASKMOVPD(m, v, v)
	default:
		k.VMOVUPS(cut.window, v)
		k.VMASKMOVPS(m, v, v)
	}
}

func (k *kernel) storeCut(v reg.VecVirtual, m operand.Mem, cut *lastVector) {
	switch {
	case cut == nil && k.size == 8:
		k.VMOVUPD(v, m)
	case cut == nil:
		k.VMOVUPS(v, m)
	case k.masks && k.size == 8:
		k.VMOVUPD(v, cut.bits, m)
	case k.masks:
		k.VMOVUPS(v, cut.bits, m)
	default:
		mask := k.vec()
		if k.size == 8 {
			k.VMOVUPD(cut.window, mask)
			k.VMASKMOVPD(v, mask, m)
		} else {
			k.VMOVUPS(cut.window, mask)
			k.VMASKMOVPS(v, mask, m)
		}
	}
}
