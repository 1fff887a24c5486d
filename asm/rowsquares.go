package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// rowSquares emits Σ (x[i]·v)² of n octets. As many rows as a vector has lanes
// share the folds of their products, as in dotsgroup.go; of the last few, rows
// that are missing are the last one again, without a weight.
func rowSquares(k *kernel) {
	k.Function("RowSquares")
	k.Pragma("noescape")
	k.SignatureExpr("func(x *float64, n int, v *float64) float64")
	k.Doc("RowSquares is the sum of squares of the products of n octets with another.")
	k.Attributes(noSplit)
	x, n, beta := k.argument("x"), k.argument("n"), k.argument("v")
	const bytes = 8 * ref.CenterWidth
	rows := k.lanes()
	v := k.octet()
	for i := range v {
		k.VMOVUPD(at(beta, i*k.vector), v[i])
	}
	acc := k.dotLanes()
	for _, a := range acc {
		k.zero(a)
	}
	// products is those of some rows, in the lanes of a vector.
	products := func(row func(i int) operand.Mem) reg.VecVirtual {
		sums := make([][]reg.VecVirtual, rows)
		for i := range sums {
			sums[i] = k.octet()
			m := row(i)
			k.VMULPD(m, v[0], sums[i][0])
			if !k.masks {
				m.Disp += k.vector
				k.VMULPD(m, v[1], sums[i][1])
				k.VADDPD(sums[i][1], sums[i][0], sums[i][0])
			}
		}
		return k.foldRows(sums)
	}
	// square puts the oldest vector of lanes last: however often that happens,
	// the same ones meet when they are folded.
	square := func(e reg.VecVirtual) {
		first := k.vec()
		k.VFMADD231PD(e, e, acc[0])
		k.VMOVAPD(acc[0], first)
		for i := range len(acc) - 1 {
			k.VMOVAPD(acc[i+1], acc[i])
		}
		k.VMOVAPD(first, acc[len(acc)-1])
	}
	k.SUBQ(imm(rows), n)
	k.JL(operand.LabelRef("rest"))
	k.Label("rows")
	square(products(func(i int) operand.Mem { return at(x, i*bytes) }))
	k.ADDQ(imm(rows*bytes), x)
	k.SUBQ(imm(rows), n)
	k.JGE(operand.LabelRef("rows"))
	k.Label("rest")
	k.ADDQ(imm(rows), n)
	k.JZ(operand.LabelRef("fold"))
	last := k.GP64()
	k.MOVQ(n, last)
	k.SHLQ(operand.Imm(6), last)
	k.LEAQ(operand.Mem{Base: x, Index: last, Scale: 1, Disp: -bytes}, last)
	at0 := at(x, 0)
	e := products(func(i int) operand.Mem {
		if i > 0 { // x is the next row, or stays
			next := k.GP64()
			k.LEAQ(at(x, bytes), next)
			k.CMPQ(next, last)
			k.CMOVQLE(next, x)
		}
		return at0
	})
	some := k.tail(n, 0)
	if k.masks {
		k.VMOVAPD_Z(e, some.bits, e)
	} else {
		k.VANDPD(some.mask, e, e)
	}
	square(e)
	k.Label("fold")
	k.Store(k.foldLanes(acc), k.ReturnIndex(0))
	k.finish()
}
