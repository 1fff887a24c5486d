package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// update emits dst[j] += Σ_i (x[i,j] − shift[j])·r[i], eight rows at a time:
// dst is read and written once for eight products, and a chain never waits
// for more than one addition of the group before it.
func update(k *kernel) {
	k.Function("Update" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *float64, x *%[1]s, n, p, stride int, shift *%[1]s, r *float64)"))
	k.Doc("Update" + k.name + " adds the n rows of p columns, less shift if it is not nil, weighted with r, to dst.")
	k.Attributes(noSplit)
	dst, x, n, p := k.argument("dst"), k.argument("x"), k.argument("n"), k.argument("p")
	stride, shift, r := k.argument("stride"), k.argument("shift"), k.argument("r")
	k.bytes(stride, k.size)
	lanes := k.lanes()
	rem := k.GP64()
	k.MOVQ(p, rem)
	k.ANDQ(imm(lanes-1), rem)
	last := k.tail(rem, 0)
	stride3 := k.GP64()
	k.LEAQ(operand.Mem{Base: stride, Index: stride, Scale: 2}, stride3)

	x0, x4, g, c, left := k.GP64(), k.GP64(), k.GP64(), k.GP64(), k.GP64()
	rows := []operand.Mem{
		{Base: x0}, {Base: x0, Index: stride, Scale: 1}, {Base: x0, Index: stride, Scale: 2}, {Base: x0, Index: stride3, Scale: 1},
		{Base: x4}, {Base: x4, Index: stride, Scale: 1}, {Base: x4, Index: stride, Scale: 2}, {Base: x4, Index: stride3, Scale: 1},
	}
	if len(rows) != ref.UpdateRows {
		panic("asm: update is written for groups of eight rows")
	}

	// product sets or adds x·r for one vector of one row.
	product := func(m operand.Mem, weight, shifts, s reg.VecVirtual, first, masked, centered bool) {
		switch {
		case first && !centered && !masked && k.size == 8:
			k.VMULPD(m, weight, s)
			return
		case !centered && !masked && k.size == 8:
			k.VFMADD231PD(m, weight, s)
			return
		}
		t := k.vec()
		switch {
		case centered && masked:
			k.loadRawTail(m, last, t)
			k.center(k.raw(shifts), t)
		case centered:
			k.loadRaw(m, t)
			k.center(k.raw(shifts), t)
		case masked:
			k.loadTail(m, last, t)
		default:
			k.load(m, t)
		}
		if first {
			k.VMULPD(t, weight, s)
		} else {
			k.VFMADD231PD(t, weight, s)
		}
	}
	loadShift := func(shifts reg.VecVirtual, masked, centered bool) {
		if centered && masked {
			k.loadRawTail(at(c, 0), last, shifts)
		} else if centered {
			k.loadRaw(at(c, 0), shifts)
		}
	}
	addTo := func(s reg.VecVirtual, masked bool) {
		if masked {
			old := k.vec()
			k.load64Tail(at(g, 0), last, old)
			k.VADDPD(old, s, s)
			k.store64Tail(s, last, at(g, 0))
		} else {
			k.VADDPD(at(g, 0), s, s)
			k.VMOVUPD(s, at(g, 0))
		}
	}
	// columns walks one group of rows from left to right.
	columns := func(label string, centered bool, step func(masked bool), bases ...reg.Register) {
		width := lanes * k.size
		k.MOVQ(dst, g)
		if centered {
			k.MOVQ(shift, c)
		}
		k.MOVQ(p, left)
		k.SUBQ(imm(lanes), left)
		k.JL(operand.LabelRef(label + "_rest"))
		k.Label(label + "_vector")
		step(false)
		for _, base := range bases {
			k.ADDQ(imm(width), base)
		}
		k.ADDQ(imm(lanes*8), g)
		if centered {
			k.ADDQ(imm(width), c)
		}
		k.SUBQ(imm(lanes), left)
		k.JGE(operand.LabelRef(label + "_vector"))
		k.Label(label + "_rest")
		k.TESTQ(rem, rem)
		k.JZ(operand.LabelRef(label + "_next"))
		step(true)
		k.Label(label + "_next")
	}

	short := shortUpdate{kernel: k, dst: dst, x: x, n: n, p: p, stride: stride, shift: shift, r: r}
	body := func(label string, centered bool) {
		short.groups(label, centered)
		k.Label(label)
		k.SUBQ(imm(ref.UpdateRows), n)
		k.JL(operand.LabelRef(label + "_few"))
		weights := make([]reg.VecVirtual, ref.UpdateRows)
		for i := range weights {
			weights[i] = k.vec()
			k.VBROADCASTSD(at(r, 8*i), weights[i])
		}
		k.MOVQ(x, x0)
		k.LEAQ(operand.Mem{Base: x, Index: stride, Scale: 4}, x4)
		columns(label+"_eight", centered, func(masked bool) {
			s, shifts := k.vec(), k.vec()
			loadShift(shifts, masked, centered)
			for i, m := range rows {
				product(m, weights[i], shifts, s, i == 0, masked, centered)
			}
			addTo(s, masked)
		}, x0, x4)
		k.LEAQ(operand.Mem{Base: x, Index: stride, Scale: 8}, x)
		k.ADDQ(imm(8*ref.UpdateRows), r)
		k.JMP(operand.LabelRef(label))

		// The last one to seven rows.
		k.Label(label + "_few")
		k.ADDQ(imm(ref.UpdateRows), n)
		k.JZ(operand.LabelRef("done"))
		k.MOVQ(x, x0)
		columns(label+"_few", centered, func(masked bool) {
			inner := label + "_few_row"
			if masked {
				inner += "_masked"
			}
			s, shifts, weight := k.vec(), k.vec(), k.vec()
			from, count, w := k.GP64(), k.GP64(), k.GP64()
			loadShift(shifts, masked, centered)
			k.MOVQ(x0, from)
			k.MOVQ(r, w)
			k.VBROADCASTSD(at(w, 0), weight)
			product(at(from, 0), weight, shifts, s, true, masked, centered)
			k.MOVQ(n, count)
			k.DECQ(count)
			k.JZ(operand.LabelRef(inner + "_add"))
			k.Label(inner)
			k.ADDQ(stride, from)
			k.ADDQ(imm(8), w)
			k.VBROADCASTSD(at(w, 0), weight)
			product(at(from, 0), weight, shifts, s, false, masked, centered)
			k.DECQ(count)
			k.JNZ(operand.LabelRef(inner))
			k.Label(inner + "_add")
			addTo(s, masked)
		}, x0)
		k.JMP(operand.LabelRef("done"))
	}

	k.TESTQ(shift, shift)
	k.JNZ(operand.LabelRef("centered"))
	body("plain", false)
	body("centered", true)
	k.Label("done")
	k.finish()
}
