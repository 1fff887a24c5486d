package main

import "github.com/mmcloughlin/avo/operand"

// sum emits the sum of a vector in eight lanes.
func sum(k *kernel) {
	k.Function("Sum" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr("func(x *float64, n int) float64")
	k.Doc("Sum" + k.name + " adds x in eight lanes, padded with zeros.")
	k.Attributes(noSplit)
	x, n := k.argument("x"), k.argument("n")
	acc := k.octet()
	for _, v := range acc {
		k.zero(v)
	}
	k.Label("octets")
	k.CMPQ(n, operand.Imm(8))
	k.JL(operand.LabelRef("rest"))
	for i, v := range acc {
		k.VADDPD(at(x, i*k.vector), v, v)
	}
	k.ADDQ(imm(64), x)
	k.SUBQ(imm(8), n)
	k.JMP(operand.LabelRef("octets"))
	k.Label("rest")
	k.TESTQ(n, n)
	k.JZ(operand.LabelRef("fold"))
	for i, v := range acc {
		t := k.tail(n, i*k.lanes())
		last := k.vec()
		k.load64Tail(at(x, i*k.vector), t, last)
		k.VADDPD(last, v, v)
	}
	k.Label("fold")
	total, _ := k.ReturnIndex(0).Resolve()
	k.VMOVSD(k.reduce(acc), total.Addr)
	k.finish()
}
