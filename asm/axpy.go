package main

import "github.com/mmcloughlin/avo/operand"

// axpy emits dst[i] = fma(a, x[i], dst[i]).
func axpy(k *kernel) {
	k.Function("Axpy" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *%[1]s, a %[1]s, x *%[1]s, n int)"))
	k.Doc("Axpy" + k.name + " adds a·x to dst, one fused multiply-add an element.")
	k.Attributes(noSplit)
	dst, x, n := k.argument("dst"), k.argument("x"), k.argument("n")
	a := k.vec()
	alpha, _ := k.Param("a").Resolve()
	perVector := k.vector / k.size
	broadcast, move, fma, moveScalar, fmaScalar := k.VBROADCASTSD, k.VMOVUPD, k.VFMADD231PD, k.VMOVSD, k.VFMADD231SD
	if k.size == 4 {
		broadcast, move, fma, moveScalar, fmaScalar = k.VBROADCASTSS, k.VMOVUPS, k.VFMADD231PS, k.VMOVSS, k.VFMADD231SS
	}
	broadcast(alpha.Addr, a)

	const unroll = 4
	step := unroll * perVector
	k.Label("blocks")
	k.CMPQ(n, operand.Imm(uint64(step)))
	k.JL(operand.LabelRef("vectors"))
	for i := range unroll {
		y := k.vec()
		move(at(dst, i*k.vector), y)
		fma(at(x, i*k.vector), a, y)
		move(y, at(dst, i*k.vector))
	}
	k.ADDQ(imm(unroll*k.vector), dst)
	k.ADDQ(imm(unroll*k.vector), x)
	k.SUBQ(imm(step), n)
	k.JMP(operand.LabelRef("blocks"))

	k.Label("vectors")
	k.CMPQ(n, operand.Imm(uint64(perVector)))
	k.JL(operand.LabelRef("scalars"))
	y := k.vec()
	move(at(dst, 0), y)
	fma(at(x, 0), a, y)
	move(y, at(dst, 0))
	k.ADDQ(imm(k.vector), dst)
	k.ADDQ(imm(k.vector), x)
	k.SUBQ(imm(perVector), n)
	k.JMP(operand.LabelRef("vectors"))

	k.Label("scalars")
	k.TESTQ(n, n)
	k.JZ(operand.LabelRef("done"))
	s := k.XMM()
	moveScalar(at(dst, 0), s)
	fmaScalar(at(x, 0), a.AsX(), s)
	moveScalar(s, at(dst, 0))
	k.ADDQ(imm(k.size), dst)
	k.ADDQ(imm(k.size), x)
	k.DECQ(n)
	k.JMP(operand.LabelRef("scalars"))
	k.Label("done")
	k.finish()
}
