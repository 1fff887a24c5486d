package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// spread emits three updates in one read: with t = x[i,j] − shift[j], those of t·r[i],
// t·d[i] and t²·d[i]. A vector of eight rows takes eight loads and forty operations,
// and memory is what it waits for.
func spread(k *kernel) {
	k.Function("Spread" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *float64, ldd int, x *%[1]s, n, p, stride int, shift *%[1]s, r, d *float64)"))
	k.Doc("Spread"+k.name+" adds the n rows of p columns, less shift if it is not nil, weighted with r and with d, and their squares",
		"weighted with d, to dst, where the kinds are ldd numbers apart.")
	k.Attributes(noSplit)
	s := spreading{kernel: k, dst: k.argument("dst"), x: k.argument("x"), n: k.argument("n"), stride: k.argument("stride")}
	s.shift, s.r, s.d = k.argument("shift"), k.argument("r"), k.argument("d")
	k.bytes(s.stride, k.size)
	s.prepare()
	body := func(label string, centered bool) {
		k.Label(label)
		k.SUBQ(imm(ref.UpdateRows), s.n)
		k.JL(operand.LabelRef(label + "_few"))
		s.columns(label+"_eight", centered, s.eight)
		k.LEAQ(operand.Mem{Base: s.x, Index: s.stride, Scale: 8}, s.x)
		k.ADDQ(imm(8*ref.UpdateRows), s.r)
		k.ADDQ(imm(8*ref.UpdateRows), s.d)
		k.JMP(operand.LabelRef(label))
		k.Label(label + "_few")
		k.ADDQ(imm(ref.UpdateRows), s.n)
		k.JZ(operand.LabelRef("done"))
		s.columns(label+"_few", centered, s.few)
		k.JMP(operand.LabelRef("done"))
	}
	k.TESTQ(s.shift, s.shift)
	k.JNZ(operand.LabelRef("centered"))
	body("plain", false)
	body("centered", true)
	k.Label("done")
	k.finish()
}

// A spreading emits it vector by vector of up to eight rows.
type spreading struct {
	*kernel
	dst, x, n, stride, shift, r, d reg.Register

	ldd        reg.Register // from kind to kind of dst
	last       tail
	from, g, c reg.Register // in the first row, in dst and in shift
	left       reg.Register // columns
	ahead      reg.Register // bytes from what is computed to what is fetched
}

// spreadAhead is how far ahead rows are fetched at least, in whole groups.
const spreadAhead = 4096

func (s *spreading) prepare() {
	rem := s.argument("p")
	s.ANDQ(imm(s.lanes()-1), rem)
	s.last = s.tail(rem, 0)
	s.ldd = s.argument("ldd")
	s.bytes(s.ldd, 8)
	s.from, s.g, s.c, s.left, s.ahead = s.GP64(), s.GP64(), s.GP64(), s.GP64(), s.GP64()
	s.MOVQ(s.stride, s.ahead)
	s.SHLQ(operand.Imm(3), s.ahead)
	s.Label("farther")
	s.SHLQ(operand.Imm(1), s.ahead)
	s.CMPQ(s.ahead, imm(spreadAhead))
	s.JL(operand.LabelRef("farther"))
}

// A spreadStep is one vector of the rows of a group.
type spreadStep struct {
	centered, masked bool
	shifts           reg.VecVirtual
	sums             [3]reg.VecVirtual
}

