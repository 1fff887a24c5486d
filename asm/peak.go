package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peakChains independent chains hide the latency of a multiply-add on any
// machine with two units and up to six cycles, and fit sixteen registers.
const peakChains = 12

// peak emits n turns of peakChains fused multiply-adds on registers alone.
func peak(k *kernel) {
	k.Function("Peak" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr("func(n int)")
	k.Doc("Peak" + k.name + " runs n turns of 12 vector fused multiply-adds that wait for nothing but the units.")
	k.Attributes(noSplit)
	n := k.argument("n")
	chains := make([]reg.VecVirtual, peakChains)
	for i := range chains {
		chains[i] = k.vec()
		k.zero(chains[i])
	}
	x := k.vec()
	k.zero(x)
	k.Label("turn")
	for _, c := range chains {
		if k.size == 8 {
			k.VFMADD231PD(x, x, c)
		} else {
			k.VFMADD231PS(x, x, c)
		}
	}
	k.DECQ(n)
	k.JNZ(operand.LabelRef("turn"))
	k.finish()
}
