package main

import "github.com/mmcloughlin/avo/reg"

// rot emits x[i], y[i] = fma(c, x[i], s·y[i]), fma(c, y[i], −s·x[i]).
func rot(k *kernel) {
	k.Function("Rot" + k.name)
	k.Pragma("noescape")
	k.SignatureExpr(k.signature("func(x, y *%[1]s, c, s %[1]s, n int)"))
	k.Doc("Rot" + k.name + " rotates pairs of x and y.")
	k.Attributes(noSplit)
	x, y, n := k.argument("x"), k.argument("y"), k.argument("n")
	c, s := k.vec(), k.vec()
	k.broadcast(k.parameter("c"), c)
	k.broadcast(k.parameter("s"), s)
	product, plus, minus := k.VMULPD, k.VFMADD231PD, k.VFMSUB231PD
	if k.size == 4 {
		product, plus, minus = k.VMULPS, k.VFMADD231PS, k.VFMSUB231PS
	}
	k.vectors(n, []reg.Register{x, y}, 2, func(i int, cut *lastVector) {
		v, w, newX, newY := k.vec(), k.vec(), k.vec(), k.vec()
		k.loadCut(at(x, i*k.vector), v, cut)
		k.loadCut(at(y, i*k.vector), w, cut)
		product(s, w, newX)
		product(s, v, newY)
		plus(c, v, newX)
		minus(c, w, newY)
		k.storeCut(newX, at(x, i*k.vector), cut)
		k.storeCut(newY, at(y, i*k.vector), cut)
	})
	k.finish()
}
