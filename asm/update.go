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
	u := columnUpdate{kernel: k, dst: dst, p: p, stride: stride, shift: shift, r: r}
	u.prepare()
	short := shortUpdate{kernel: k, dst: dst, x: x, n: n, p: p, stride: stride, shift: shift, r: r}
	body := func(label string, centered bool) {
		short.groups(label, centered)
		k.Label(label)
		k.SUBQ(imm(ref.UpdateRows), n)
		k.JL(operand.LabelRef(label + "_few"))
		k.MOVQ(x, u.x0)
		u.eight(label+"_eight", centered)
		k.LEAQ(operand.Mem{Base: x, Index: stride, Scale: 8}, x)
		k.ADDQ(imm(8*ref.UpdateRows), r)
		k.JMP(operand.LabelRef(label))
		k.Label(label + "_few")
		k.ADDQ(imm(ref.UpdateRows), n)
		k.JZ(operand.LabelRef("done"))
		k.MOVQ(x, u.x0)
		u.few(label+"_few", n, centered)
		k.JMP(operand.LabelRef("done"))
	}
	k.TESTQ(shift, shift)
	k.JNZ(operand.LabelRef("centered"))
	body("plain", false)
	body("centered", true)
	k.Label("done")
	k.finish()
}

// A columnUpdate emits the update with up to eight rows, vector by vector of dst.
type columnUpdate struct {
	*kernel
	dst, p, stride, shift, r reg.Register

	rem, stride3 reg.Register
	last         tail
	x0, x4       reg.Register // the first row, which the caller sets, and the fifth
	g, c, left   reg.Register // where in dst and shift, and how many columns are left
}

func (u *columnUpdate) prepare() {
	u.rem = u.GP64()
	u.MOVQ(u.p, u.rem)
	u.ANDQ(imm(u.lanes()-1), u.rem)
	u.last = u.tail(u.rem, 0)
	u.stride3 = u.GP64()
	u.LEAQ(operand.Mem{Base: u.stride, Index: u.stride, Scale: 2}, u.stride3)
	u.x0, u.x4, u.g, u.c, u.left = u.GP64(), u.GP64(), u.GP64(), u.GP64(), u.GP64()
}

// eight takes a whole group of rows.
func (u *columnUpdate) eight(label string, centered bool) {
	rows := []operand.Mem{
		{Base: u.x0}, {Base: u.x0, Index: u.stride, Scale: 1}, {Base: u.x0, Index: u.stride, Scale: 2}, {Base: u.x0, Index: u.stride3, Scale: 1},
		{Base: u.x4}, {Base: u.x4, Index: u.stride, Scale: 1}, {Base: u.x4, Index: u.stride, Scale: 2}, {Base: u.x4, Index: u.stride3, Scale: 1},
	}
	if len(rows) != ref.UpdateRows {
		panic("asm: update is written for groups of eight rows")
	}
	weights := make([]reg.VecVirtual, ref.UpdateRows)
	for i := range weights {
		weights[i] = u.vec()
		u.VBROADCASTSD(at(u.r, 8*i), weights[i])
	}
	u.LEAQ(operand.Mem{Base: u.x0, Index: u.stride, Scale: 4}, u.x4)
	u.columns(label, centered, func(masked bool) {
		s, shifts := u.vec(), u.vec()
		u.loadShift(shifts, masked, centered)
		for i, m := range rows {
			u.product(m, weights[i], shifts, s, i == 0, masked, centered)
		}
		u.addTo(s, masked)
	}, u.x0, u.x4)
}

// few takes the last n rows, one to seven.
func (u *columnUpdate) few(label string, n reg.Register, centered bool) {
	u.columns(label, centered, func(masked bool) {
		inner := label + "_row"
		if masked {
			inner += "_masked"
		}
		s, shifts, weight := u.vec(), u.vec(), u.vec()
		from, count, w := u.GP64(), u.GP64(), u.GP64()
		u.loadShift(shifts, masked, centered)
		u.MOVQ(u.x0, from)
		u.MOVQ(u.r, w)
		u.VBROADCASTSD(at(w, 0), weight)
		u.product(at(from, 0), weight, shifts, s, true, masked, centered)
		u.MOVQ(n, count)
		u.DECQ(count)
		u.JZ(operand.LabelRef(inner + "_add"))
		u.Label(inner)
		u.ADDQ(u.stride, from)
		u.ADDQ(imm(8), w)
		u.VBROADCASTSD(at(w, 0), weight)
		u.product(at(from, 0), weight, shifts, s, false, masked, centered)
		u.DECQ(count)
		u.JNZ(operand.LabelRef(inner))
		u.Label(inner + "_add")
		u.addTo(s, masked)
	}, u.x0)
}

// columns walks one group of rows from left to right.
func (u *columnUpdate) columns(label string, centered bool, step func(masked bool), bases ...reg.Register) {
	lanes := u.lanes()
	width := lanes * u.size
	u.MOVQ(u.dst, u.g)
	if centered {
		u.MOVQ(u.shift, u.c)
	}
	u.MOVQ(u.p, u.left)
	u.SUBQ(imm(lanes), u.left)
	u.JL(operand.LabelRef(label + "_rest"))
	u.Label(label + "_vector")
	step(false)
	for _, base := range bases {
		u.ADDQ(imm(width), base)
	}
	u.ADDQ(imm(lanes*8), u.g)
	if centered {
		u.ADDQ(imm(width), u.c)
	}
	u.SUBQ(imm(lanes), u.left)
	u.JGE(operand.LabelRef(label + "_vector"))
	u.Label(label + "_rest")
	u.TESTQ(u.rem, u.rem)
	u.JZ(operand.LabelRef(label + "_next"))
	step(true)
	u.Label(label + "_next")
}

// product sets or adds x·r for one vector of one row.
func (u *columnUpdate) product(m operand.Mem, weight, shifts, s reg.VecVirtual, first, masked, centered bool) {
	switch {
	case first && !centered && !masked && u.size == 8:
		u.VMULPD(m, weight, s)
		return
	case !centered && !masked && u.size == 8:
		u.VFMADD231PD(m, weight, s)
		return
	}
	t := u.vec()
	switch {
	case centered && masked:
		u.loadRawTail(m, u.last, t)
		u.center(u.raw(shifts), t)
	case centered:
		u.loadRaw(m, t)
		u.center(u.raw(shifts), t)
	case masked:
		u.loadTail(m, u.last, t)
	default:
		u.load(m, t)
	}
	if first {
		u.VMULPD(t, weight, s)
	} else {
		u.VFMADD231PD(t, weight, s)
	}
}

func (u *columnUpdate) loadShift(shifts reg.VecVirtual, masked, centered bool) {
	if centered && masked {
		u.loadRawTail(at(u.c, 0), u.last, shifts)
	} else if centered {
		u.loadRaw(at(u.c, 0), shifts)
	}
}

// addTo adds s to a vector of dst.
func (u *columnUpdate) addTo(s reg.VecVirtual, masked bool) {
	if masked {
		old := u.vec()
		u.load64Tail(at(u.g, 0), u.last, old)
		u.VADDPD(old, s, s)
		u.store64Tail(s, u.last, at(u.g, 0))
	} else {
		u.VADDPD(at(u.g, 0), s, s)
		u.VMOVUPD(s, at(u.g, 0))
	}
}
