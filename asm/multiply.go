package main

import "github.com/mmcloughlin/avo/reg"

// multiply emits dst[i] = dst[i]·x[i].
func multiply(k *kernel) {
	k.Function("Multiply")
	k.Pragma("noescape")
	k.SignatureExpr("func(dst, x *float64, n int)")
	k.Doc("Multiply multiplies dst by x, element by element.")
	k.Attributes(noSplit)
	dst, x, n := k.argument("dst"), k.argument("x"), k.argument("n")
	k.elementwise("", n, []reg.Register{dst, x}, 2, func(s span) { s.store(k.mul(s.load(dst), s.load(x)), dst) })
	k.finish()
}
