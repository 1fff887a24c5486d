package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// systemOctets is how many octets of columns of a row are in registers together: at
// least as many chains as multiply-adds are under way.
const systemOctets = 6

// system emits the solution of one system, in two passes over its rows. A row is taken in
// octets from that of its diagonal on; what they hold left of it is not used, or zero.
func system(k *kernel) {
	systemForward(k)
	systemBackward(k)
}

// A systemRow is a row that multiples of others are subtracted from.
type systemRow struct {
	*kernel
	dst, x, stride    reg.Register // of octets; from one of the others to the next
	w, step           reg.Register // what they are multiplied with
	others            reg.Register // how many there are, 0 or more
	octets            reg.Register
	row, weight, rest reg.Register
}

func newSystemRow(k *kernel) *systemRow {
	g := &systemRow{kernel: k}
	for _, r := range []*reg.Register{&g.dst, &g.x, &g.stride, &g.w, &g.step, &g.others, &g.octets, &g.row, &g.weight, &g.rest} {
		*r = k.GP64()
	}
	return g
}

// subtract is all octets of the row: begin says what is there before, end gets what is
// there then.
func (g *systemRow) subtract(begin, end func(sum reg.VecVirtual, place operand.Mem)) {
	g.Label("octets")
	for count := systemOctets; count > 0; count /= 2 {
		fewer := fmt.Sprintf("below%d", count)
		g.CMPQ(g.octets, imm(count))
		g.JL(operand.LabelRef(fewer))
		g.some(count, begin, end)
		bytes := 8 * ref.SystemWidth * count
		g.ADDQ(imm(bytes), g.dst)
		g.ADDQ(imm(bytes), g.x)
		g.SUBQ(imm(count), g.octets)
		g.JMP(operand.LabelRef("octets"))
		g.Label(fewer)
	}
}

// some is a number of octets.
func (g *systemRow) some(count int, begin, end func(sum reg.VecVirtual, place operand.Mem)) {
	sums := make([]reg.VecVirtual, count*ref.SystemWidth/g.lanes())
	for i := range sums {
		sums[i] = g.vec()
		begin(sums[i], at(g.dst, i*g.vector))
	}
	loop, none := fmt.Sprintf("others%d", count), fmt.Sprintf("none%d", count)
	g.MOVQ(g.x, g.row)
	g.MOVQ(g.w, g.weight)
	g.MOVQ(g.others, g.rest)
	g.TESTQ(g.rest, g.rest)
	g.JZ(operand.LabelRef(none))
	g.Label(loop)
	factor := g.vec()
	g.VBROADCASTSD(at(g.weight, 0), factor)
	for i := range sums {
		g.VFNMADD231PD(at(g.row, i*g.vector), factor, sums[i])
	}
	g.ADDQ(g.stride, g.row)
	g.ADDQ(g.step, g.weight)
	g.DECQ(g.rest)
	g.JNZ(operand.LabelRef(loop))
	g.Label(none)
	for i := range sums {
		end(sums[i], at(g.dst, i*g.vector))
	}
}

// octet sets to to the bytes from the beginning of a row to the octet of an element.
func (g *systemRow) octet(element, to reg.Register) {
	g.MOVQ(element, to)
	g.ANDQ(imm(-ref.SystemWidth), to)
	g.SHLQ(operand.Imm(3), to)
}

// systemForward emits rows of R and of R⁻ᵀb.
func systemForward(k *kernel) {
	k.Function("SystemForward")
	k.Pragma("noescape")
	k.SignatureExpr("func(a, inverse *float64, stride, lo, hi int)")
	k.Doc("SystemForward makes rows lo to hi of a those of R and R⁻ᵀb, and sets the diagonal of the inverse.")
	k.Attributes(noSplit)
	g := newSystemRow(k)
	a, inverse, i := k.argument("a"), k.argument("inverse"), k.argument("lo")
	k.MOVQ(k.argument("stride"), g.stride)
	k.SHLQ(operand.Imm(3), g.stride)
	k.MOVQ(g.stride, g.step)
	at0 := k.GP64() // row i
	k.MOVQ(i, at0)
	k.IMULQ(g.stride, at0)
	k.ADDQ(at0, inverse)
	k.ADDQ(a, at0)
	k.Label("row")
	g.octet(i, g.dst)
	k.MOVQ(g.stride, g.octets)
	k.SUBQ(g.dst, g.octets)
	k.SHRQ(operand.Imm(6), g.octets)
	k.LEAQ(operand.Mem{Base: a, Index: g.dst, Scale: 1}, g.x)
	k.LEAQ(operand.Mem{Base: a, Index: i, Scale: 8}, g.w)
	k.ADDQ(at0, g.dst)
	k.MOVQ(i, g.others)
	g.subtract(
		func(sum reg.VecVirtual, place operand.Mem) { k.VMOVUPD(place, sum) },
		func(sum reg.VecVirtual, place operand.Mem) { k.VMOVUPD(sum, place) })

	one, scale := k.vec(), k.vec()
	k.VMOVSD(k.constant(math.Float64bits(1)), one.AsX())
	pivot := operand.Mem{Base: at0, Index: i, Scale: 8}
	k.VSQRTSD(pivot, one.AsX(), scale.AsX())
	k.VDIVSD(scale.AsX(), one.AsX(), scale.AsX())
	k.VMOVSD(scale.AsX(), operand.Mem{Base: inverse, Index: i, Scale: 8})
	k.VBROADCASTSD(scale.AsX(), scale)
	end := g.row
	k.LEAQ(operand.Mem{Base: at0, Index: g.stride, Scale: 1}, end)
	g.octet(i, g.dst)
	k.ADDQ(at0, g.dst)
	k.Label("scale")
	for v := range ref.SystemWidth / k.lanes() {
		scaled := k.vec()
		k.VMULPD(at(g.dst, v*k.vector), scale, scaled)
		k.VMOVUPD(scaled, at(g.dst, v*k.vector))
	}
	k.ADDQ(imm(8*ref.SystemWidth), g.dst)
	k.CMPQ(g.dst, end)
	k.JL(operand.LabelRef("scale"))
	k.ADDQ(g.stride, at0)
	k.ADDQ(g.stride, inverse)
	k.INCQ(i)
	k.CMPQ(i, k.parameter("hi"))
	k.JL(operand.LabelRef("row"))
	k.finish()
}

