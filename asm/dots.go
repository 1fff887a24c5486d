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
	r := rowByRow{kernel: k, dst: dst, x: x, n: n, p: p, stride: stride, shift: shift, beta: beta}
	r.prepare()
	k.CMPQ(p, operand.Imm(ref.NarrowColumns))
	k.JG(operand.LabelRef("wider"))
	g := dotsGenerator{kernel: k, dst: dst, x: x, n: n, p: p, stride: stride, shift: shift, beta: beta}
	k.TESTQ(shift, shift)
	k.JNZ(operand.LabelRef("centered"))
	g.groups("group", "narrow", false)
	r.narrow("narrow", false)
	k.finish()
	k.Label("centered")
	g.groups("group_centered", "narrow_centered", true)
	r.narrow("narrow_centered", true)
	k.finish()
	k.Label("wider")
	k.TESTQ(shift, shift)
	k.JNZ(operand.LabelRef("wide_centered"))
	r.wide("wide", false)
	k.finish()
	r.wide("wide_centered", true)
	k.finish()
}

// A rowByRow emits dot products of n rows, one after the other. It advances x and
// dst and counts n down.
type rowByRow struct {
	*kernel
	dst, x, n, p, stride, shift, beta reg.Register

	unfolded bool // dst gets a vector of sums for each row, which foldRows adds up

	rem       reg.Register // columns of the last octet, 0 if it is whole
	masks     []tail
	row, b, c reg.Register // where in x, beta and shift
}

func (r *rowByRow) prepare() {
	r.rem = r.GP64()
	r.MOVQ(r.p, r.rem)
	r.ANDQ(imm(7), r.rem)
	r.masks = make([]tail, 8/r.lanes())
	for i := range r.masks {
		r.masks[i] = r.tail(r.rem, i*r.lanes())
	}
	r.row, r.b, r.c = r.GP64(), r.GP64(), r.GP64()
}

// accumulate adds octet v of those at the row pointers to acc.
func (r *rowByRow) accumulate(v int, acc []reg.VecVirtual, centered bool) {
	for i, a := range acc {
		lane := i * r.lanes()
		t := r.vec()
		m := at(r.row, (8*v+lane)*r.size)
		if centered {
			r.loadRaw(m, t)
			r.center(at(r.c, (8*v+lane)*r.size), t)
		} else {
			r.load(m, t)
		}
		r.VFMADD231PD(at(r.b, v*64+lane*8), t, a)
	}
}

func (r *rowByRow) accumulateTail(acc []reg.VecVirtual, centered bool) {
	for i, a := range acc {
		lane := i * r.lanes()
		t, u := r.vec(), r.vec()
		if centered {
			r.loadRawTail(at(r.row, lane*r.size), r.masks[i], t)
			r.loadRawTail(at(r.c, lane*r.size), r.masks[i], u)
			r.center(r.raw(u), t)
		} else {
			r.loadTail(at(r.row, lane*r.size), r.masks[i], t)
		}
		r.load64Tail(at(r.b, lane*8), r.masks[i], u)
		r.VFMADD231PD(u, t, a)
	}
}

func (r *rowByRow) advance(octets int, centered bool) {
	r.ADDQ(imm(octets*8*r.size), r.row)
	r.ADDQ(imm(octets*64), r.b)
	if centered {
		r.ADDQ(imm(octets*8*r.size), r.c)
	}
}

func (r *rowByRow) begin(label string, centered bool, accs [][]reg.VecVirtual) {
	r.Label(label)
	r.MOVQ(r.x, r.row)
	r.MOVQ(r.beta, r.b)
	if centered {
		r.MOVQ(r.shift, r.c)
	}
	for _, acc := range accs {
		for _, a := range acc {
			r.zero(a)
		}
	}
}

func (r *rowByRow) end(label string, acc []reg.VecVirtual) {
	switch {
	case !r.unfolded:
		r.VMOVSD(r.reduce(acc), at(r.dst, 0))
		r.ADDQ(imm(8), r.dst)
	case len(acc) == 2: // as foldRows expects it
		r.VADDPD(acc[1], acc[0], acc[0])
		fallthrough
	default:
		r.VMOVUPD(acc[0], at(r.dst, 0))
		r.ADDQ(imm(r.vector), r.dst)
	}
	r.ADDQ(r.stride, r.x)
	r.DECQ(r.n)
	r.JNZ(operand.LabelRef(label))
}

// fetch asks for memory that is used later.
func (r *rowByRow) fetch(from int) {
	if r.unfolded {
		r.PREFETCHT1(at(r.row, fetchFurther+from))
	} else {
		r.PREFETCHT0(at(r.row, fetchAhead+from))
	}
}

// narrow takes rows of up to ref.NarrowColumns columns.
func (r *rowByRow) narrow(label string, centered bool) {
	acc := r.octet()
	left := r.GP64()
	r.begin(label, centered, [][]reg.VecVirtual{acc})
	r.MOVQ(r.p, left)
	r.SUBQ(imm(8), left)
	r.JL(operand.LabelRef(label + "_rest"))
	r.Label(label + "_octet")
	r.fetch(0)
	r.accumulate(0, acc, centered)
	r.advance(1, centered)
	r.SUBQ(imm(8), left)
	r.JGE(operand.LabelRef(label + "_octet"))
	r.Label(label + "_rest")
	r.TESTQ(r.rem, r.rem)
	r.JZ(operand.LabelRef(label + "_fold"))
	r.fetch(0)
	r.accumulateTail(acc, centered)
	r.Label(label + "_fold")
	r.end(label, acc)
}

// wide takes rows of more columns.
func (r *rowByRow) wide(label string, centered bool) {
	const groups = ref.WideLanes / 8
	accs := make([][]reg.VecVirtual, groups)
	for g := range accs {
		accs[g] = r.octet()
	}
	left := r.GP64()
	r.begin(label, centered, accs)
	r.MOVQ(r.p, left)
	r.SUBQ(imm(ref.WideLanes), left)
	r.Label(label + "_octets") // p is at least ref.WideLanes here
	for g, acc := range accs {
		if from := g * 8 * r.size; from%64 == 0 {
			r.fetch(from)
		}
		r.accumulate(g, acc, centered)
	}
	r.advance(groups, centered)
	r.SUBQ(imm(ref.WideLanes), left)
	r.JGE(operand.LabelRef(label + "_octets"))
	r.ADDQ(imm(ref.WideLanes), left)
	for g, acc := range accs {
		rest := fmt.Sprintf("%s_rest%d", label, g)
		if g < groups-1 {
			r.SUBQ(imm(8), left)
			r.JL(operand.LabelRef(rest))
			r.fetch(0)
			r.accumulate(0, acc, centered)
			r.advance(1, centered)
		} else {
			r.JMP(operand.LabelRef(rest))
		}
	}
	for g, acc := range accs {
		r.Label(fmt.Sprintf("%s_rest%d", label, g))
		r.TESTQ(r.rem, r.rem)
		r.JZ(operand.LabelRef(label + "_fold"))
		r.fetch(0)
		r.accumulateTail(acc, centered)
		if g < groups-1 {
			r.JMP(operand.LabelRef(label + "_fold"))
		}
	}
	r.Label(label + "_fold")
	for i := range accs[0] {
		r.VADDPD(accs[1][i], accs[0][i], accs[0][i])
		r.VADDPD(accs[3][i], accs[2][i], accs[2][i])
		r.VADDPD(accs[2][i], accs[0][i], accs[0][i])
	}
	r.end(label, accs[0])
}
