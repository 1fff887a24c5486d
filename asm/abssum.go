package main

import "github.com/mmcloughlin/avo/reg"

// absSum emits Σ_i |x[i]| in the lanes of ref.RowDots.
func absSum(k *kernel) {
	k.Function("AbsSum" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(x *%[1]s, n int) %[1]s"))
	k.Doc("AbsSum" + k.name + " adds the absolute values of x.")
	k.Attributes(noSplit)
	x, n := k.argument("x"), k.argument("n")
	acc := k.dotLanes()
	positive := k.positive()
	add := k.VADDPD
	if k.size == 4 {
		add = k.VADDPS
	}
	cuts := k.cutsOf(n)
	for _, v := range acc {
		k.zero(v)
	}
	k.inLanes(n, []reg.Register{x}, cuts, func(i int, cut *lastVector) {
		t := k.vec()
		k.loadCut(at(x, i*k.vector), t, cut)
		k.VANDPD(positive, t, t)
		add(t, acc[i], acc[i])
	})
	k.returnScalar(k.foldLanes(acc))
	k.finish()
}