// systemBackward emits rows of R⁻¹, and what they give of x and the variances.
func systemBackward(k *kernel) {
	k.Function("SystemBackward")
	k.Pragma("noescape")
	k.SignatureExpr("func(a, inverse, x, variance *float64, m, stride, lo, hi int)")
	k.Doc("SystemBackward sets rows hi − 1 to lo of the inverse to those of R⁻¹, and of x and the variances.")
	k.Attributes(noSplit)
	g := newSystemRow(k)
	i := k.argument("hi")
	k.MOVQ(k.argument("stride"), g.stride)
	k.SHLQ(operand.Imm(3), g.stride)
	rowR, rowInverse := k.GP64(), k.GP64()
	k.MOVQ(i, rowR)
	k.IMULQ(g.stride, rowR)
	k.MOVQ(rowR, rowInverse)
	k.ADDQ(k.parameter("a"), rowR)
	k.ADDQ(k.parameter("inverse"), rowInverse)
	k.NEGQ(g.stride) // from the last row up
	k.XORQ(g.step, g.step)
	k.SUBQ(imm(8), g.step)
	k.Label("row")
	k.DECQ(i)
	k.ADDQ(g.stride, rowR)
	k.ADDQ(g.stride, rowInverse)
	scale, zero := k.vec(), k.vec()
	k.VBROADCASTSD(operand.Mem{Base: rowInverse, Index: i, Scale: 8}, scale)
	k.zero(zero)
	g.octet(i, g.dst)
	k.Label("left")
	for v := range ref.SystemWidth / k.lanes() { // the octet of the diagonal may end with it
		k.VMOVUPD(zero, operand.Mem{Base: rowInverse, Index: g.dst, Scale: 1, Disp: v * k.vector})
	}
	k.SUBQ(imm(8*ref.SystemWidth), g.dst)
	k.JGE(operand.LabelRef("left"))
	k.LEAQ(at(i, 1), g.rest)
	g.octet(g.rest, g.dst)
	k.XORQ(g.octets, g.octets)
	k.SUBQ(g.stride, g.octets)
	k.SUBQ(g.dst, g.octets)
	k.SHRQ(operand.Imm(6), g.octets)
	// The last row, and the last number of R in this one.
	k.MOVQ(k.parameter("m"), g.others)
	k.DECQ(g.others)
	k.LEAQ(operand.Mem{Base: rowR, Index: g.others, Scale: 8}, g.w)
	k.MOVQ(g.others, g.x)
	k.IMULQ(g.stride, g.x)
	k.NEGQ(g.x)
	k.ADDQ(g.dst, g.x)
	k.ADDQ(k.parameter("inverse"), g.x)
	k.ADDQ(rowInverse, g.dst)
	k.SUBQ(i, g.others)
	g.subtract(
		func(sum reg.VecVirtual, _ operand.Mem) { k.zero(sum) },
		func(sum reg.VecVirtual, place operand.Mem) {
			k.VMULPD(scale, sum, sum)
			k.VMOVUPD(sum, place)
		})
	k.VMOVSD(scale.AsX(), operand.Mem{Base: rowInverse, Index: i, Scale: 8})

	solution, square, entry := k.vec(), k.vec(), k.vec()
	right := g.x // b of the rows, from this one on
	k.MOVQ(k.parameter("m"), g.w)
	k.LEAQ(operand.Mem{Base: rowR, Index: g.w, Scale: 8}, right)
	k.VMULSD(at(right, 0), scale.AsX(), solution.AsX())
	k.VMULSD(scale.AsX(), scale.AsX(), square.AsX())
	k.MOVQ(i, g.dst)
	k.Label("entry")
	k.INCQ(g.dst)
	k.SUBQ(g.stride, right)
	k.CMPQ(g.dst, g.w)
	k.JGE(operand.LabelRef("solved"))
	k.VMOVSD(operand.Mem{Base: rowInverse, Index: g.dst, Scale: 8}, entry.AsX())
	k.VFMADD231SD(at(right, 0), entry.AsX(), solution.AsX())
	k.VFMADD231SD(entry.AsX(), entry.AsX(), square.AsX())
	k.JMP(operand.LabelRef("entry"))
	k.Label("solved")
	result := func(name string, v reg.VecVirtual) {
		k.MOVQ(k.parameter(name), g.row)
		k.VMOVSD(v.AsX(), operand.Mem{Base: g.row, Index: i, Scale: 8})
	}
	result("x", solution)
	result("variance", square)
	k.CMPQ(i, k.parameter("lo"))
	k.JG(operand.LabelRef("row"))
	k.finish()
}
