package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// rowDots emits dst[i] = fma(alpha, Σ_j a[i,j]·x[j], beta·dst[i]) in the data's own
// type, in the lanes of ref.RowDots, and the dot product of two vectors.
func rowDots(k *kernel) {
	dotOfTwo(k)
	k.Function("RowDots" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(dst *%[1]s, alpha, beta %[1]s, a *%[1]s, n, stride, p, step int, x *%[1]s, shift int)"))
	k.Doc("RowDots"+k.name+" computes n dot products of rows of a with x. A row has step columns",
		"more than the one before, and meets x shift elements further on.")
	k.Attributes(noSplit)
	dst, a, n, p := k.argument("dst"), k.argument("a"), k.argument("n"), k.argument("p")
	stride, x, shift := k.argument("stride"), k.argument("x"), k.argument("shift")
	k.bytes(stride, k.size)
	k.bytes(shift, k.size)
	bits := k.bitsOf("beta")
	short := shortRows{k, dst, a, n, p, stride, x, bits}
	short.loops("general")
	k.Label("general")
	acc := k.dotLanes()

	row, with, left := k.GP64(), k.GP64(), k.GP64()
	k.Label("row")
	cuts := k.cutsOf(p)
	k.MOVQ(a, row)
	k.MOVQ(x, with)
	k.MOVQ(p, left)
	k.dotProducts(acc, row, with, left, cuts)
	k.mergeDot(dst, k.foldLanes(acc), bits, "set")
	k.ADDQ(imm(k.size), dst)
	k.ADDQ(stride, a)
	k.ADDQ(shift, x)
	k.ADDQ(k.parameter("step"), p)
	k.DECQ(n)
	k.JNZ(operand.LabelRef("row"))
	k.finish()
}

// mergeDot stores alpha times a sum, added to beta times what is there unless beta
// is zero.
func (k *kernel) mergeDot(dst, sum, betaBits reg.Register, label string) {
	old := k.XMM()
	move, scale, fma := k.VMOVSD, k.VMULSD, k.VFMADD132SD
	if k.size == 4 {
		move, scale, fma = k.VMOVSS, k.VMULSS, k.VFMADD132SS
	}
	k.VXORPS(old, old, old)
	k.TESTQ(betaBits, betaBits)
	k.JZ(operand.LabelRef(label))
	move(at(dst, 0), old)
	scale(k.parameter("beta"), old, old)
	k.Label(label)
	factor := k.XMM()
	move(k.parameter("alpha"), factor) // go vet takes a VFMADD132SS of memory for one of eight bytes
	fma(factor, old, sum)
	move(sum, at(dst, 0))
}

func dotOfTwo(k *kernel) {
	k.Function("Dot" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(x, y *%[1]s, n int) %[1]s"))
	k.Doc("Dot" + k.name + " is the dot product of two vectors, in the lanes of RowDots" + k.name + ".")
	k.Attributes(noSplit)
	x, y, n := k.argument("x"), k.argument("y"), k.argument("n")
	for groups := 1; groups <= ref.DotGroups; groups++ {
		more := fmt.Sprintf("more%d", groups)
		k.CMPQ(n, operand.Imm(uint64(groups*64/k.size)))
		k.JG(operand.LabelRef(more))
		cut := k.lastGroup(n, groups)
		k.returnScalar(k.shortProducts(x, groups, cut, nil, y))
		k.finish()
		k.Label(more)
	}
	cuts := k.cutsOf(n)
	acc := k.dotLanes()
	k.dotProducts(acc, x, y, n, cuts)
	k.returnScalar(k.foldLanes(acc))
	k.finish()
}

// dotProducts fills the lanes with products of n elements.
func (k *kernel) dotProducts(acc []reg.VecVirtual, x, y, n reg.Register, cuts []*lastVector) {
	fma := k.VFMADD231PD
	if k.size == 4 {
		fma = k.VFMADD231PS
	}
	for _, v := range acc {
		k.zero(v)
	}
	k.inLanes(n, []reg.Register{x, y}, cuts, func(i int, cut *lastVector) {
		t := k.vec()
		k.loadCut(at(x, i*k.vector), t, cut)
		if cut == nil {
			fma(at(y, i*k.vector), t, acc[i])
			return
		}
		u := k.vec()
		k.loadCut(at(y, i*k.vector), u, cut)
		fma(u, t, acc[i])
	})
}

// bitsOf is the bits of a parameter but for its sign: zero if it is zero.
func (k *kernel) bitsOf(name string) reg.Register {
	bits := k.GP64()
	if k.size == 8 {
		k.MOVQ(k.parameter(name), bits)
		k.SHLQ(operand.Imm(1), bits)
	} else {
		k.MOVL(k.parameter(name), bits.As32())
		k.SHLL(operand.Imm(1), bits.As32())
	}
	return bits
}

// returnScalar stores the lowest lane as the only result.
func (k *kernel) returnScalar(v reg.Register) {
	result, err := k.ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	if k.size == 8 {
		k.VMOVSD(v, result.Addr)
	} else {
		k.VMOVSS(v, result.Addr)
	}
}
