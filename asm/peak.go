package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// peak emits n turns of ref.PeakMultiplyAdds fused multiply-adds on registers alone.
func peak(k *kernel) {
	k.Function("Peak" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr("func(n int)")
	k.Doc(fmt.Sprintf("Peak%s runs n turns of %d vector fused multiply-adds that wait for nothing but the units.", k.name, ref.PeakMultiplyAdds))
	k.Attributes(noSplit)
	n := k.argument("n")
	chains := make([]reg.VecVirtual, ref.PeakMultiplyAdds)
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
