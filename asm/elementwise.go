package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A span is the elements that a turn of an elementwise loop takes: a vector of
// each stream, or one that is cut to what is left.
type span struct {
	*kernel
	cut *tail
}

// pair is two streams where there are registers for them.
func (k *kernel) pair() int {
	if k.vector == 64 {
		return 2
	}
	return 1
}

// elementwise emits a loop over the n elements that the pointers advance
// through: streams vectors a turn, whose chains of dependent operations the
// machine overlaps, then one masked vector a turn. The labels end with name.
func (k *kernel) elementwise(name string, n reg.Register, pointers []reg.Register, streams int, body func(s span)) {
	turn := func(vectors int) {
		for _, p := range pointers {
			k.ADDQ(imm(vectors*k.vector), p)
		}
		k.SUBQ(imm(vectors*k.lanes()), n)
	}
	k.SUBQ(imm(streams*k.lanes()), n)
	k.JL(operand.LabelRef("rest" + name))
	k.Label("streams" + name)
	k.streams = streams
	body(span{kernel: k})
	turn(streams)
	k.JGE(operand.LabelRef("streams" + name))
	k.Label("rest" + name)
	k.ADDQ(imm(streams*k.lanes()), n)
	k.JZ(operand.LabelRef("done" + name))
	k.Label("vector" + name)
	k.streams = 1
	t := k.tail(n, 0)
	body(span{kernel: k, cut: &t})
	turn(1)
	k.JG(operand.LabelRef("vector" + name))
	k.Label("done" + name)
}

func (s span) load(p reg.Register) vecs {
	v := s.vecs()
	for i := range v {
		if s.cut != nil {
			s.load64Tail(at(p, i*s.vector), *s.cut, v[i])
		} else {
			s.VMOVUPD(at(p, i*s.vector), v[i])
		}
	}
	return v
}

func (s span) store(v vecs, p reg.Register) {
	for i := range v {
		if s.cut != nil {
			s.store64Tail(v[i], *s.cut, at(p, i*s.vector))
		} else {
			s.VMOVUPD(v[i], at(p, i*s.vector))
		}
	}
}

// unary emits dst[i] = f(x[i]).
func (k *kernel) unary(name, doc string, streams int, f func(x vecs) vecs) {
	k.Function(name)
	k.Pragma("noescape")
	k.SignatureExpr("func(dst, x *float64, n int)")
	k.Doc(doc)
	k.Attributes(noSplit)
	dst, x, n := k.argument("dst"), k.argument("x"), k.argument("n")
	k.elementwise("", n, []reg.Register{dst, x}, streams, func(s span) { s.store(f(s.load(x)), dst) })
	k.finish()
}