// columns walks one group of rows from left to right.
func (s *spreading) columns(label string, centered bool, rows func(label string, step *spreadStep)) {
	lanes := s.lanes()
	s.MOVQ(s.dst, s.g)
	s.MOVQ(s.x, s.from)
	if centered {
		s.MOVQ(s.shift, s.c)
	}
	s.MOVQ(s.parameter("p"), s.left)
	step := func(label string, masked bool) {
		st := &spreadStep{centered: centered, masked: masked, shifts: s.vec()}
		for i := range st.sums {
			st.sums[i] = s.vec()
		}
		switch {
		case centered && masked:
			s.loadRawTail(at(s.c, 0), s.last, st.shifts)
		case centered:
			s.loadRaw(at(s.c, 0), st.shifts)
		}
		rows(label, st)
		s.addTo(st)
	}
	s.SUBQ(imm(lanes), s.left)
	s.JL(operand.LabelRef(label + "_rest"))
	s.Label(label + "_vector")
	step(label, false)
	s.ADDQ(imm(lanes*s.size), s.from)
	s.ADDQ(imm(lanes*8), s.g)
	if centered {
		s.ADDQ(imm(lanes*s.size), s.c)
	}
	s.SUBQ(imm(lanes), s.left)
	s.JGE(operand.LabelRef(label + "_vector"))
	s.Label(label + "_rest")
	s.CMPQ(s.left, imm(-lanes))
	s.JE(operand.LabelRef(label + "_next"))
	step(label+"_masked", true)
	s.Label(label + "_next")
}

// eight takes a whole group of rows.
func (s *spreading) eight(_ string, step *spreadStep) {
	row := s.GP64()
	s.MOVQ(s.from, row)
	for i := range ref.UpdateRows {
		s.PREFETCHT0(operand.Mem{Base: row, Index: s.ahead, Scale: 1})
		s.row(at(row, 0), at(s.r, 8*i), at(s.d, 8*i), i == 0, step)
		if i+1 < ref.UpdateRows {
			s.ADDQ(s.stride, row)
		}
	}
}

// few takes the last n rows, one to seven.
func (s *spreading) few(label string, step *spreadStep) {
	row, i := s.GP64(), s.GP64()
	weight := func(base reg.Register) operand.Mem { return operand.Mem{Base: base, Index: i, Scale: 8} }
	s.MOVQ(s.from, row)
	s.XORQ(i, i)
	s.row(at(row, 0), weight(s.r), weight(s.d), true, step)
	s.Label(label + "_row")
	s.INCQ(i)
	s.CMPQ(i, s.n)
	s.JE(operand.LabelRef(label + "_add"))
	s.ADDQ(s.stride, row)
	s.row(at(row, 0), weight(s.r), weight(s.d), false, step)
	s.JMP(operand.LabelRef(label + "_row"))
	s.Label(label + "_add")
}

// row sets or adds the three products of one vector of one row.
func (s *spreading) row(m, r, d operand.Mem, first bool, step *spreadStep) {
	t, weight := s.vec(), s.vec()
	switch {
	case step.centered && step.masked:
		s.loadRawTail(m, s.last, t)
		s.center(s.raw(step.shifts), t)
	case step.centered:
		s.loadRaw(m, t)
		s.center(s.raw(step.shifts), t)
	case step.masked:
		s.loadTail(m, s.last, t)
	default:
		s.load(m, t)
	}
	add := func(t, sum reg.VecVirtual) {
		if first {
			s.VMULPD(t, weight, sum)
		} else {
			s.VFMADD231PD(t, weight, sum)
		}
	}
	s.VBROADCASTSD(r, weight)
	add(t, step.sums[0])
	s.VBROADCASTSD(d, weight)
	add(t, step.sums[1])
	s.VMULPD(t, t, t)
	add(t, step.sums[2])
}

// addTo adds the sums of a vector to dst.
func (s *spreading) addTo(step *spreadStep) {
	for kind, sum := range step.sums {
		to := operand.Mem{Base: s.g}
		if kind > 0 {
			to = operand.Mem{Base: s.g, Index: s.ldd, Scale: uint8(kind)}
		}
		if step.masked {
			old := s.vec()
			s.load64Tail(to, s.last, old)
			s.VADDPD(old, sum, sum)
			s.store64Tail(sum, s.last, to)
		} else {
			s.VADDPD(to, sum, sum)
			s.VMOVUPD(sum, to)
		}
	}
}
