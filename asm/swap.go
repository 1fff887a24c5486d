package main

import "github.com/mmcloughlin/avo/reg"

// swap emits x[i], y[i] = y[i], x[i].
func swap(k *kernel) {
	k.Function("Swap" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(x, y *%[1]s, n int)"))
	k.Doc("Swap" + k.name + " exchanges x and y.")
	k.Attributes(noSplit)
	x, y, n := k.argument("x"), k.argument("y"), k.argument("n")
	k.vectors(n, []reg.Register{x, y}, 2, func(i int, cut *lastVector) {
		v, w := k.vec(), k.vec()
		k.loadCut(at(x, i*k.vector), v, cut)
		k.loadCut(at(y, i*k.vector), w, cut)
		k.storeCut(w, at(x, i*k.vector), cut)
		k.storeCut(v, at(y, i*k.vector), cut)
	})
	k.finish()
}
