package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// fetchAhead is how many bytes ahead of a row memory is fetched. The reduction
// at the end of short rows keeps the machine from running ahead by itself, and
// float32 is used up faster than its prefetcher runs: long rows of it gain a
// third, those of float64 little.
const fetchAhead = 4096

// dots emits dst[i] = Σ_j (x[i,j] − shift[j])·beta[j]: rows one after the
// other, in the order of their addresses, which is what the hardware
// prefetcher follows; the columns of a row in the lanes of ref.Dots.
func dots(k *kernel) {
	k.Function("Dots" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *float64, x *%[1]s, n, p, stride int, shift *%[1]s, beta *float64)"))
	k.Doc("Dots" + k.name + " computes n dot products of rows of p columns, less shift if it is not nil, with beta.")
	k.Attributes(noSplit)
	dst, x, n, p := k.argument("dst"), k.argument("x"), k.argument("n"), k.argument("p")
	stride, shift, beta := k.argument("stride"), k.argument("shift"), k.argument("beta")
	k.bytes(stride, k.size)

	rem := k.GP64()
	k.MOVQ(p, rem)
	k.ANDQ(imm(7), rem)
	masks := make([]tail, 8/k.lanes())
	for i := range masks {
		masks[i] = k.tail(rem, i*k.lanes())
	}

	row, b, c := k.GP64(), k.GP64(), k.GP64()
	octetBytes := 8 * k.size
	// accumulate adds octet v of those at the row pointers to acc.
	accumulate := func(v int, acc []reg.VecVirtual, centered bool) {
		for i, a := range acc {
			lane := i * k.lanes()
			t := k.vec()
			m := at(row, v*octetBytes+lane*k.size)
			if centered {
				k.loadRaw(m, t)
				k.center(at(c, v*octetBytes+lane*k.size), t)
			} else {
				k.load(m, t)
			}
			k.VFMADD231PD(at(b, v*64+lane*8), t, a)
		}
	}
	accumulateTail := func(acc []reg.VecVirtual, centered bool) {
		for i, a := range acc {
			lane := i * k.lanes()
			t, u := k.vec(), k.vec()
			if centered {
				k.loadRawTail(at(row, lane*k.size), masks[i], t)
				k.loadRawTail(at(c, lane*k.size), masks[i], u)
				k.center(k.raw(u), t)
			} else {
				k.loadTail(at(row, lane*k.size), masks[i], t)
			}
			k.load64Tail(at(b, lane*8), masks[i], u)
			k.VFMADD231PD(u, t, a)
		}
	}
	advance := func(octets int, centered bool) {
		k.ADDQ(imm(octets*octetBytes), row)
		k.ADDQ(imm(octets*64), b)
		if centered {
			k.ADDQ(imm(octets*octetBytes), c)
		}
	}
	begin := func(label string, centered bool, accs [][]reg.VecVirtual) {
		k.Label(label)
		k.MOVQ(x, row)
		k.MOVQ(beta, b)
		if centered {
			k.MOVQ(shift, c)
		}
		for _, acc := range accs {
			for _, a := range acc {
				k.zero(a)
			}
		}
	}
	end := func(label string, acc []reg.VecVirtual) {
		k.VMOVSD(k.reduce(acc), at(dst, 0))
		k.ADDQ(imm(8), dst)
		k.ADDQ(stride, x)
		k.DECQ(n)
		k.JNZ(operand.LabelRef(label))
		k.finish()
	}

	narrow := func(label string, centered bool) {
		acc := k.octet()
		left := k.GP64()
		begin(label, centered, [][]reg.VecVirtual{acc})
		k.MOVQ(p, left)
		k.SUBQ(imm(8), left)
		k.JL(operand.LabelRef(label + "_rest"))
		k.Label(label + "_octet")
		k.PREFETCHT0(at(row, fetchAhead))
		accumulate(0, acc, centered)
		advance(1, centered)
		k.SUBQ(imm(8), left)
		k.JGE(operand.LabelRef(label + "_octet"))
		k.Label(label + "_rest")
		k.TESTQ(rem, rem)
		k.JZ(operand.LabelRef(label + "_fold"))
		k.PREFETCHT0(at(row, fetchAhead))
		accumulateTail(acc, centered)
		k.Label(label + "_fold")
		end(label, acc)
	}

	const groups = ref.WideLanes / 8
	wide := func(label string, centered bool) {
		accs := make([][]reg.VecVirtual, groups)
		for g := range accs {
			accs[g] = k.octet()
		}
		left := k.GP64()
		begin(label, centered, accs)
		k.MOVQ(p, left)
		k.SUBQ(imm(ref.WideLanes), left)
		k.Label(label + "_octets") // p is at least ref.WideLanes here
		for g, acc := range accs {
			if g*octetBytes%64 == 0 {
				k.PREFETCHT0(at(row, fetchAhead+g*octetBytes))
			}
			accumulate(g, acc, centered)
		}
		advance(groups, centered)
		k.SUBQ(imm(ref.WideLanes), left)
		k.JGE(operand.LabelRef(label + "_octets"))
		k.ADDQ(imm(ref.WideLanes), left)
		for g, acc := range accs {
			rest := fmt.Sprintf("%s_rest%d", label, g)
			if g < groups-1 {
				k.SUBQ(imm(8), left)
				k.JL(operand.LabelRef(rest))
				accumulate(0, acc, centered)
				advance(1, centered)
			} else {
				k.JMP(operand.LabelRef(rest))
			}
		}
		for g, acc := range accs {
			k.Label(fmt.Sprintf("%s_rest%d", label, g))
			k.TESTQ(rem, rem)
			k.JZ(operand.LabelRef(label + "_fold"))
			accumulateTail(acc, centered)
			if g < groups-1 {
				k.JMP(operand.LabelRef(label + "_fold"))
			}
		}
		k.Label(label + "_fold")
		for i := range accs[0] {
			k.VADDPD(accs[1][i], accs[0][i], accs[0][i])
			k.VADDPD(accs[3][i], accs[2][i], accs[2][i])
			k.VADDPD(accs[2][i], accs[0][i], accs[0][i])
		}
		end(label, accs[0])
	}

	k.CMPQ(p, operand.Imm(ref.NarrowColumns))
	k.JG(operand.LabelRef("wider"))
	g := dotsGenerator{kernel: k, dst: dst, x: x, n: n, p: p, stride: stride, shift: shift, beta: beta}
	k.TESTQ(shift, shift)
	k.JNZ(operand.LabelRef("centered"))
	g.groups("group", "narrow", false)
	narrow("narrow", false)
	k.Label("centered")
	g.groups("group_centered", "narrow_centered", true)
	narrow("narrow_centered", true)
	k.Label("wider")
	k.TESTQ(shift, shift)
	k.JNZ(operand.LabelRef("wide_centered"))
	wide("wide", false)
	wide("wide_centered", true)
}
