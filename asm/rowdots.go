package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// rowDots emits dst[i] = Σ_j a[i,j]·x[j] in the data's own type, in the lanes of
// ref.RowDots: four groups of two AVX2 registers or one of AVX-512.
func rowDots(k *kernel) {
	k.Function("RowDots" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *%[1]s, a *%[1]s, n, p, stride int, x *%[1]s)"))
	k.Doc("RowDots" + k.name + " computes n dot products of rows of p columns with x.")
	k.Attributes(noSplit)
	dst, a, n, p := k.argument("dst"), k.argument("a"), k.argument("n"), k.argument("p")
	stride, x := k.argument("stride"), k.argument("x")
	k.bytes(stride, k.size)
	const groups = ref.DotGroups
	lanes := 64 / k.size // of a group
	pieces := 64 / k.vector
	acc := make([]reg.VecVirtual, groups*pieces)
	for i := range acc {
		acc[i] = k.vec()
	}
	add, fma := k.VADDPD, k.VFMADD231PD
	if k.size == 4 {
		add, fma = k.VADDPS, k.VFMADD231PS
	}

	// What is left of a row by groups: its masks are the same for every row.
	rem := k.GP64()
	k.MOVQ(p, rem)
	k.ANDQ(imm(lanes-1), rem)
	cuts := make([]*lastVector, pieces)
	if k.masks {
		cuts[0] = &lastVector{bits: k.bitmask(rem)}
	} else {
		low, high, zero, width := k.GP64(), k.GP64(), k.GP64(), k.GP64()
		k.MOVQ(operand.I32(int32(lanes/2)), width)
		k.XORQ(zero, zero)
		k.MOVQ(rem, low)
		k.CMPQ(low, width)
		k.CMOVQGT(width, low)
		k.MOVQ(rem, high)
		k.SUBQ(width, high)
		k.CMOVQLT(zero, high)
		cuts[0] = &lastVector{window: k.window(low, k.size, 0)}
		cuts[1] = &lastVector{window: k.window(high, k.size, 0)}
	}

	row, with, left := k.GP64(), k.GP64(), k.GP64()
	k.Label("row")
	k.MOVQ(a, row)
	k.MOVQ(x, with)
	k.MOVQ(p, left)
	for _, v := range acc {
		k.zero(v)
	}
	k.SUBQ(imm(groups*lanes), left)
	k.JL(operand.LabelRef("rest"))
	k.Label("groups")
	for i, v := range acc {
		t := k.vec()
		k.loadData(at(row, i*k.vector), t)
		fma(at(with, i*k.vector), t, v)
	}
	k.ADDQ(imm(groups*64), row)
	k.ADDQ(imm(groups*64), with)
	k.SUBQ(imm(groups*lanes), left)
	k.JGE(operand.LabelRef("groups"))
	k.Label("rest")
	k.ADDQ(imm(groups*lanes), left)
	k.JZ(operand.LabelRef("fold"))
	for g := range groups {
		part := fmt.Sprintf("part%d", g)
		k.CMPQ(left, operand.Imm(uint64(lanes)))
		k.JL(operand.LabelRef(part))
		for i := range pieces {
			t := k.vec()
			k.loadData(at(row, (g*pieces+i)*k.vector), t)
			fma(at(with, (g*pieces+i)*k.vector), t, acc[g*pieces+i])
		}
		k.SUBQ(imm(lanes), left)
		k.JMP(operand.LabelRef(fmt.Sprintf("whole%d", g)))
		k.Label(part)
		k.TESTQ(left, left)
		k.JZ(operand.LabelRef("fold"))
		for i := range pieces {
			t, u := k.vec(), k.vec()
			k.loadCut(at(row, (g*pieces+i)*k.vector), t, cuts[i])
			k.loadCut(at(with, (g*pieces+i)*k.vector), u, cuts[i])
			fma(u, t, acc[g*pieces+i])
		}
		k.JMP(operand.LabelRef("fold"))
		k.Label(fmt.Sprintf("whole%d", g))
	}
	k.Label("fold")
	for half := len(acc) / 2; half >= 1; half /= 2 {
		for i := range half {
			add(acc[i+half], acc[i], acc[i])
		}
	}
	sum, other := acc[0], k.YMM()
	if k.vector == 64 {
		k.VEXTRACTF64X4(operand.Imm(1), sum, other)
		add(other, sum.AsY(), sum.AsY())
	}
	k.VEXTRACTF128(operand.Imm(1), sum.AsY(), other.AsX())
	add(other.AsX(), sum.AsX(), sum.AsX())
	k.VPERMILPD(operand.Imm(1), sum.AsX(), other.AsX())
	if k.size == 8 {
		k.VADDSD(other.AsX(), sum.AsX(), sum.AsX())
		k.VMOVSD(sum.AsX(), at(dst, 0))
	} else {
		k.VADDPS(other.AsX(), sum.AsX(), sum.AsX())
		k.VMOVSHDUP(sum.AsX(), other.AsX())
		k.VADDSS(other.AsX(), sum.AsX(), sum.AsX())
		k.VMOVSS(sum.AsX(), at(dst, 0))
	}
	k.ADDQ(imm(k.size), dst)
	k.ADDQ(stride, a)
	k.DECQ(n)
	k.JNZ(operand.LabelRef("row"))
	k.finish()
}
